/**
 * The token of a one-time link. It comes after the `#`, which browsers send to nobody, and is taken out of the address
 * at once, so that it stays neither in the history nor on the screen.
 */
export function takeToken(): string | undefined {
  const token = /(?:^#|[#&=])([A-Za-z0-9_-]{43})$/.exec(location.hash)?.[1];
  if (token !== undefined) history.replaceState(history.state, "", location.pathname + location.search);
  return token;
}
