import type { ParsedSignable, Signed, SigningContext } from "../chains/signable-request.ts";
import { signEd25519Checked } from "../crypto/ed25519.ts";
import type { JsonValue } from "../encoding/json-value.ts";
import { parseSolanaRequest } from "./request.ts";
import { describeResult, requestBytes, signedTransaction } from "./result.ts";
import { encodeTransaction } from "./transaction.ts";
import type { SolanaRequest } from "./types.ts";

/** Decodes a Solana wallet's rpc body (spec 04 §4.2) into what can be decided about and signed. */
export function parseSolanaSignable(body: JsonValue, context: SigningContext): ParsedSignable {
  const { publicKey, walletId } = context;
  const parsed = parseSolanaRequest(body, { walletAddress: publicKey, walletId });
  if (!parsed.ok) return parsed;
  const { request } = parsed;
  const digest = requestBytes(request);
  return {
    ok: true,
    value: {
      method: request.method,
      operations: [request],
      digest,
      filled: [],
      sign: (privateKey) => describeSigned(request, signEd25519Checked(digest, privateKey, publicKey)),
    },
  };
}

function describeSigned(request: SolanaRequest, signature: Uint8Array): Signed {
  const data = describeResult(request, signature);
  if (request.method !== "signAndSendTransaction") return { data };
  const hash = data.hash as string;
  const bytes = encodeTransaction(signedTransaction(request, signature));
  return { data, broadcast: { bytes, hash, caip2: request.caip2, nonce: hash } };
}
