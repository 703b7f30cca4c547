import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  pbkdf2Sync,
  sign,
  verify,
} from "node:crypto";
import { decodeP256Spki } from "@mandate/core/crypto/p256-spki";
import type { Primitives } from "@mandate/core/crypto/primitives";

type OpensslPrimitives = Pick<
  Primitives,
  | "sha256"
  | "hmacSha256"
  | "hkdfSha256"
  | "pbkdf2HmacSha512"
  | "verifyP256"
  | "ed25519PublicKey"
  | "signEd25519"
  | "verifyEd25519"
  | "encryptAes256Gcm"
  | "decryptAes256Gcm"
>;

const TAG_BYTES = 16;

/** What node:crypto does better than JavaScript. `keysMax` bounds the parsed P-256 keys that are kept. */
export function createOpensslPrimitives(keysMax = 10_000): OpensslPrimitives {
  const findKey = createKeyCache(keysMax);
  return {
    sha256: (data) => plain(createHash("sha256").update(data).digest()),
    hmacSha256,
    hkdfSha256,
    pbkdf2HmacSha512: (password, salt, iterations, lengthBytes) =>
      plain(pbkdf2Sync(password, salt, iterations, lengthBytes, "sha512")),
    verifyP256: (spkiBase64, message, derSignature) => verify("sha256", message, findKey(spkiBase64), derSignature),
    ed25519PublicKey: (seed) => decodeX(createPublicKey(importEd25519Seed(seed))),
    signEd25519: (seed, message) => plain(sign(null, message, importEd25519Seed(seed))),
    verifyEd25519: (publicKey, message, signature) =>
      verify(null, message, importEd25519PublicKey(publicKey), signature),
    encryptAes256Gcm,
    decryptAes256Gcm,
  };
}

// Importing an SPKI costs more than a verification, so the most recently used keys are kept, bounded because clients
// choose them. A Map iterates in the order of insertion: its first key is the one that was not used for longest.
function createKeyCache(keysMax: number): (spkiBase64: string) => KeyObject {
  const keys = new Map<string, KeyObject>();
  return (spkiBase64) => {
    let key = keys.get(spkiBase64);
    if (key !== undefined) {
      keys.delete(spkiBase64);
    } else {
      decodeP256Spki(spkiBase64); // OpenSSL would take a key of any other kind as well
      key = createPublicKey({ key: Buffer.from(spkiBase64, "base64"), format: "der", type: "spki" });
      if (keys.size >= keysMax) keys.delete(keys.keys().next().value!);
    }
    keys.set(spkiBase64, key);
    return key;
  };
}

// A JWK (RFC 8037 §2) imports in a tenth of the time that PKCS#8 takes. Its `x` has to be there and is not read: OpenSSL
// derives the public key from `d`, which is as it must be, since signing with another one would give the seed away. A
// version that did read it would refuse this one, and the self-test would stop the start.
function importEd25519Seed(seed: Uint8Array): KeyObject {
  return createPrivateKey({ key: { kty: "OKP", crv: "Ed25519", x: "", d: base64Url(seed) }, format: "jwk" });
}

function importEd25519PublicKey(publicKey: Uint8Array): KeyObject {
  return createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: base64Url(publicKey) }, format: "jwk" });
}

function decodeX(publicKey: KeyObject): Uint8Array {
  return Uint8Array.from(Buffer.from(publicKey.export({ format: "jwk" }).x!, "base64url"));
}

// Over the same memory: a copy of a seed would stay behind in the pool that small Buffers are cut from.
function base64Url(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("base64url");
}

function hmacSha256(key: Uint8Array, data: Uint8Array): Uint8Array {
  return plain(createHmac("sha256", key).update(data).digest());
}

// RFC 5869 §2. node's hkdfSync takes twice as long and refuses an info of more than 1,024 bytes.
function hkdfSha256(ikm: Uint8Array, salt: Uint8Array, info: Uint8Array, lengthBytes: number): Uint8Array {
  const prk = hmacSha256(salt, ikm);
  const output = new Uint8Array(lengthBytes);
  let block: Uint8Array = new Uint8Array(0);
  for (let at = 0, counter = 1; at < lengthBytes; at += 32, counter++) {
    block = plain(createHmac("sha256", prk).update(block).update(info).update(Uint8Array.of(counter)).digest());
    output.set(block.subarray(0, lengthBytes - at), at);
  }
  prk.fill(0);
  return output;
}

function encryptAes256Gcm(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, plaintext: Uint8Array): Uint8Array {
  const cipher = createCipheriv("aes-256-gcm", key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(aad);
  const body = cipher.update(plaintext);
  cipher.final();
  const ciphertext = new Uint8Array(body.length + TAG_BYTES);
  ciphertext.set(body);
  ciphertext.set(cipher.getAuthTag(), body.length);
  return ciphertext;
}

function decryptAes256Gcm(
  key: Uint8Array,
  nonce: Uint8Array,
  aad: Uint8Array,
  ciphertext: Uint8Array,
): Uint8Array | undefined {
  const tagAt = ciphertext.length - TAG_BYTES;
  const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(aad);
  decipher.setAuthTag(ciphertext.subarray(tagAt));
  const plaintext = decipher.update(ciphertext.subarray(0, tagAt));
  try {
    decipher.final();
  } catch {
    plaintext.fill(0); // not authentic, so nobody may see it
    return undefined;
  }
  return plain(plaintext);
}

// Without the Buffer methods: Buffer's `slice` shares memory where Uint8Array's copies.
function plain(bytes: Buffer): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}
