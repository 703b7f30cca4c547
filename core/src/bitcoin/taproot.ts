import { schnorr, secp256k1 } from "@noble/curves/secp256k1.js";

const { Point } = secp256k1;
const { Fn } = Point;

/**
 * The 32-byte output key of a key-path-only wallet: Q = P + t·G with t = hash_TapTweak(x(P)) (BIP-86, BIP-341 footnote 23).
 * `publicKey` is 33 bytes; its parity has no part in it.
 */
export function taprootOutputKey(publicKey: Uint8Array): Uint8Array {
  const internal = Point.fromBytes(publicKey);
  const even = internal.y % 2n === 0n ? internal : internal.negate();
  return even
    .add(Point.BASE.multiply(tapTweak(publicKey.subarray(1))))
    .toBytes(true)
    .slice(1);
}

/**
 * The 64-byte BIP-340 signature of a 32-byte digest by the tweaked key, with the all-zero auxiliary data that BIP-340
 * allows where there is no randomness. Verified before it is returned (I19).
 */
export function signTaproot(digest: Uint8Array, privateKey: Uint8Array): Uint8Array {
  if (digest.length !== 32) throw new TypeError("digest must have 32 bytes");
  const internal = Point.BASE.multiply(Fn.fromBytes(privateKey));
  const outputKey = taprootOutputKey(internal.toBytes(true));
  const tweaked = tweakPrivateKey(privateKey, internal.toBytes(true));
  const signature = schnorr.sign(digest, tweaked, new Uint8Array(32));
  tweaked.fill(0);
  if (!schnorr.verify(signature, digest, outputKey)) {
    throw new Error("the signature does not verify against the wallet's public key; it was thrown away");
  }
  return signature;
}

/** BIP-341, "Constructing and spending Taproot outputs", taproot_tweak_seckey. */
function tweakPrivateKey(privateKey: Uint8Array, publicKey: Uint8Array): Uint8Array {
  const scalar = Fn.fromBytes(privateKey);
  const even = publicKey[0] === 2 ? scalar : Fn.neg(scalar);
  const tweaked = Fn.add(even, tapTweak(publicKey.subarray(1)));
  if (tweaked === 0n) throw new Error("the tweaked key is zero; use another index");
  return Fn.toBytes(tweaked);
}

function tapTweak(internalX: Uint8Array): bigint {
  const tweak = schnorr.utils.taggedHash("TapTweak", internalX);
  let value = 0n;
  for (const byte of tweak) value = (value << 8n) | BigInt(byte);
  // BIP-341 lets an implementation fail here: the probability is below 2^-127.
  if (value === 0n || value >= Fn.ORDER) throw new Error("the taproot tweak is out of range; use another index");
  return value;
}
