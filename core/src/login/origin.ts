/**
 * Whether a web page's origin (RFC 6454 §6.2) is among those that an app allows. An entry is an origin as browsers
 * spell it, or one whose first label is `*`, which stands for exactly one label: `https://*.example.com` allows
 * `https://a.example.com`, but neither `https://example.com` nor `https://a.b.example.com`.
 */
export function isOriginAllowed(origin: string, allowed: readonly string[]): boolean {
  return allowed.some((entry) => matches(origin, entry.toLowerCase()));
}

function matches(origin: string, entry: string): boolean {
  if (origin === entry) return true;
  const wildcard = /^(https?:\/\/)\*(\.[^*]+\.[^*]+)$/.exec(entry);
  if (wildcard === null) return false;
  const [, scheme, rest] = wildcard as unknown as [string, string, string];
  if (!origin.startsWith(scheme) || !origin.endsWith(rest)) return false;
  return /^[a-z0-9-]+$/.test(origin.slice(scheme.length, origin.length - rest.length));
}
