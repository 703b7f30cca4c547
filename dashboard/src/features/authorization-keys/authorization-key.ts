/** A new P-256 authorization key. It is made in this browser by WebCrypto, and its private half is sent nowhere. */
export type AuthorizationKey = {
  /** Base64 of the SPKI DER: what the server learns. */
  publicKey: string;
  /** `wallet-auth:` and base64 of the PKCS #8 DER, as the SDKs take it. */
  privateKey: string;
};

const algorithm = { name: "ECDSA", namedCurve: "P-256" } as const;
const signing = { name: "ECDSA", hash: "SHA-256" } as const;
const PREFIX = "wallet-auth:";

export async function makeAuthorizationKey(): Promise<AuthorizationKey> {
  const pair = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const [spki, pkcs8] = await Promise.all([
    crypto.subtle.exportKey("spki", pair.publicKey),
    crypto.subtle.exportKey("pkcs8", pair.privateKey),
  ]);
  return { publicKey: toBase64(spki), privateKey: PREFIX + toBase64(pkcs8) };
}

/**
 * Whether the text of the private key, read as an SDK would read it, signs for the public key that the server knows:
 * a random challenge is signed and verified, both here.
 */
export async function testAuthorizationKey({ publicKey, privateKey }: AuthorizationKey): Promise<boolean> {
  if (!privateKey.startsWith(PREFIX)) return false;
  const pkcs8 = fromBase64(privateKey.slice(PREFIX.length));
  const signer = await crypto.subtle.importKey("pkcs8", pkcs8, algorithm, false, ["sign"]);
  const verifier = await crypto.subtle.importKey("spki", fromBase64(publicKey), algorithm, false, ["verify"]);
  const challenge = crypto.getRandomValues(new Uint8Array(32));
  const signature = await crypto.subtle.sign(signing, signer, challenge);
  return crypto.subtle.verify(signing, verifier, signature, challenge);
}

function toBase64(bytes: ArrayBuffer): string {
  return btoa(String.fromCharCode(...new Uint8Array(bytes)));
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
