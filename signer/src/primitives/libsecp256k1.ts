import { randomBytes } from "node:crypto";
import { createRequire } from "node:module";
import type { Primitives } from "@mandate/core/crypto/primitives";

type Secp256k1Primitives = Pick<
  Primitives,
  "signSecp256k1" | "verifySecp256k1" | "recoverSecp256k1" | "secp256k1PublicKey"
>;

// The functions of secp256k1@5 that we call; the package has no types.
type Binding = {
  contextRandomize(seed: Uint8Array): void;
  ecdsaSign(digest: Uint8Array, privateKey: Uint8Array): { signature: Uint8Array; recid: number };
  ecdsaVerify(signature: Uint8Array, digest: Uint8Array, publicKey: Uint8Array): boolean;
  ecdsaRecover(signature: Uint8Array, recid: number, digest: Uint8Array, compressed: boolean): Uint8Array;
  signatureNormalize(signature: Uint8Array): Uint8Array;
  publicKeyCreate(privateKey: Uint8Array, compressed: boolean): Uint8Array;
};

// SEC 2 §2.4.1
const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

/**
 * Loads the native libsecp256k1 of the package `secp256k1`; throws where it has no binary for this platform. Its main
 * module would fall back to `elliptic` in silence, so only the bindings are loaded.
 */
export function loadLibsecp256k1(): Secp256k1Primitives {
  const binding: Binding = createRequire(import.meta.url)("secp256k1/bindings.js");
  // Blinds the multiplications with secret scalars; changes no result.
  binding.contextRandomize(randomBytes(32));
  return {
    signSecp256k1(digest, privateKey) {
      const { signature, recid } = binding.ecdsaSign(reduceDigest(digest), privateKey);
      if (recid !== 0 && recid !== 1) throw new Error("the signature has no y-parity");
      return { r: signature.slice(0, 32), s: signature.slice(32, 64), recovery: recid };
    },
    verifySecp256k1(digest, { r, s }, publicKey) {
      const signature = joinScalars(r, s);
      try {
        // libsecp256k1 verifies low s only; ECDSA has both.
        binding.signatureNormalize(signature);
        return binding.ecdsaVerify(signature, digest, publicKey);
      } catch {
        return false; // r or s is not below the order, or the key is not a point of the curve
      }
    },
    recoverSecp256k1(digest, { r, s, recovery }) {
      try {
        return binding.ecdsaRecover(joinScalars(r, s), recovery, digest, false);
      } catch {
        return undefined; // as above, or r is no x-coordinate, or the result is infinity
      }
    },
    secp256k1PublicKey: (privateKey, compressed) => binding.publicKeyCreate(privateKey, compressed),
  };
}

// RFC 6979 §3.2 feeds the digest modulo the order into the nonce; this libsecp256k1 feeds it as it is. They differ for a
// digest of at least the order only, and there a caller could tell the implementations apart.
function reduceDigest(digest: Uint8Array): Uint8Array {
  if (digest[0] !== 0xff) return digest;
  const value = BigInt(`0x${Buffer.from(digest).toString("hex")}`);
  return value < ORDER ? digest : Buffer.from((value - ORDER).toString(16).padStart(64, "0"), "hex");
}

function joinScalars(r: Uint8Array, s: Uint8Array): Uint8Array {
  const joined = new Uint8Array(64);
  joined.set(r);
  joined.set(s, 32);
  return joined;
}
