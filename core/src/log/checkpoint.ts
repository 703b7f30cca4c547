import { equalBytes } from "../crypto/equal-bytes.ts";
import { sha256, verifyEd25519 } from "../crypto/primitives.ts";
import { decodeBase64, encodeBase64 } from "../encoding/base64.ts";
import { decodeHex, encodeHex } from "../encoding/hex.ts";
import { encodeUtf8 } from "../encoding/utf8.ts";

/**
 * Checkpoints (c2sp.org/tlog-checkpoint): a signed note (c2sp.org/signed-note) whose text is the log's origin, its size
 * and its root hash. `origin` is the name of the key, too.
 */
export type Checkpoint = { origin: string; size: number; root: Uint8Array };

export type SignedCheckpoint = Checkpoint & {
  /** What is signed. */
  text: string;
  signatures: { name: string; keyId: Uint8Array; signature: Uint8Array }[];
};

/** What verifies the checkpoints of a log. As text: `<origin>+<key ID in hex>+<base64 of 01 and the public key>`. */
export type LogKey = { origin: string; publicKey: Uint8Array };

const ED25519 = 1;

export function formatCheckpoint({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${encodeBase64(root)}\n`;
}

export function signCheckpoint(
  checkpoint: Checkpoint,
  publicKey: Uint8Array,
  sign: (message: Uint8Array) => Uint8Array,
): string {
  const text = formatCheckpoint(checkpoint);
  const key = { origin: checkpoint.origin, publicKey };
  const line = encodeBase64(new Uint8Array([...keyIdOf(key), ...sign(encodeUtf8(text))]));
  return `${text}\n\u2014 ${checkpoint.origin} ${line}\n`;
}

export function parseCheckpoint(note: string): SignedCheckpoint | undefined {
  const end = note.indexOf("\n\n");
  if (end < 0 || !note.endsWith("\n")) return undefined;
  const text = note.slice(0, end + 1);
  const match = /^([^\n+ ]+)\n(0|[1-9][0-9]{0,15})\n([A-Za-z0-9+/]{43}=)\n$/.exec(text);
  if (match === null) return undefined;
  const [, origin, sizeText, rootText] = match as unknown as [string, string, string, string];
  const root = decodeBase64(rootText);
  const size = Number(sizeText);
  if (root?.length !== 32 || !Number.isSafeInteger(size)) return undefined;
  const signatures: SignedCheckpoint["signatures"] = [];
  for (const line of note.slice(end + 2, -1).split("\n")) {
    const parts = /^\u2014 ([^\n+ ]+) ([A-Za-z0-9+/]+=*)$/.exec(line);
    const bytes = parts === null ? undefined : decodeBase64(parts[2]!);
    if (parts === null || bytes === undefined || bytes.length < 5) return undefined;
    signatures.push({ name: parts[1]!, keyId: bytes.subarray(0, 4), signature: bytes.subarray(4) });
  }
  return { origin, size, root, text, signatures };
}

/** Whether the key's own signature is there and holds. Signatures of others (witnesses) are passed over. */
export function verifyCheckpoint(checkpoint: SignedCheckpoint, key: LogKey): boolean {
  if (checkpoint.origin !== key.origin) return false;
  const keyId = keyIdOf(key);
  return checkpoint.signatures.some(
    ({ name, keyId: named, signature }) =>
      name === key.origin &&
      equalBytes(named, keyId) &&
      signature.length === 64 &&
      verifyEd25519(key.publicKey, encodeUtf8(checkpoint.text), signature),
  );
}

export function formatLogKey(key: LogKey): string {
  const bytes = new Uint8Array([ED25519, ...key.publicKey]);
  return `${key.origin}+${encodeHex(keyIdOf(key))}+${encodeBase64(bytes)}`;
}

export function parseLogKey(text: string): LogKey | undefined {
  const match = /^([^\n+ ]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)$/.exec(text);
  const bytes = match === null ? undefined : decodeBase64(match[3]!);
  if (match === null || bytes?.length !== 33 || bytes[0] !== ED25519) return undefined;
  const key = { origin: match[1]!, publicKey: bytes.slice(1) };
  return equalBytes(decodeHex(match[2]!) ?? new Uint8Array(0), keyIdOf(key)) ? key : undefined;
}

function keyIdOf({ origin, publicKey }: LogKey): Uint8Array {
  return sha256(new Uint8Array([...encodeUtf8(`${origin}\n`), ED25519, ...publicKey])).slice(0, 4);
}
