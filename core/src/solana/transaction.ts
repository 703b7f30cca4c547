import { accept, type Parsed, refuse } from "../ethereum/parsed.ts";
import { MalformedBytes, readFrom, takeBytes } from "./byte-reader.ts";
import { encodeCompactU16, takeCompactU16 } from "./compact-u16.ts";
import { decodeMessage, encodeMessage, TRANSACTION_BYTES_MAX } from "./message.ts";
import type { SolanaTransaction } from "./types.ts";

/**
 * Decodes the wire form of a transaction: as many signatures as its message needs, then the message.
 *
 * INVARIANT (I8): what is accepted encodes back to exactly `bytes`; everything else is refused.
 */
export function decodeTransaction(bytes: Uint8Array): Parsed<SolanaTransaction> {
  if (bytes.length > TRANSACTION_BYTES_MAX) {
    return refuse(`the transaction has ${bytes.length} bytes, of at most ${TRANSACTION_BYTES_MAX}`);
  }
  try {
    const reader = readFrom(bytes);
    const count = takeCompactU16(reader);
    const signatures: Uint8Array[] = [];
    while (signatures.length < count) signatures.push(takeBytes(reader, 64));
    const message = decodeMessage(bytes.subarray(reader.at));
    if (!message.ok) return message;
    if (message.value.requiredSignatures !== count) {
      return refuse(`the message needs ${message.value.requiredSignatures} signatures, the transaction has ${count}`);
    }
    return accept({ signatures, message: message.value });
  } catch (error) {
    if (error instanceof MalformedBytes) return refuse(error.message);
    throw error;
  }
}

/** The bytes that go to the network. */
export function encodeTransaction({ signatures, message }: SolanaTransaction): Uint8Array {
  const bytes = encodeCompactU16(signatures.length);
  for (const signature of signatures) bytes.push(...signature);
  return Uint8Array.from([...bytes, ...encodeMessage(message)]);
}

/** The same transaction with one signature in its place; those of others stay as they were. */
export function withSignature(
  { signatures, message }: SolanaTransaction,
  signerIndex: number,
  signature: Uint8Array,
): SolanaTransaction {
  return { signatures: signatures.with(signerIndex, signature), message };
}

/** Whether the signature is one, rather than the zeros that stand in the place of one to come. */
export function isSignaturePresent(signature: Uint8Array): boolean {
  return signature.some((byte) => byte !== 0);
}
