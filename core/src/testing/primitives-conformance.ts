import { createHash, createHmac, hkdfSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { p256PublicKey, parseP256PublicKey } from "../crypto/p256.ts";
import { encodeP256Spki } from "../crypto/p256-spki.ts";
import {
  decryptAes256Gcm,
  ed25519PublicKey,
  encryptAes256Gcm,
  hkdfSha256,
  hmacSha256,
  keccak256,
  pbkdf2HmacSha512,
  recoverSecp256k1,
  secp256k1PublicKey,
  sha256,
  signEd25519,
  signSecp256k1,
  verifyEd25519,
  verifyP256,
  verifySecp256k1,
} from "../crypto/primitives.ts";
import { encodeBase64 } from "../encoding/base64.ts";
import { encodeEcdsaSignatureDer, parseEcdsaSignatureDer } from "../encoding/der.ts";
import { encodeHex } from "../encoding/hex.ts";
import { encodeUtf8 } from "../encoding/utf8.ts";
import { vectorsPath } from "./vectors.ts";
import { fromHex, listCases, readWycheproof } from "./wycheproof.ts";

const SECP256K1_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

/** What every implementation of the primitives must do, run against the set that is installed when the tests run. */
export function describePrimitives(): void {
  describeArguments();
  describeHashes();
  describeAes256Gcm();
  describeVerifyP256();
  describeSecp256k1();
  describeEd25519();
}

function describeArguments(): void {
  const bytes = new Uint8Array(32).fill(1);
  // I19: what is not a byte array of the right length never reaches a signature.
  const malformed: [string, unknown][] = [
    ["31 bytes", bytes.slice(1)],
    ["33 bytes", new Uint8Array(33)],
    ["no bytes", new Uint8Array(0)],
    ["a string", "01".repeat(32)],
    ["a string of 32 characters", "a".repeat(32)],
    ["an array", Array.from(bytes)],
    ["an array-like", { ...bytes, length: 32 }],
    ["words", new Uint32Array(32)],
    ["a buffer", bytes.buffer],
    ["a view", new DataView(bytes.buffer)],
    ["undefined", undefined],
    ["null", null],
    ["a number", 32],
    ["a bigint", 1n],
  ];
  it.each(malformed)("refuses %s as digest, private key, r and s, AES key", (_, value) => {
    const wrong = value as Uint8Array;
    const signature = signSecp256k1(bytes, bytes);
    expect(() => signSecp256k1(wrong, bytes)).toThrow(TypeError);
    expect(() => signSecp256k1(bytes, wrong)).toThrow(TypeError);
    expect(() => secp256k1PublicKey(wrong, true)).toThrow(TypeError);
    expect(() => verifySecp256k1(wrong, signature, bytes)).toThrow(TypeError);
    expect(() => verifySecp256k1(bytes, { ...signature, r: wrong }, bytes)).toThrow(TypeError);
    expect(() => recoverSecp256k1(bytes, { ...signature, s: wrong })).toThrow(TypeError);
    expect(() => ed25519PublicKey(wrong)).toThrow(TypeError);
    expect(() => signEd25519(wrong, bytes)).toThrow(TypeError);
    expect(() => encryptAes256Gcm(wrong, bytes.slice(20), bytes, bytes)).toThrow(TypeError);
    expect(() => decryptAes256Gcm(bytes, wrong, bytes, bytes)).toThrow(TypeError);
  });

  it("refuses data that is not bytes", () => {
    for (const wrong of ["text", [1], undefined] as unknown as Uint8Array[]) {
      for (const hash of [sha256, keccak256]) expect(() => hash(wrong)).toThrow(TypeError);
      expect(() => hmacSha256(wrong, bytes)).toThrow(TypeError);
      expect(() => hmacSha256(bytes, wrong)).toThrow(TypeError);
      expect(() => hkdfSha256(bytes, wrong, bytes, 32)).toThrow(TypeError);
      expect(() => signEd25519(bytes, wrong)).toThrow(TypeError);
      expect(() => verifyEd25519(bytes, wrong, new Uint8Array(64))).toThrow(TypeError);
    }
  });

  it("refuses lengths that HKDF and PBKDF2 do not have", () => {
    for (const length of [0, -1, 1.5, 8161, Number.NaN])
      expect(() => hkdfSha256(bytes, bytes, bytes, length)).toThrow();
    expect(() => pbkdf2HmacSha512(bytes, bytes, 0, 64)).toThrow(TypeError);
    expect(() => pbkdf2HmacSha512(bytes, bytes, 1, 0)).toThrow(TypeError);
  });
}

function describeHashes(): void {
  it("hashes as FIPS 180-4 and Keccak do", () => {
    expect(encodeHex(sha256(encodeUtf8("abc")))).toBe(
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    );
    expect(encodeHex(keccak256(new Uint8Array(0)))).toBe(
      "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470",
    );
    expect(encodeHex(keccak256(encodeUtf8("transfer(address,uint256)"))).slice(0, 8)).toBe("a9059cbb");
    for (const length of [0, 1, 55, 56, 64, 1000, 70_000]) {
      const data = new Uint8Array(length).fill(7);
      expect(encodeHex(sha256(data))).toBe(createHash("sha256").update(data).digest("hex"));
    }
  });

  it("gives results of their own: a later call does not change an earlier answer", () => {
    const first = keccak256(encodeUtf8("first"));
    const copy = encodeHex(first);
    keccak256(encodeUtf8("second"));
    expect(encodeHex(first)).toBe(copy);
    expect(sha256(first)).not.toBeInstanceOf(Buffer);
  });

  const hmacCases = listCases(readWycheproof("hmac_sha256_test.json"));
  it.skipIf(hmacCases.length === 0)("I2: HMAC agrees with Wycheproof (174)", () => {
    for (const [group, test] of hmacCases) {
      const tag = encodeHex(hmacSha256(fromHex(test.key), fromHex(test.msg))).slice(0, group.tagSize / 4);
      expect(tag === test.tag, `${test.tcId} ${test.comment}`).toBe(test.result === "valid");
    }
    expect(hmacCases).toHaveLength(174);
  });

  const hkdfCases = listCases(readWycheproof("hkdf_sha256_test.json"));
  it.skipIf(hkdfCases.length === 0)("I2: HKDF agrees with Wycheproof (86)", () => {
    for (const [, test] of hkdfCases) {
      const derive = () => hkdfSha256(fromHex(test.ikm), fromHex(test.salt), fromHex(test.info), test.size);
      if (test.result === "valid") expect(encodeHex(derive()), `${test.tcId} ${test.comment}`).toBe(test.okm);
      else expect(derive, `${test.tcId} ${test.comment}`).toThrow();
    }
    expect(hkdfCases).toHaveLength(86);
  });

  it("derives with an info longer than node:crypto takes", () => {
    const info = new Uint8Array(5000).fill(9);
    const key = new Uint8Array(32).fill(1);
    expect(() => hkdfSync("sha256", key, key, info, 32)).toThrow();
    const prk = createHmac("sha256", key).update(key).digest();
    const expected = createHmac("sha256", prk).update(info).update(Uint8Array.of(1)).digest("hex");
    expect(encodeHex(hkdfSha256(key, key, info, 32))).toBe(expected);
  });

  const mnemonics = vectorsPath("hd-keys");
  it.skipIf(mnemonics === undefined)(
    "I2: PBKDF2 makes the seeds of all BIP-39 vectors in twelve languages (288)",
    () => {
      const file: { [language: string]: string[][] } = JSON.parse(
        readFileSync(join(mnemonics!, "bip39-trezor-vectors.json"), "utf8"),
      );
      // One of each language and length is enough for an implementation in JavaScript; all take a minute.
      const all = Object.values(file).flat();
      for (const [, mnemonic, seed] of all.filter((_, i) => process.env.MANDATE_FUZZ !== undefined || i % 13 === 0)) {
        const password = encodeUtf8(mnemonic!.normalize("NFKD"));
        expect(encodeHex(pbkdf2HmacSha512(password, encodeUtf8("mnemonicTREZOR"), 2048, 64))).toBe(seed);
      }
      expect(all).toHaveLength(288);
    },
  );
}

function describeAes256Gcm(): void {
  const cases = listCases(readWycheproof("aes_gcm_test.json"));
  it.skipIf(cases.length === 0)(
    "I2: AES-256-GCM agrees with Wycheproof, and refuses every other key, nonce and tag",
    () => {
      let ours = 0;
      for (const [group, test] of cases) {
        const [key, nonce, aad, plaintext] = [test.key, test.iv, test.aad, test.msg].map(fromHex) as [
          Uint8Array,
          Uint8Array,
          Uint8Array,
          Uint8Array,
        ];
        const open = () => decryptAes256Gcm(key, nonce, aad, fromHex(test.ct + test.tag));
        const name = `${test.tcId} ${test.comment}`;
        if (group.keySize !== 256 || group.ivSize !== 96) {
          expect(open, name).toThrow(TypeError);
          expect(() => encryptAes256Gcm(key, nonce, aad, plaintext), name).toThrow(TypeError);
          continue;
        }
        ours++;
        const opened = open();
        if (test.result === "valid" && group.tagSize === 128) {
          expect(opened && encodeHex(opened), name).toBe(test.msg);
          expect(encodeHex(encryptAes256Gcm(key, nonce, aad, plaintext)), name).toBe(test.ct + test.tag);
        } else {
          expect(opened, name).toBeUndefined();
        }
      }
      expect(cases).toHaveLength(316);
      expect(ours).toBe(66);
    },
  );

  it("refuses shortened tags, every flipped bit and a ciphertext shorter than a tag", () => {
    const [key, nonce, aad] = [new Uint8Array(32).fill(1), new Uint8Array(12).fill(2), new Uint8Array(5).fill(3)];
    const sealed = encryptAes256Gcm(key, nonce, aad, encodeUtf8("plaintext"));
    for (let length = 0; length < sealed.length; length++) {
      expect(decryptAes256Gcm(key, nonce, aad, sealed.slice(0, length)), `${length} bytes`).toBeUndefined();
    }
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const flipped = sealed.slice();
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      expect(decryptAes256Gcm(key, nonce, aad, flipped), `bit ${bit}`).toBeUndefined();
    }
    expect(decryptAes256Gcm(key, nonce, new Uint8Array(0), sealed)).toBeUndefined();
    expect(decryptAes256Gcm(key, nonce, aad, sealed)).toEqual(encodeUtf8("plaintext"));
  });
}

