/**
 * Whether two byte strings are equal, in a time that depends on their lengths only (I22).
 *
 * No early exit and no branch on a byte; beyond that a JavaScript engine gives no guarantee, so compare digests of
 * secrets rather than the secrets where the choice exists.
 */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= a[i]! ^ b[i]!;
  return difference === 0;
}
