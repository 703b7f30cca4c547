import { createHash } from "node:crypto";
import type { Primitives } from "@mandate/core/crypto/primitives";

/** What the self-test found: the first primitive whose answer differs from the reference, and for which input. */
export type SelfTestFailure = { primitive: keyof Primitives; trial: string };

/**
 * Compares a set of primitives with the reference on fixed and pseudo-random inputs, the same at every start. Members
 * that are the reference's own are skipped. Short on purpose (0.1 s, half of it the first use of noble): the long
 * comparison is in the tests; this one finds a wrong or damaged binary on this machine before it signs anything.
 */
export function selfTestPrimitives(candidate: Primitives, reference: Primitives): SelfTestFailure | undefined {
  for (const { primitive, trial, run, expected } of listTrials()) {
    if (candidate[primitive] === reference[primitive]) continue;
    const wanted = expected === undefined ? describe(() => run(reference)) : describe(() => expected);
    if (describe(() => run(candidate)) !== wanted) return { primitive, trial };
  }
  return undefined;
}

type Trial = {
  primitive: keyof Primitives;
  trial: string;
  run: (primitives: Primitives) => unknown;
  /** Known answer; left out, the reference is asked. */
  expected?: boolean;
};

function* listTrials(): Generator<Trial> {
  for (let i = 0; i < 32; i++) {
    // 0 to 279 bytes: around the block lengths of both hashes (64 and 136) and over two of the longer one.
    const data = pseudoRandomBytes("data", i, i < 4 ? [0, 64, 135, 136][i]! : i * 9);
    const key = pseudoRandomBytes("key", i, i + 1);
    yield { primitive: "sha256", trial: `${i}`, run: (p) => p.sha256(data) };
    yield { primitive: "keccak256", trial: `${i}`, run: (p) => p.keccak256(data) };
    yield { primitive: "hmacSha256", trial: `${i}`, run: (p) => p.hmacSha256(key, data) };
  }
  yield* listKeyDerivationTrials();
  yield* listAes256GcmTrials();
  yield* listSecp256k1Trials();
  yield* listP256Trials();
  yield* listEd25519Trials();
}

function* listKeyDerivationTrials(): Generator<Trial> {
  for (let i = 0; i < 4; i++) {
    const [ikm, salt, info] = ["ikm", "salt", "info"].map((name) => pseudoRandomBytes(name, i, i * 17));
    yield { primitive: "hkdfSha256", trial: `${i}`, run: (p) => p.hkdfSha256(ikm!, salt!, info!, 16 + i * 48) };
    if (i < 2) {
      yield { primitive: "pbkdf2HmacSha512", trial: `${i}`, run: (p) => p.pbkdf2HmacSha512(ikm!, salt!, 1 + i, 64) };
    }
  }
}

function* listAes256GcmTrials(): Generator<Trial> {
  for (let i = 0; i < 6; i++) {
    const key = pseudoRandomBytes("gcm key", i, 32);
    const nonce = pseudoRandomBytes("gcm nonce", i, 12);
    const aad = pseudoRandomBytes("gcm aad", i, i * 7);
    const plaintext = pseudoRandomBytes("gcm plaintext", i, i * 13);
    const seal = (p: Primitives) => p.encryptAes256Gcm(key, nonce, aad, plaintext);
    const open = (p: Primitives, ciphertext: Uint8Array) => p.decryptAes256Gcm(key, nonce, aad, ciphertext);
    yield { primitive: "encryptAes256Gcm", trial: `${i}`, run: seal };
    yield { primitive: "decryptAes256Gcm", trial: `${i}`, run: (p) => open(p, seal(p)) };
    yield { primitive: "decryptAes256Gcm", trial: `${i}, tampered`, run: (p) => open(p, flipBit(seal(p), i)) };
  }
}

function* listSecp256k1Trials(): Generator<Trial> {
  const digests = [filled(0x00), filled(0xff), hex("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141")];
  for (let i = 0; i < 2; i++) digests.push(pseudoRandomBytes("digest", i, 32));
  for (const [i, digest] of digests.entries()) {
    const privateKey = pseudoRandomBytes("private key", i, 32);
    const sign = (p: Primitives) => p.signSecp256k1(digest, privateKey);
    const publicKey = (p: Primitives) => p.secp256k1PublicKey(privateKey, i % 2 === 0);
    yield { primitive: "secp256k1PublicKey", trial: `${i}`, run: publicKey };
    yield { primitive: "signSecp256k1", trial: `${i}`, run: sign };
    yield {
      primitive: "recoverSecp256k1",
      trial: `${i}`,
      run: (p) => sameBytes(p.recoverSecp256k1(digest, sign(p)), p.secp256k1PublicKey(privateKey, false)),
      expected: true,
    };
    yield {
      primitive: "verifySecp256k1",
      trial: `${i}`,
      run: (p) => p.verifySecp256k1(digest, sign(p), publicKey(p)),
      expected: true,
    };
    yield {
      primitive: "verifySecp256k1",
      trial: `${i}, tampered`,
      run: (p) => p.verifySecp256k1(flipBit(digest, i), sign(p), publicKey(p)),
      expected: false,
    };
  }
  yield { primitive: "signSecp256k1", trial: "zero key", run: (p) => p.signSecp256k1(filled(1), filled(0)) };
  yield {
    primitive: "secp256k1PublicKey",
    trial: "key over the order",
    run: (p) => p.secp256k1PublicKey(filled(0xff), true),
  };
}