function describeVerifyP256(): void {
  it("throws for a key that is not in the canonical form", () => {
    const bytes = new Uint8Array(70);
    const compressed = "MDkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDIgADYP7UuiVanTHJYet0xjVtaMBJuJI7Yfps5mliLmDyn7Y=";
    expect(parseP256PublicKey(compressed).ok).toBe(true);
    const { spkiBase64, point } = p256PublicKey(new Uint8Array(32).fill(1));
    const offCurve = encodeP256Spki(point.with(64, point[64]! ^ 1));
    for (const key of ["", "AAAA", compressed, `${spkiBase64}\n`, offCurve, "-----BEGIN PUBLIC KEY-----"]) {
      expect(() => verifyP256(key, bytes, bytes), key).toThrow();
    }
    expect(verifyP256(spkiBase64, bytes, bytes)).toBe(false);
  });

  const der = listCases(readWycheproof("ecdsa_secp256r1_sha256_test.json"));
  it.skipIf(der.length === 0)("I2: strict DER, then verify, agrees with Wycheproof on P-256 (484)", () => {
    for (const [group, test] of der) {
      const spkiBase64 = encodeBase64(fromHex(group.publicKeyDer));
      const signature = fromHex(test.sig);
      const accepted =
        parseEcdsaSignatureDer(signature) !== undefined && verifyP256(spkiBase64, fromHex(test.msg), signature);
      expect(accepted, `${test.tcId} ${test.comment}`).toBe(test.result === "valid");
      // And no spelling that only the parser refuses may throw.
      verifyP256(spkiBase64, fromHex(test.msg), signature);
    }
    expect(der).toHaveLength(484);
  });

  const p1363 = listCases(readWycheproof("ecdsa_secp256r1_sha256_p1363_test.json"));
  it.skipIf(p1363.length === 0)("I2: r ‖ s rewritten as DER agrees with Wycheproof on P-256 (262)", () => {
    for (const [group, test] of p1363) {
      const signature = derFromP1363(fromHex(test.sig));
      const accepted =
        signature !== undefined &&
        parseEcdsaSignatureDer(signature) !== undefined &&
        verifyP256(encodeBase64(fromHex(group.publicKeyDer)), fromHex(test.msg), signature);
      expect(accepted, `${test.tcId} ${test.comment}`).toBe(test.result === "valid");
    }
    expect(p1363).toHaveLength(262);
  });
}

