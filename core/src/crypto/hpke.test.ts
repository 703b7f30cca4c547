import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Aes256Gcm, CipherSuite, DhkemP256HkdfSha256, HkdfSha256 } from "@hpke/core";
import { describe, expect, it } from "vitest";
import { decodeBase64, encodeBase64 } from "../encoding/base64.ts";
import { encodeHex } from "../encoding/hex.ts";
import { decodeUtf8, encodeUtf8 } from "../encoding/utf8.ts";
import { vectorsPath } from "../testing/vectors.ts";
import { fromHex, listCases, readWycheproof } from "../testing/wycheproof.ts";
import {
  deriveHpkeScalar,
  expandSharedSecret,
  type HpkeAead,
  hpkeOpen,
  hpkeSeal,
  openHpkeMessage,
  scheduleHpkeKeys,
  sealHpkeMessage,
} from "./hpke.ts";
import { p256PublicKey, parseHpkeRecipientKey, sharedSecretP256 } from "./p256.ts";
import { p256KeyPairFromScalar } from "./p256-pkcs8.ts";
import { sha256 } from "./primitives.ts";

const folder = vectorsPath("hpke");
const readVectors = (file: string) =>
  folder === undefined ? [] : JSON.parse(readFileSync(join(folder, file), "utf8"));

const recipientScalar = sha256(encodeUtf8("mandate hpke test recipient"));
const recipientPoint = p256PublicKey(recipientScalar).point;
const ephemeralScalar = sha256(encodeUtf8("mandate hpke test ephemeral"));
const plaintext = encodeUtf8("plaintext");

describe("hpkeOpen", () => {
  const sealed = hpkeSeal({
    recipientPoint,
    ephemeralScalar,
    plaintext,
    info: Uint8Array.of(1),
    aad: Uint8Array.of(2),
  });
  const open = (change: object) =>
    hpkeOpen({ recipientScalar, ...sealed, info: Uint8Array.of(1), aad: Uint8Array.of(2), ...change });

  it("I30: gives nothing for another key, info, aad, cipher or length", () => {
    expect(open({ recipientScalar: ephemeralScalar })).toBeUndefined();
    expect(open({ info: new Uint8Array(0) })).toBeUndefined();
    expect(open({ aad: new Uint8Array(0) })).toBeUndefined();
    expect(open({ aead: "aes-256-gcm" })).toBeUndefined();
    expect(open({ encapsulatedKey: recipientPoint })).toBeUndefined();
    for (let length = 0; length < sealed.ciphertext.length; length++) {
      expect(open({ ciphertext: sealed.ciphertext.slice(0, length) })).toBeUndefined();
    }
    for (let byte = 0; byte < sealed.ciphertext.length; byte++) {
      expect(open({ ciphertext: sealed.ciphertext.with(byte, sealed.ciphertext[byte]! ^ 0x80) })).toBeUndefined();
    }
    expect(open({})).toEqual(plaintext);
  });

  it("gives nothing for an encapsulated key that is no uncompressed point", () => {
    const key = sealed.encapsulatedKey;
    const compressed = Uint8Array.of(2 + (key[64]! & 1), ...key.slice(1, 33));
    const hybrid = key.with(0, 6 + (key[64]! & 1));
    for (const wrong of [compressed, hybrid, key.with(64, key[64]! ^ 1), new Uint8Array(65), Uint8Array.of(0)]) {
      expect(open({ encapsulatedKey: wrong })).toBeUndefined();
    }
  });

  it("throws for a scalar or a recipient out of range: bugs of the caller", () => {
    expect(() => open({ recipientScalar: new Uint8Array(32) })).toThrow();
    expect(() => hpkeSeal({ recipientPoint, ephemeralScalar: new Uint8Array(32), plaintext })).toThrow();
    for (const wrong of [
      recipientPoint.with(64, recipientPoint[64]! ^ 1),
      recipientPoint.slice(1),
      new Uint8Array(65),
    ]) {
      expect(() => hpkeSeal({ recipientPoint: wrong, ephemeralScalar, plaintext })).toThrow(TypeError);
    }
    expect(() => deriveHpkeScalar(new Uint8Array(31))).toThrow(TypeError);
  });
});

type Rfc9180Vector = {
  mode: number;
  aead_id: number;
  encryptions: { aad: string; ct: string; pt: string }[];
} & {
  [member in
    | "info"
    | "ikmR"
    | "ikmE"
    | "skRm"
    | "skEm"
    | "pkRm"
    | "enc"
    | "shared_secret"
    | "key"
    | "base_nonce"]: string;
};

