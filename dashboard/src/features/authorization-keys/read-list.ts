/** IDs, separated by line breaks, spaces or commas. */
export function readList(text: string): string[] {
  return text.split(/[\s,]+/).filter((item) => item !== "");
}

const PEM = /-----BEGIN PUBLIC KEY-----[\s\S]*?-----END PUBLIC KEY-----/g;

/** Public keys: PEM blocks, and between them base64, one a line. */
export function readPublicKeys(text: string): string[] {
  const blocks = text.match(PEM) ?? [];
  return [...blocks, ...readList(text.replace(PEM, "\n"))];
}