function describeSecp256k1(): void {
  const cases = listCases(readWycheproof("ecdsa_secp256k1_sha256_test.json"));
  it.skipIf(cases.length === 0)("I2: verification agrees with Wycheproof on secp256k1 (476)", () => {
    for (const [group, test] of cases) {
      const parsed = parseEcdsaSignatureDer(fromHex(test.sig), SECP256K1_ORDER);
      const accepted =
        parsed !== undefined &&
        verifySecp256k1(
          sha256(fromHex(test.msg)),
          { r: toBytes32(parsed.r), s: toBytes32(parsed.s) },
          fromHex(group.publicKey.uncompressed),
        );
      expect(accepted, `${test.tcId} ${test.comment}`).toBe(test.result === "valid");
    }
    expect(cases).toHaveLength(476);
  });

  const digest = sha256(encodeUtf8("digest"));
  const privateKey = new Uint8Array(32).fill(7);

  it("refuses r or s of zero or of the order, and public keys in hybrid or broken form", () => {
    const { r, s, recovery } = signSecp256k1(digest, privateKey);
    const publicKey = secp256k1PublicKey(privateKey, false);
    for (const wrong of [new Uint8Array(32), toBytes32(SECP256K1_ORDER), new Uint8Array(32).fill(255)]) {
      expect(verifySecp256k1(digest, { r: wrong, s }, publicKey)).toBe(false);
      expect(verifySecp256k1(digest, { r, s: wrong }, publicKey)).toBe(false);
      expect(recoverSecp256k1(digest, { r: wrong, s, recovery })).toBeUndefined();
      expect(recoverSecp256k1(digest, { r, s: wrong, recovery })).toBeUndefined();
    }
    const offCurve = publicKey.slice();
    offCurve[64]! ^= 1;
    const hybrids = [6, 7].map((prefix) => Uint8Array.of(prefix, ...publicKey.subarray(1)));
    for (const wrong of [...hybrids, offCurve, publicKey.slice(1), new Uint8Array(65), new Uint8Array(0)]) {
      expect(verifySecp256k1(digest, { r, s }, wrong)).toBe(false);
    }
    expect(() => recoverSecp256k1(digest, { r, s, recovery: 2 as 0 })).toThrow(TypeError);
    expect(verifySecp256k1(digest, { r, s }, publicKey)).toBe(true);
    expect(verifySecp256k1(digest, { r, s }, secp256k1PublicKey(privateKey, true))).toBe(true);
  });

  it("refuses private keys of zero, of the order and above", () => {
    for (const wrong of [new Uint8Array(32), toBytes32(SECP256K1_ORDER), new Uint8Array(32).fill(255)]) {
      expect(() => signSecp256k1(digest, wrong)).toThrow();
      expect(() => secp256k1PublicKey(wrong, true)).toThrow();
    }
  });

  it("verifies a signature and its high-s twin, and recovers the key from either", () => {
    const { r, s, recovery } = signSecp256k1(digest, privateKey);
    const publicKey = secp256k1PublicKey(privateKey, false);
    const highS = toBytes32(SECP256K1_ORDER - BigInt(`0x${encodeHex(s)}`));
    expect(verifySecp256k1(digest, { r, s: highS }, publicKey)).toBe(true);
    expect(recoverSecp256k1(digest, { r, s: highS, recovery: recovery === 0 ? 1 : 0 })).toEqual(publicKey);
    expect(recoverSecp256k1(digest, { r, s, recovery })).toEqual(publicKey);
    expect(recoverSecp256k1(digest, { r, s, recovery: recovery === 0 ? 1 : 0 })).not.toEqual(publicKey);
  });

  const folder = vectorsPath("signatures");
  it.skipIf(folder === undefined)("I19: r is that of the nonce of RFC 6979 (10)", () => {
    const vectors: { message: string; d: string; k0: string }[] = JSON.parse(
      readFileSync(join(folder!, "secp256k1-rfc6979.json"), "utf8"),
    );
    for (const { message, d, k0 } of vectors) {
      // r is the x-coordinate of k·G: that of the public key whose private key is the nonce.
      const point = secp256k1PublicKey(fromHex(k0), false);
      const { r } = signSecp256k1(sha256(encodeUtf8(message)), fromHex(d));
      expect(encodeHex(r), message).toBe(encodeHex(point.subarray(1, 33)));
    }
    expect(vectors).toHaveLength(10);
  });
}

