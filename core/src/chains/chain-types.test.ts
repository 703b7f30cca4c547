import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { verifyEd25519, verifySecp256k1 } from "../crypto/primitives.ts";
import { decodeHex, encodeHex } from "../encoding/hex.ts";
import { decodeUtf8, encodeUtf8 } from "../encoding/utf8.ts";
import { verifyStark } from "../starknet/stark-curve.ts";
import { type ChainTypeName, chainTypes, isChainType } from "./chain-types.ts";

const fuzz = Number(process.env.MANDATE_FUZZ ?? 1);
const names = Object.keys(chainTypes) as ChainTypeName[];
const seed = new Uint8Array(64).fill(7);

/** A key text that the chain's own tools write, of the key of 32 ones, and near misses of it. */
const keyTexts: Partial<Record<ChainTypeName, { text: string; wrong: string[] }>> = {
  aptos: {
    text: `ed25519-priv-0x${"01".repeat(32)}`,
    wrong: [
      `secp256k1-priv-0x${"01".repeat(32)}`,
      `ed25519-priv-${"01".repeat(32)}`,
      `ed25519-priv-0x${"01".repeat(31)}`,
    ],
  },
  xrpl: { text: `00${"01".repeat(32)}`, wrong: [`01${"01".repeat(32)}`, `ED${"01".repeat(32)}`] },
  starknet: { text: `0x1${"01".repeat(31)}`, wrong: [`0x${"ff".repeat(32)}`, "0x", `0x${"0".repeat(65)}`] },
};

describe("the table", () => {
  it("knows only its own names", () => {
    for (const name of ["", "__proto__", "constructor", "toString", "solana ", "Ethereum", "spark"]) {
      expect(isChainType(name)).toBe(false);
    }
  });

  it("holds a frozen row for every chain type", () => {
    expect(Object.isFrozen(chainTypes)).toBe(true);
    expect(names.every((name) => isChainType(name) && Object.isFrozen(chainTypes[name]))).toBe(true);
  });
});

