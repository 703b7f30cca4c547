/** Added to an index to make it hardened (BIP-32, "Extended keys"). */
export const HARDENED_OFFSET = 0x80000000;

const PATH_LEVELS_MAX = 16;

/**
 * The child indexes of a path such as `m/44'/60'/0'/0/0`, hardened ones with `HARDENED_OFFSET` added; `m` gives none.
 * Throws for anything else: paths are part of the program, not input.
 */
export function parseDerivationPath(path: string): number[] {
  const [root, ...levels] = path.split("/");
  if (root !== "m" || levels.length > PATH_LEVELS_MAX) throw new TypeError(`not a derivation path: ${path}`);
  return levels.map((level) => {
    const match = /^(0|[1-9]\d{0,9})('?)$/.exec(level);
    const index = Number(match?.[1]);
    if (match === null || index >= HARDENED_OFFSET) throw new TypeError(`not a derivation path: ${path}`);
    return match[2] === "'" ? index + HARDENED_OFFSET : index;
  });
}