describe("RFC 9180 vectors", () => {
  const vectors: Rfc9180Vector[] = [
    ...readVectors("rfc9180-p256-sha256-chacha20poly1305.json"),
    ...readVectors("rfc9180-p256-sha256-aes128gcm-base.json"),
  ];
  const aeads: { [id: number]: HpkeAead } = { 1: "aes-128-gcm", 3: "chacha20-poly1305" };

  for (const vector of vectors) {
    const aead = aeads[vector.aead_id]!;
    if (vector.mode !== 0) {
      // PSK and Auth do not exist on the wire: their key schedule is not built, and their messages must not open.
      it(`mode ${vector.mode}, ${aead}: ${vector.encryptions.length} messages, none of which opens in base mode`, () => {
        const context = { aead, key: fromHex(vector.key), baseNonce: fromHex(vector.base_nonce) };
        vector.encryptions.forEach(({ aad, ct, pt }, sequence) => {
          expect(encodeHex(sealHpkeMessage(context, sequence, fromHex(aad), fromHex(pt)))).toBe(ct);
          expect(openHpkeMessage(context, sequence, fromHex(aad), fromHex(ct))).toEqual(fromHex(pt));
        });
        const { aad, ct } = vector.encryptions[0]!;
        const received = { encapsulatedKey: fromHex(vector.enc), ciphertext: fromHex(ct), aad: fromHex(aad), aead };
        expect(
          hpkeOpen({ ...received, info: fromHex(vector.info), recipientScalar: fromHex(vector.skRm) }),
        ).toBeUndefined();
      });
      continue;
    }
    it(`base mode, ${aead}: ${vector.encryptions.length} messages`, () => {
      const [info, skR, skE, pkR] = [vector.info, vector.skRm, vector.skEm, vector.pkRm].map(fromHex) as [
        Uint8Array,
        Uint8Array,
        Uint8Array,
        Uint8Array,
      ];
      expect(encodeHex(deriveHpkeScalar(fromHex(vector.ikmE)))).toBe(vector.skEm);
      expect(encodeHex(deriveHpkeScalar(fromHex(vector.ikmR)))).toBe(vector.skRm);
      const secret = expandSharedSecret(sharedSecretP256(skE, pkR)!, fromHex(vector.enc), pkR);
      expect(encodeHex(secret)).toBe(vector.shared_secret);
      const context = scheduleHpkeKeys(secret, info, aead);
      expect([encodeHex(context.key), encodeHex(context.baseNonce)]).toEqual([vector.key, vector.base_nonce]);
      vector.encryptions.forEach(({ aad, ct, pt }, sequence) => {
        expect(encodeHex(sealHpkeMessage(context, sequence, fromHex(aad), fromHex(pt)))).toBe(ct);
        expect(openHpkeMessage(context, sequence, fromHex(aad), fromHex(ct))).toEqual(fromHex(pt));
        expect(openHpkeMessage(context, sequence + 1, fromHex(aad), fromHex(ct))).toBeUndefined();
      });
      const { aad, ct, pt } = vector.encryptions[0]!;
      const first = { info, aead, aad: fromHex(aad) };
      const sealed = hpkeSeal({ ...first, recipientPoint: pkR, ephemeralScalar: skE, plaintext: fromHex(pt) });
      expect([encodeHex(sealed.encapsulatedKey), encodeHex(sealed.ciphertext)]).toEqual([vector.enc, ct]);
      expect(hpkeOpen({ ...first, ...sealed, recipientScalar: skR })).toEqual(fromHex(pt));
    });
  }

  it("refuses sequence numbers that are not 32 bits", () => {
    const context = scheduleHpkeKeys(new Uint8Array(32), new Uint8Array(0), "chacha20-poly1305");
    for (const wrong of [-1, 0.5, 2 ** 32])
      expect(() => sealHpkeMessage(context, wrong, plaintext, plaintext)).toThrow();
  });
});