for (const name of names) {
  const chain = chainTypes[name];
  const privateKey = chain.derive(seed, 0);
  const publicKey = chain.publicKey(privateKey);
  const address = chain.address(publicKey);

  describe(name, () => {
    it("refuses what is not its address", () => {
      for (const text of ["", " ", "0", "\u0000", `${address}0`, `${address}\n0`, "x".repeat(100_000)]) {
        expect(chain.isAddress(text)).toBe(false);
      }
      // Ethereum trims, as the wire does. The others below have neither checksum nor fixed length, or drop zeros.
      if (name !== "ethereum") expect(chain.isAddress(`${address} `)).toBe(false);
      if (!["solana", "near", "aptos", "movement", "starknet"].includes(name)) {
        expect(chain.isAddress(address.slice(1))).toBe(false);
        expect(chain.isAddress(address.slice(0, -1))).toBe(false);
      }
    });

    it("never throws for any text, and agrees with the canonical spelling", () => {
      const near = fc
        .tuple(fc.nat(address.length - 1), fc.string({ minLength: 1, maxLength: 1 }))
        .map(([at, character]) => address.slice(0, at) + character + address.slice(at + 1));
      const property = fc.property(fc.oneof(fc.string({ unit: "binary" }), near), (text) => {
        const canonical = chain.canonicalAddress(text);
        expect(chain.isAddress(text)).toBe(canonical !== undefined);
        if (canonical !== undefined) expect(chain.canonicalAddress(canonical)).toBe(canonical);
      });
      fc.assert(property, { numRuns: 200 * fuzz });
    });

    it("spells its own address canonically", () => {
      expect(chain.canonicalAddress(address)).toBe(address);
      expect(chain.address(chain.publicKey(chain.derive(seed, 1)))).not.toBe(address);
    });

    it("refuses plaintexts that hold no key", () => {
      const texts = [
        "",
        "00",
        "zz".repeat(32),
        `0x${"1g".repeat(32)}`,
        "01".repeat(33),
        "abandon ".repeat(12),
        "9".repeat(300),
      ];
      const raw = [31, 33, 64, 65, 0, 100_000].map((length) => new Uint8Array(length).fill(255));
      for (const plaintext of [...texts.map(encodeUtf8), ...raw]) {
        expect(chain.parseImportedPrivateKey(plaintext)).toBeUndefined();
      }
      if (chain.curve !== "ed25519") {
        expect(chain.parseImportedPrivateKey(new Uint8Array(32))).toBeUndefined();
        expect(chain.parseImportedPrivateKey(new Uint8Array(32).fill(255))).toBeUndefined();
      }
      for (const wrong of keyTexts[name]?.wrong ?? []) {
        expect(chain.parseImportedPrivateKey(encodeUtf8(wrong))).toBeUndefined();
      }
    });

    it("imports raw bytes and hex", () => {
      const hex = encodeHex(privateKey);
      const plaintexts = [privateKey, ...[hex, `0x${hex}`, hex.toUpperCase()].map(encodeUtf8)];
      for (const plaintext of plaintexts) expect(chain.parseImportedPrivateKey(plaintext)).toEqual(privateKey);
    });

    it("imports what it exports", () => {
      const pattern = name === "solana" ? /^[1-9A-HJ-NP-Za-km-z]{86,88}$/ : /^[0-9a-f]{64}$/;
      const exported = chain.encodePrivateKeyForExport(privateKey);
      expect(decodeUtf8(exported)).toMatch(pattern);
      expect(chain.parseImportedPrivateKey(exported)).toEqual(privateKey);
    });

    it("imports the text that its own tools write", () => {
      const text = keyTexts[name]?.text;
      if (text === undefined) return;
      const key = chain.parseImportedPrivateKey(encodeUtf8(text));
      expect(encodeHex(key!).slice(2)).toBe("01".repeat(31));
    });

    it("refuses digests that the curve cannot sign", () => {
      expect(chain.refuseDigest(new Uint8Array())).toBeDefined();
      if (chain.curve === "ed25519" && name !== "solana") return;
      expect(chain.refuseDigest(new Uint8Array(31).fill(1))).toBeDefined();
      expect(chain.refuseDigest(new Uint8Array(64).fill(1))).toBeDefined();
      if (name !== "solana") expect(() => chain.rawSign(new Uint8Array(31).fill(1), privateKey)).toThrow();
    });

    it("signs 64 bytes that verify", () => {
      const digest = new Uint8Array(32).fill(5);
      expect(chain.refuseDigest(digest)).toBeUndefined();
      const signature = chain.rawSign(digest, privateKey);
      expect(signature).toHaveLength(64);
      expect(chain.rawSign(digest, privateKey)).toEqual(signature);
      const halves = { r: signature.slice(0, 32), s: signature.slice(32) };
      if (chain.curve === "ed25519") expect(verifyEd25519(publicKey, digest, signature)).toBe(true);
      else if (chain.curve === "starknet") expect(verifyStark(signature, digest, publicKey)).toBe(true);
      else if (name !== "bitcoin-taproot") expect(verifySecp256k1(digest, halves, publicKey)).toBe(true);
    });

    it("writes public_key as hex where the wire has one", () => {
      const field = chain.walletPublicKeyField(publicKey);
      if (name === "ethereum") expect(field).toBeUndefined();
      else expect(decodeHex(field!)).toEqual(publicKey);
      expect(publicKey).toHaveLength(chain.curve === "secp256k1" ? 33 : 32);
    });

    it("refuses rpc bodies that are none of its methods", () => {
      const context = { address, publicKey };
      for (const body of [
        null,
        1,
        "x",
        [],
        {},
        { method: 1 },
        { method: "eth_sendTransaction" },
        { method: "__proto__" },
      ]) {
        expect(chain.parseRequest(body as never, context).ok).toBe(false);
      }
    });
  });
}

describe("solana key pairs", () => {
  const { solana } = chainTypes;
  const key = solana.derive(seed, 0);
  const pair = new Uint8Array([...key, ...solana.publicKey(key)]);

  it("are refused when the public key is not the seed's", () => {
    const spoiled = pair.slice();
    spoiled[63]! ^= 1;
    expect(solana.parseImportedPrivateKey(spoiled)).toBeUndefined();
    expect(solana.parseImportedPrivateKey(new Uint8Array(63))).toBeUndefined();
  });

  it("are imported as 64 raw bytes", () => {
    expect(solana.parseImportedPrivateKey(pair)).toEqual(key);
  });
});
