import { recoverSecp256k1, verifyEd25519 } from "@mandate/core/crypto/primitives";
import { ethereumAddressBytes } from "@mandate/core/crypto/secp256k1";
import { decodeBase64 } from "@mandate/core/encoding/base64";
import { decodeHex0x } from "@mandate/core/encoding/hex";
import type { JsonObject } from "@mandate/core/encoding/json-value";
import { encodeUtf8 } from "@mandate/core/encoding/utf8";
import { toChecksumAddress } from "@mandate/core/ethereum/address";
import { personalMessageDigest } from "@mandate/core/ethereum/personal-message";
import { isOriginAllowed } from "@mandate/core/login/origin";
import { parseWalletMessage, type WalletMessage, type WalletMessageChain } from "@mandate/core/login/wallet-message";
import { parseSolanaAddress } from "@mandate/core/solana/address";
import type { LoginFacts } from "../protocol.ts";
import { makeIdentity } from "./identities.ts";
import { allowedOriginsOf } from "./login-methods.ts";
import { type Operation, requireText } from "./operation.ts";
import type { AppBody } from "./records.ts";
import { invalidData, Refusal } from "./refusal.ts";
import type { AuthorityRecord } from "./seal.ts";

/** How old a signed message may be, and how far a wallet's clock may run ahead. */
const AGE_MAX_MS = 15 * 60 * 1000;
const AHEAD_MAX_MS = 5 * 60 * 1000;

/**
 * The wallet whose holder signed a message for this app, just now (ERC-4361 §Verification): domain and URI are an
 * allowed origin's, the nonce is the one that the API issued, the times hold, and the signature is the address's.
 */
export function proveWallet(
  op: Operation,
  app: AuthorityRecord<AppBody>,
  facts: LoginFacts,
  body: JsonObject,
  chain: WalletMessageChain,
): string {
  const text = requireText(body.message, "message", 10_000);
  const message = parseWalletMessage(text, chain);
  if (message === undefined) throw invalidData("message is not a sign-in message of the form of ERC-4361");
  const { domain, origin } = message;
  if (origin !== `https://${domain}` && origin !== `http://${domain}`)
    throw refuse("the message's domain is not the one of its URI");
  if (!isOriginAllowed(origin, allowedOriginsOf(app)))
    throw refuse("the message is for a page that is not among the app's allowed origins");
  if (message.version !== "1") throw refuse("the message's version is not 1");
  if (facts.nonce === undefined || message.nonce !== facts.nonce)
    throw refuse("the message's nonce was not issued here, was used before, or has expired; start again");
  assertInTime(op, message);
  const signature = requireText(body.signature, "signature", 300);
  const bytes = encodeUtf8(text);
  if (chain === "ethereum") {
    const signer = recoverAddress(bytes, signature);
    if (signer === undefined || signer.toLowerCase() !== message.address.toLowerCase())
      throw refuse("the signature is not one of the message's address");
    return makeIdentity("wallet", signer);
  }
  const publicKey = parseSolanaAddress(message.address);
  const decoded = decodeBase64(signature);
  if (publicKey === undefined || decoded === undefined || !verifyEd25519(publicKey, bytes, decoded))
    throw refuse("the signature is not one of the message's address");
  return makeIdentity("wallet", message.address);
}

function assertInTime(op: Operation, { issuedAt, expirationTime, notBefore }: WalletMessage): void {
  const issued = Date.parse(issuedAt);
  if (!(issued >= op.nowMs - AGE_MAX_MS && issued <= op.nowMs + AHEAD_MAX_MS))
    throw refuse("the message was not issued in the last 15 minutes; check the wallet's clock and start again");
  if (expirationTime !== undefined && !(Date.parse(expirationTime) > op.nowMs)) throw refuse("the message has expired");
  if (notBefore !== undefined && !(Date.parse(notBefore) <= op.nowMs + AHEAD_MAX_MS))
    throw refuse("the message is not valid yet");
}

/** EIP-191 version 0x45; `v` is 27 or 28, or the bare parity that some wallets give. */
function recoverAddress(message: Uint8Array, signature: string): string | undefined {
  const bytes = decodeHex0x(signature.toLowerCase());
  if (bytes?.length !== 65) return undefined;
  const v = bytes[64]!;
  const recovery = v === 27 || v === 0 ? 0 : v === 28 || v === 1 ? 1 : undefined;
  if (recovery === undefined) return undefined;
  const parts = { r: bytes.slice(0, 32), s: bytes.slice(32, 64), recovery: recovery as 0 | 1 };
  const publicKey = recoverSecp256k1(personalMessageDigest(message), parts);
  return publicKey === undefined ? undefined : toChecksumAddress(ethereumAddressBytes(publicKey));
}

function refuse(message: string): Refusal {
  return new Refusal(401, "invalid_credentials", message);
}
