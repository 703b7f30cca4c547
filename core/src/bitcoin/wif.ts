import { createBase58check } from "@scure/base";
import { decodeText } from "../chains/decode-text.ts";
import { sha256 } from "../crypto/primitives.ts";

const base58check = createBase58check(sha256);

/**
 * The private key of a mainnet wallet import format text for a compressed key: 0x80 ‖ key ‖ 0x01 in base58check. Undefined
 * for every other text: a key marked uncompressed cannot own a segwit output (BIP-143).
 */
export function parseWif(text: string): Uint8Array | undefined {
  const bytes = decodeText(base58check, text);
  return bytes?.length === 34 && bytes[0] === 0x80 && bytes[33] === 0x01 ? bytes.slice(1, 33) : undefined;
}
