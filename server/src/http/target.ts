export type Target = {
  path: string;
  /** Decoded, in an object without prototype. */
  query: { [name: string]: string };
};

const queryMembersMax = 50;

/** RFC 3986 path and query characters, after the one slash that makes it an origin-form (RFC 9112 §3.2.1). */
const originForm = /^\/[A-Za-z0-9\-._~!$&'()*+,;=:@%/]*(\?[A-Za-z0-9\-._~!$&'()*+,;=:@%/?[\]]*)?$/;

/**
 * Takes a request target apart. Absolute, authority and asterisk forms are refused: a signed URL must have one
 * reading. So is a query that names a member twice.
 */
export function parseTarget(target: string): ({ ok: true } & Target) | { ok: false; message: string } {
  if (!originForm.test(target)) return { ok: false, message: "Malformed request target" };
  const split = target.indexOf("?");
  const path = split === -1 ? target : target.slice(0, split);
  const query: { [name: string]: string } = Object.create(null);
  const pairs = split === -1 || split === target.length - 1 ? [] : target.slice(split + 1).split("&");
  if (pairs.length > queryMembersMax) return { ok: false, message: "Too many query parameters" };
  for (const pair of pairs) {
    const equals = pair.indexOf("=");
    const name = decodeForm(equals === -1 ? pair : pair.slice(0, equals));
    const value = decodeForm(equals === -1 ? "" : pair.slice(equals + 1));
    if (name === undefined || value === undefined)
      return { ok: false, message: "Malformed percent-encoding in the query" };
    if (Object.hasOwn(query, name)) return { ok: false, message: "A query parameter was given more than once" };
    query[name] = value;
  }
  return { ok: true, path, query };
}

/** Undefined when the escapes are broken or do not spell UTF-8. */
export function decodePercent(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** WHATWG URL §5.1: in a query, `+` is a space. */
function decodeForm(text: string): string | undefined {
  return decodePercent(text.replaceAll("+", " "));
}
