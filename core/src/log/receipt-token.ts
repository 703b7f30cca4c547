import { verifyEd25519 } from "../crypto/primitives.ts";
import { encodeBase64 } from "../encoding/base64.ts";
import { decodeBase64Url, encodeBase64Url } from "../encoding/base64url.ts";
import { encodeUtf8 } from "../encoding/utf8.ts";
import { hashLeaf } from "./merkle-tree.ts";

/** What the log's key signs to promise that an entry will be in the log. No checkpoint begins like this. */
export function receiptMessage(entry: Uint8Array): Uint8Array {
  return encodeUtf8(`mandate-receipt v1\n${encodeBase64(hashLeaf(entry))}\n`);
}

/** The value of the header `mandate-receipt`: `<base64url entry>.<base64url signature>`. */
export function formatReceiptToken(entry: Uint8Array, signature: Uint8Array): string {
  return `${encodeBase64Url(entry)}.${encodeBase64Url(signature)}`;
}

/** The entry, when the log's key has signed it. */
export function openReceiptToken(token: string, publicKey: Uint8Array): Uint8Array | undefined {
  const [entryText, signatureText, ...rest] = token.split(".");
  if (entryText === undefined || signatureText === undefined || rest.length > 0) return undefined;
  const entry = decodeBase64Url(entryText);
  const signature = decodeBase64Url(signatureText);
  if (entry === undefined || signature?.length !== 64) return undefined;
  return verifyEd25519(publicKey, receiptMessage(entry), signature) ? entry : undefined;
}