// Known answers only: asking the reference would cost more than all the rest together.
function* listP256Trials(): Generator<Trial> {
  for (const [message, signatureHex] of P256_SIGNATURES) {
    const data = new TextEncoder().encode(message);
    const signature = hex(signatureHex);
    const verify = (data: Uint8Array, signature: Uint8Array) => (p: Primitives) =>
      p.verifyP256(P256_KEY, data, signature);
    yield { primitive: "verifyP256", trial: message, run: verify(data, signature), expected: true };
    yield {
      primitive: "verifyP256",
      trial: `${message}, empty`,
      run: verify(data, new Uint8Array(0)),
      expected: false,
    };
    yield {
      primitive: "verifyP256",
      trial: `${message}, other`,
      run: verify(flipBit(data, 0), signature),
      expected: false,
    };
    for (let bit = 0; bit < signature.length * 8; bit += 37) {
      const run = verify(data, flipBit(signature, bit));
      yield { primitive: "verifyP256", trial: `${message}, bit ${bit} flipped`, run, expected: false };
    }
  }
  const run = (p: Primitives) => p.verifyP256(P256_KEY.replace("EwYHKoZIzj0C", "EwYHKoZIzj0D"), filled(0), filled(0));
  yield { primitive: "verifyP256", trial: "other algorithm", run };
}

// Known answers only, as for P-256.
function* listEd25519Trials(): Generator<Trial> {
  for (const [i, [seedHex, publicKeyHex, messageHex, signatureHex]] of ED25519_SIGNATURES.entries()) {
    const [seed, publicKey, message, signature] = [hex(seedHex), hex(publicKeyHex), hex(messageHex), hex(signatureHex)];
    const verify = (message: Uint8Array, signature: Uint8Array) => (p: Primitives) =>
      p.verifyEd25519(publicKey, message, signature);
    yield {
      primitive: "ed25519PublicKey",
      trial: `${i}`,
      run: (p) => sameBytes(p.ed25519PublicKey(seed), publicKey),
      expected: true,
    };
    yield {
      primitive: "signEd25519",
      trial: `${i}`,
      run: (p) => sameBytes(p.signEd25519(seed, message), signature),
      expected: true,
    };
    yield { primitive: "verifyEd25519", trial: `${i}`, run: verify(message, signature), expected: true };
    const longer = Uint8Array.of(...message, 0);
    yield { primitive: "verifyEd25519", trial: `${i}, other`, run: verify(longer, signature), expected: false };
    for (let bit = 0; bit < 512; bit += 37) {
      const run = verify(message, flipBit(signature, bit));
      yield { primitive: "verifyEd25519", trial: `${i}, bit ${bit} flipped`, run, expected: false };
    }
  }
}

// RFC 8032 §7.1, tests 1 to 3: private key, public key, message, signature.
const ED25519_SIGNATURES = [
  [
    "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
    "",
    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
  ],
  [
    "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
    "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
    "72",
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
  ],
  [
    "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
    "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
    "af82",
    "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
  ],
] as const;

// RFC 6979 §A.2.5 with SHA-256: the public key, the signatures of "sample" (high s) and "test" (low s), and the other
// signature of "sample", (r, n − s).
const P256_KEY =
  "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEYP7UuiVanTHJYet0xjVtaMBJuJI7Yfps5mliLmDyn7Z5A/4QCLi8maQa6elWKLxk8vGyDC1+n1F3o8KU1EYimQ==";
const P256_SIGNATURES = [
  [
    "sample",
    "3046022100efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716022100f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8",
  ],
  [
    "sample",
    "3045022100efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf371602200834e36ad29a83bf2bc9385e491d6099c8fdf9d1ed67aa7ea5f51f93782857a9",
  ],
  [
    "test",
    "3045022100f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d383670220019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083",
  ],
] as const;

function describe(run: () => unknown): string {
  let value: unknown;
  try {
    value = run();
  } catch {
    return "throws";
  }
  return (
    JSON.stringify(value, (_, member) =>
      member instanceof Uint8Array ? Buffer.from(member).toString("hex") : member,
    ) ?? "undefined"
  );
}

function pseudoRandomBytes(label: string, index: number, length: number): Uint8Array {
  const output = new Uint8Array(length);
  for (let at = 0; at < length; at += 32) {
    const block = createHash("sha256").update(`mandate self-test ${label} ${index} ${at}`).digest();
    output.set(block.subarray(0, length - at), at);
  }
  return output;
}

function flipBit(bytes: Uint8Array, bit: number): Uint8Array {
  const flipped = bytes.slice();
  flipped[bit >> 3]! ^= 1 << (bit & 7);
  return flipped;
}

function filled(byte: number): Uint8Array {
  return new Uint8Array(32).fill(byte);
}

function hex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, "hex"));
}

function sameBytes(a: Uint8Array | undefined, b: Uint8Array): boolean {
  return a !== undefined && Buffer.from(a).equals(b);
}