describe("the form the API uses", () => {
  const cases: { [member: string]: string }[] = readVectors("single-shot.json");
  it.skipIf(cases.length === 0)("I30: opens the valid single-shot vectors and no other (68)", () => {
    let opened = 0;
    for (const vector of cases) {
      const recipient = parseHpkeRecipientKey(vector.recipient_public_key!);
      const recipientScalar = fromHex(vector.recipient_private_key!);
      expect(recipient).toMatchObject({ ok: true, ...p256PublicKey(recipientScalar) });
      const text = hpkeOpen({
        recipientScalar,
        encapsulatedKey: decodeBase64(vector.encapsulated_key!)!,
        ciphertext: decodeBase64(vector.ciphertext!)!,
      });
      expect(text && encodeBase64(text), vector.kind).toBe(vector.kind === "valid" ? vector.plaintext : undefined);
      if (text !== undefined) opened++;
    }
    expect([cases.length, opened]).toEqual([68, 33]);
  });

  it("seals the wire protocol's published vector", () => {
    const recipient = parseHpkeRecipientKey(
      "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEwSgyBtdcRXRJ1i9vpyY1CbgsWODLd1aD/k99ewHwgaTpZE+OgU96mOkDjqEzbowRB2u1v7nKiU2dBqJg31dNAw==",
    );
    if (!recipient.ok) throw new Error(recipient.message);
    const { pkcs8Base64 } = p256KeyPairFromScalar(sha256(encodeUtf8("session-signer-spec key A")));
    const sealed = hpkeSeal({
      recipientPoint: recipient.point,
      ephemeralScalar: deriveHpkeScalar(sha256(encodeUtf8("session-signer-spec hpke ekm"))),
      plaintext: encodeUtf8(pkcs8Base64),
    });
    expect(encodeBase64(sealed.encapsulatedKey)).toBe(
      "BO25vXUOwyYf+ej4Vf0CVZj+UIqXlCI6x+k+rMgZZQw3LJr/dA4/oQ1HA6MLahD+iBSOPWntFDaqOAmFGmdXhio=",
    );
    expect(encodeBase64(sealed.ciphertext)).toBe(
      "7E/gtYhL45Fc5FgktCCPG0XYmWvRPyDJ6XlASCtGJewmNaDqhVk7gkI1wps8KSnykj3R5Vh1Ncut6FII9nR76DlLSbNnOb30/ayFJ2dre/dtkUjNMlWalZZqu08vUpEDN5fHnIFyds0Qw82Go4RjnT15lrKMa6PZH66d0YF6XJUHg52t0+/+O1zgrfyNf+b/9PZtjHlV0gvP6/m7UArL1a9zJ0sLKM8k/WK7katbdYlqDVXC0y8/F2us++parVNmRJXs2JH6Omk=",
    );
    const recipientScalar = sha256(encodeUtf8("session-signer-spec hpke recipient"));
    const opened = hpkeOpen({ recipientScalar, ...sealed });
    expect(opened && decodeUtf8(opened)).toBe(pkcs8Base64);
  });

  it("agrees with @hpke/core in both directions (AES-256-GCM, info and aad)", async () => {
    const suite = new CipherSuite({ kem: new DhkemP256HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes256Gcm() });
    const theirKey = await suite.kem.importKey("raw", recipientPoint.slice().buffer, true);
    const theirPair = {
      publicKey: theirKey,
      privateKey: await suite.kem.importKey("raw", recipientScalar.slice().buffer, false),
    };
    for (let i = 0; i < 10 * Number(process.env.MANDATE_FUZZ ?? 1); i++) {
      const info = new Uint8Array(i * 3).fill(i);
      const aad = new Uint8Array(i * 5).fill(i);
      const message = new Uint8Array(i * 17).fill(i);
      const shared = { info, aad, aead: "aes-256-gcm" } as const;

      const sender = await suite.createSenderContext({ recipientPublicKey: theirKey, info });
      const ciphertext = new Uint8Array(await sender.seal(message, aad));
      const encapsulatedKey = new Uint8Array(sender.enc);
      expect(hpkeOpen({ recipientScalar, encapsulatedKey, ciphertext, ...shared })).toEqual(message);

      const ours = hpkeSeal({
        recipientPoint,
        ephemeralScalar: sha256(Uint8Array.of(i)),
        plaintext: message,
        ...shared,
      });
      const recipient = await suite.createRecipientContext({
        recipientKey: theirPair,
        enc: ours.encapsulatedKey,
        info,
      });
      expect(new Uint8Array(await recipient.open(ours.ciphertext, aad))).toEqual(message);
    }
  });
});

describe("the AEADs of messages", () => {
  it.skipIf(vectorsPath("wycheproof") === undefined).each([
    ["chacha20_poly1305_test.json", 256, "chacha20-poly1305", 316],
    ["aes_gcm_test.json", 256, "aes-256-gcm", 66],
    ["aes_gcm_test.json", 128, "aes-128-gcm", 67],
  ] as const)("I2: agree with Wycheproof: %s, %i bits", (file, keySize, aead, count) => {
    const cases = listCases(readWycheproof(file));
    let ours = 0;
    for (const [group, test] of cases) {
      if (group.keySize !== keySize || group.ivSize !== 96) continue;
      ours++;
      const context = { aead, key: fromHex(test.key), baseNonce: fromHex(test.iv) };
      const opened = openHpkeMessage(context, 0, fromHex(test.aad), fromHex(test.ct + test.tag));
      expect(opened && encodeHex(opened), `${test.tcId} ${test.comment}`).toBe(
        test.result === "valid" ? test.msg : undefined,
      );
    }
    expect(ours).toBe(count);
  });
});
