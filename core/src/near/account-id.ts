/**
 * Whether the text is an account id: 2 to 64 characters, parts of lower-case letters and digits joined by single `.`, `-`
 * or `_` (NEAR Protocol Specification, "Account ID").
 */
export function isNearAccountId(text: string): boolean {
  return text.length >= 2 && text.length <= 64 && text.split(/[-._]/).every((part) => /^[a-z0-9]+$/.test(part));
}