function describeEd25519(): void {
  const cases = listCases(readWycheproof("ed25519_test.json"));
  it.skipIf(cases.length === 0)("I2: verification agrees with Wycheproof on Ed25519 (151)", () => {
    for (const [group, test] of cases) {
      const { pk } = group.publicKey as unknown as { pk: string };
      const accepted = verifyEd25519(fromHex(pk), fromHex(test.msg), fromHex(test.sig));
      expect(accepted, `${test.tcId} ${test.comment}`).toBe(test.result === "valid");
    }
    expect(cases).toHaveLength(151);
  });

  const folder = vectorsPath("signatures");
  it.skipIf(folder === undefined)("I2: signs and verifies the vectors of the Ed25519 authors (256)", () => {
    const lines = readFileSync(join(folder!, "ed25519-sign-256.txt"), "utf8").trim().split("\n");
    for (const [i, line] of lines.entries()) {
      const [secret, publicKey, message, signed] = line.split(":").map(fromHex) as [
        Uint8Array,
        Uint8Array,
        Uint8Array,
        Uint8Array,
      ];
      const [seed, signature] = [secret.slice(0, 32), signed.slice(0, 64)];
      expect(ed25519PublicKey(seed), `line ${i}`).toEqual(publicKey);
      expect(signEd25519(seed, message), `line ${i}`).toEqual(signature);
      expect(verifyEd25519(publicKey, message, signature), `line ${i}`).toBe(true);
      expect(verifyEd25519(publicKey, Uint8Array.of(...message, 0), signature), `line ${i}`).toBe(false);
    }
    expect(lines).toHaveLength(256);
  });

  it.skipIf(folder === undefined)("I4: accepts of the speccheck edge cases the one that verify_strict does", () => {
    const edges: { message: string; pub_key: string; signature: string }[] = JSON.parse(
      readFileSync(join(folder!, "ed25519-speccheck.json"), "utf8"),
    );
    const accepted = edges.map(({ message, pub_key, signature }) =>
      verifyEd25519(fromHex(pub_key), fromHex(message), fromHex(signature)),
    );
    // "Taming the many EdDSAs" (Chalkias, Garillot, Nikolaenko 2020), table 5, row "Dalek strict".
    expect(accepted.flatMap((verdict, i) => (verdict ? [i] : []))).toEqual([3]);
    expect(edges).toHaveLength(12);
  });

  it("refuses keys and signatures of another length, and off the curve", () => {
    const [seed, message] = [new Uint8Array(32).fill(7), encodeUtf8("message")];
    const [publicKey, signature] = [ed25519PublicKey(seed), signEd25519(seed, message)];
    for (const length of [0, 31, 33, 64]) {
      expect(verifyEd25519(new Uint8Array(length).fill(2), message, signature)).toBe(false);
    }
    for (const length of [0, 32, 63, 65, 128]) {
      expect(verifyEd25519(publicKey, message, new Uint8Array(length).fill(2))).toBe(false);
    }
    for (let y = 2; y < 40; y++) expect(verifyEd25519(new Uint8Array(32).with(0, y), message, signature)).toBe(false);
    expect(verifyEd25519(publicKey, message, signature)).toBe(true);
    expect(publicKey).not.toBeInstanceOf(Buffer);
    expect(signature).not.toBeInstanceOf(Buffer);
  });
}

function derFromP1363(signature: Uint8Array): Uint8Array | undefined {
  if (signature.length !== 64) return undefined;
  const [r, s] = [signature.subarray(0, 32), signature.subarray(32)].map((part) => BigInt(`0x${encodeHex(part)}`));
  return r === 0n || s === 0n ? undefined : encodeEcdsaSignatureDer({ r: r!, s: s! });
}

function toBytes32(value: bigint): Uint8Array {
  return fromHex(value.toString(16).padStart(64, "0"));
}
