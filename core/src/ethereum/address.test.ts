import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { secp256k1PublicKey } from "../crypto/primitives.ts";
import { ethereumAddressBytes } from "../crypto/secp256k1.ts";
import { decodeHex0x } from "../encoding/hex.ts";
import { vectorsPath } from "../testing/vectors.ts";
import { parseChecksummedAddress, parseEthereumAddress, toChecksumAddress } from "./address.ts";

const vectors = vectorsPath("ethereum");
// EIP-55, "Test Cases".
const CHECKSUMMED = [
  "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
  "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
  "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
  "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
];

describe("parseEthereumAddress", () => {
  it.each([
    "",
    "0x",
    "5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    "0X5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAe",
    "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed0",
    "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeg",
    "0x0000000000000000000000005aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    `${" ".repeat(2000)}0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed`,
  ])("refuses %j", (text) => {
    expect(parseEthereumAddress(text)).toBeUndefined();
  });

  it("accepts any casing and surrounding white space", () => {
    for (const text of CHECKSUMMED) {
      const upper = `0x${text.slice(2).toUpperCase()}`;
      for (const spelling of [text, text.toLowerCase(), upper, ` ${text}\n`]) {
        expect(toChecksumAddress(parseEthereumAddress(spelling)!)).toBe(text);
      }
    }
  });
});

describe("parseChecksummedAddress", () => {
  it("refuses a wrong checksum, white space and all upper case", () => {
    for (const text of CHECKSUMMED) {
      const flipped = text.replace(/[a-f]/, (letter) => letter.toUpperCase());
      for (const wrong of [flipped, ` ${text}`, `0x${text.slice(2).toUpperCase()}`]) {
        expect(parseChecksummedAddress(wrong)).toBeUndefined();
      }
    }
  });

  it("accepts the checksum and all lower case", () => {
    for (const text of CHECKSUMMED) {
      const bytes = parseEthereumAddress(text);
      expect(parseChecksummedAddress(text)).toEqual(bytes);
      expect(parseChecksummedAddress(text.toLowerCase())).toEqual(bytes);
    }
  });
});

describe.skipIf(vectors === undefined)("ethers-accounts.json", () => {
  it("derives and spells every address", () => {
    const accounts = JSON.parse(readFileSync(join(vectors!, "ethers-accounts.json"), "utf8"));
    expect(accounts).toHaveLength(129);
    for (const { privateKey, address } of accounts) {
      const publicKey = secp256k1PublicKey(decodeHex0x(privateKey)!, false);
      expect(toChecksumAddress(ethereumAddressBytes(publicKey))).toBe(address);
      expect(parseChecksummedAddress(address)).toEqual(ethereumAddressBytes(publicKey));
    }
  });
});
