/** The session's cookie: out of reach of scripts, never sent from another site (RFC 6265bis). */
const NAME = "mandate_session";
// Over HTTPS, the prefix keeps a neighbouring host or a plain-HTTP answer from setting it.
const SECURE_NAME = `__Host-${NAME}`;

export function readSessionCookie(header: string | undefined, secure: boolean): string | undefined {
  const wanted = secure ? SECURE_NAME : NAME;
  const values = (header ?? "")
    .split(";")
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${wanted}=`))
    .map((pair) => pair.slice(wanted.length + 1));
  // Two of one name: somebody else set one of them.
  return values.length === 1 && /^[A-Za-z0-9_-]{43}$/.test(values[0]!) ? values[0] : undefined;
}

export function makeSessionCookie(token: string, secure: boolean, lifetimeS: number): string {
  const name = secure ? SECURE_NAME : NAME;
  return `${name}=${token}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${lifetimeS}${secure ? "; Secure" : ""}`;
}

export function clearSessionCookie(secure: boolean): string {
  return makeSessionCookie("", secure, 0);
}
