/**
 * Where to go on to after signing in, if it is a place of this site: whoever writes a link writes this too. What an
 * address says is not to be believed because a route declares a reader for it: the router hands on what its root has
 * read, beside what the reader gave.
 */
export function readNextPlace(next: unknown): string | undefined {
  if (typeof next !== "string" || !/^\/(?![/\\])/.test(next)) return undefined;
  const { origin, pathname } = new URL(next, location.origin);
  return origin === location.origin && !pathname.startsWith("//") ? next : undefined;
}
