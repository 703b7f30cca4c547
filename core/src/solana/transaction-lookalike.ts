import { type ByteReader, MalformedBytes, readFrom, takeByte, takeBytes } from "./byte-reader.ts";
import { TRANSACTION_BYTES_MAX } from "./message.ts";

/** Three bytes of header, one key, the block hash and two lengths. */
const MESSAGE_BYTES_MIN = 3 + 1 + 32 + 32 + 1;

/**
 * Whether bytes that are to be signed as a message could be a transaction, or the message of one, to any reader.
 *
 * Ed25519 signatures on Solana are over the plain bytes, without a prefix that tells one use from another, so this must
 * see more than `decodeMessage` does: lengths in any spelling, indexes out of bounds, accounts named twice, bytes after
 * the end, and versions that are yet to come. Text that begins with a printable character never looks like one: that is a
 * count of 32 or more signatures, which do not fit in a transaction, or a byte above 0xbf.
 *
 * INVARIANT (I14): no bytes that `decodeMessage` or `decodeTransaction` accepts are signed as a message.
 */
export function mayBeTransaction(bytes: Uint8Array): boolean {
  const first = bytes[0] ?? 0;
  if (first > 0x80 && first <= 0xbf) return bytes.length >= MESSAGE_BYTES_MIN;
  return hasMessageAt(bytes, 0) || hasTransactionAt(bytes);
}

function hasTransactionAt(bytes: Uint8Array): boolean {
  try {
    const reader = readFrom(bytes);
    const signatures = takeAnyLength(reader);
    takeBytes(reader, 64 * signatures);
    return signatures > 0 && hasMessageAt(bytes, reader.at);
  } catch (error) {
    if (error instanceof MalformedBytes) return false;
    throw error;
  }
}

function hasMessageAt(bytes: Uint8Array, start: number): boolean {
  const reader: ByteReader = { bytes, at: start };
  try {
    const isVersioned = bytes[start] === 0x80;
    if (isVersioned) takeByte(reader);
    const requiredSignatures = takeByte(reader);
    takeBytes(reader, 2);
    const keys = takeAnyLength(reader);
    takeBytes(reader, 32 * keys + 32);
    for (let count = takeAnyLength(reader); count > 0; count--) {
      takeByte(reader);
      takeBytes(reader, takeAnyLength(reader));
      takeBytes(reader, takeAnyLength(reader));
    }
    for (let count = isVersioned ? takeAnyLength(reader) : 0; count > 0; count--) {
      takeBytes(reader, 32);
      takeBytes(reader, takeAnyLength(reader));
      takeBytes(reader, takeAnyLength(reader));
    }
    // No reader can do with less than a fee payer that signs, and none takes more than a packet.
    if (requiredSignatures === 0 || requiredSignatures > keys) return false;
    return 1 + 64 * requiredSignatures + (reader.at - start) <= TRANSACTION_BYTES_MAX;
  } catch (error) {
    if (error instanceof MalformedBytes) return false;
    throw error;
  }
}

/** A compact length in any spelling. */
function takeAnyLength(reader: ByteReader): number {
  let value = 0;
  for (let shift = 0; shift <= 14; shift += 7) {
    const byte = takeByte(reader);
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) break;
  }
  return value;
}
