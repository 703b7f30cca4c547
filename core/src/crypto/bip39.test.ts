import { readFileSync } from "node:fs";
import { join } from "node:path";
import { HDKey } from "@scure/bip32";
import { HDNodeWallet, Mnemonic } from "ethers";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeHex } from "../encoding/hex.ts";
import { vectorsPath } from "../testing/vectors.ts";
import { fromHex } from "../testing/wycheproof.ts";
import { deriveSecp256k1 } from "./bip32.ts";
import { entropyFromMnemonic, mnemonicFromEntropy, seedFromMnemonic } from "./bip39.ts";

const folder = vectorsPath("hd-keys");
const about = `${"abandon ".repeat(11)}about`;

describe("entropyFromMnemonic", () => {
  it.each([
    ["nothing", ""],
    ["one word", "abandon"],
    ["11 words", about.slice(8)],
    ["13 words", `abandon ${about}`],
    ["27 words", `${"abandon ".repeat(26)}about`],
    ["a wrong checksum", `${"abandon ".repeat(11)}abandon`],
    ["swapped words", "legal winner thank year wave sausage worth useful winner legal thank yellow"],
    ["a foreign word", about.replace("about", "aboot")],
    ["a word of another language", about.replace("about", "abaisser")],
    ["the first four letters", about.replace("about", "abou")],
    ["capitals", about.toUpperCase()],
    ["one capital", about.replace("about", "About")],
    ["a space before", ` ${about}`],
    ["a space behind", `${about} `],
    ["two spaces", about.replace(" ", "  ")],
    ["a line break", about.replace(" ", "\n")],
    ["a tab", about.replace(" ", "\t")],
    ["a name of Object.prototype", about.replace("about", "constructor")],
    ["a zero-width space", about.replace(" ", " \u200b")],
  ])("refuses %s", (_, text) => {
    const parsed = entropyFromMnemonic(text);
    expect(parsed.ok).toBe(false);
    // I26: no word in what may be logged
    if (!parsed.ok) expect(parsed.message).not.toMatch(/abandon|winner|aboot|constructor/);
    expect(() => seedFromMnemonic(text)).toThrow(TypeError);
  });

  it("reads a phrase in any form that NFKD makes the same", () => {
    const wide = about.replaceAll("a", "ａ").replaceAll(" ", "\u3000");
    expect(entropyFromMnemonic(wide)).toEqual({ ok: true, entropy: new Uint8Array(16) });
    expect(seedFromMnemonic(wide)).toEqual(seedFromMnemonic(about));
  });

  it("undoes mnemonicFromEntropy, which agrees with ethers", () => {
    const lengths = fc.constantFrom(16, 20, 24, 28, 32);
    const entropies = lengths.chain((length) => fc.uint8Array({ minLength: length, maxLength: length }));
    fc.assert(
      fc.property(entropies, (entropy) => {
        const mnemonic = mnemonicFromEntropy(entropy);
        expect(mnemonic).toBe(Mnemonic.entropyToPhrase(entropy));
        expect(entropyFromMnemonic(mnemonic)).toEqual({ ok: true, entropy });
      }),
      { numRuns: 100 * Number(process.env.MANDATE_FUZZ ?? 1) },
    );
  });
});

describe("mnemonicFromEntropy", () => {
  it("throws for other lengths", () => {
    for (const length of [0, 8, 15, 17, 33, 64])
      expect(() => mnemonicFromEntropy(new Uint8Array(length))).toThrow(TypeError);
  });
});

describe("BIP-39 vectors", () => {
  it.skipIf(folder === undefined)("English: entropy, phrase, seed and BIP-32 root (24)", () => {
    const { english } = JSON.parse(readFileSync(join(folder!, "bip39-trezor-vectors.json"), "utf8"));
    for (const [entropy, mnemonic, seed, root] of english) {
      expect(mnemonicFromEntropy(fromHex(entropy))).toBe(mnemonic);
      expect(entropyFromMnemonic(mnemonic)).toEqual({ ok: true, entropy: fromHex(entropy) });
      expect(encodeHex(seedFromMnemonic(mnemonic, "TREZOR"))).toBe(seed);
      expect(deriveSecp256k1(fromHex(seed), "m")).toEqual(HDKey.fromExtendedKey(root).privateKey);
    }
    expect(english).toHaveLength(24);
  });

  it.skipIf(folder === undefined)("the phrases of the eleven other languages are refused, not misread (264)", () => {
    const { english: _, ...others } = JSON.parse(readFileSync(join(folder!, "bip39-trezor-vectors.json"), "utf8"));
    const phrases = Object.values(others as { [language: string]: string[][] }).flat();
    for (const [, mnemonic] of phrases) expect(entropyFromMnemonic(mnemonic!).ok, mnemonic).toBe(false);
    expect(phrases).toHaveLength(264);
  });

  it("derives the first Ethereum account that ethers derives, with an empty passphrase", () => {
    const mnemonic = mnemonicFromEntropy(new Uint8Array(32).fill(42));
    const key = deriveSecp256k1(seedFromMnemonic(mnemonic), "m/44'/60'/0'/0/0");
    expect(`0x${encodeHex(key)}`).toBe(HDNodeWallet.fromPhrase(mnemonic).privateKey);
  });
});
