import { schnorr } from "@noble/curves/secp256k1.js";
import { describe, expect, it } from "vitest";
import { secp256k1PublicKey } from "../crypto/primitives.ts";
import { decodeHex, encodeHex } from "../encoding/hex.ts";
import { encodeUtf8 } from "../encoding/utf8.ts";
import { bitcoinSegwit, bitcoinTaproot } from "./chain-type.ts";
import { signTaproot, taprootOutputKey } from "./taproot.ts";
import { parseWif } from "./wif.ts";

const bytes = (hex: string): Uint8Array => decodeHex(hex)!;

// BIP-341, wallet-test-vectors.json, keyPathSpending, input 0: no script tree, hence BIP-86's tweak, and zero auxiliary data.
const internal = {
  privateKey: bytes("6b973d88838f27366ed61c9ad6367663045cb456e28335c109e30717ae0c6baa"),
  publicKeyX: "d6889cb081036e0faefa3a35157ad71086b123b2b144b649798b494c300a961d",
  outputKey: "53a1f6e454df1aa2776a2814a721372d6258050de330b3c6d10ee8f4e0dda343",
  sigHash: bytes("2514a6272f85cfa0f45eb907fcb0d121b808ed37c6ea160a5a9046ed5526d555"),
  signature:
    "ed7c1647cb97379e76892be0cacff57ec4a7102aa24296ca39af7541246d8ff1" +
    "4d38958d4cc1e2e478e4d4a764bbfd835b16d4e314b72937b29833060b87276c",
};

describe("taproot", () => {
  it("refuses digests that are not 32 bytes", () => {
    expect(() => signTaproot(new Uint8Array(31), internal.privateKey)).toThrow(TypeError);
    expect(bitcoinTaproot.refuseDigest(new Uint8Array(33))).toBeDefined();
  });

  it("tweaks keys and signs as BIP-341's wallet test vectors do", () => {
    const publicKey = secp256k1PublicKey(internal.privateKey, true);
    expect(encodeHex(publicKey.subarray(1))).toBe(internal.publicKeyX);
    expect(encodeHex(taprootOutputKey(publicKey))).toBe(internal.outputKey);
    expect(encodeHex(signTaproot(internal.sigHash, internal.privateKey))).toBe(internal.signature);
  });

  it("signs for the key in the address, whatever the parity of the internal key", () => {
    const parities = new Set<number>();
    for (let i = 1; i <= 12; i++) {
      const privateKey = new Uint8Array(32).fill(i);
      const publicKey = secp256k1PublicKey(privateKey, true);
      parities.add(publicKey[0]!);
      const digest = new Uint8Array(32).fill(200 + i);
      expect(schnorr.verify(bitcoinTaproot.rawSign(digest, privateKey), digest, taprootOutputKey(publicKey))).toBe(
        true,
      );
    }
    expect([...parities].sort()).toEqual([2, 3]);
  });
});

describe("bitcoin addresses", () => {
  // BIP-350, "Test vectors for v0-v16 native segregated witness addresses"
  it.each([
    ["a testnet address", "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx"],
    ["a wrong checksum", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5"],
    ["mixed case", "bc1Qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"],
    ["a script hash", "bc1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3qccfmv3"],
    ["version 0 in bech32m", "bc1q0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd"],
    ["text", "bc1"],
    ["an empty text", ""],
    ["a long text", `bc1q${"q".repeat(100_000)}`],
  ])("refuses %s", (_name, text) => {
    expect(bitcoinSegwit.isAddress(text)).toBe(false);
    expect(bitcoinTaproot.isAddress(text)).toBe(false);
  });

  it("tells the two kinds apart and takes upper case", () => {
    const segwit = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4";
    const taproot = "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0";
    expect(bitcoinSegwit.canonicalAddress(segwit.toUpperCase())).toBe(segwit);
    expect(bitcoinTaproot.canonicalAddress(taproot)).toBe(taproot);
    expect(bitcoinSegwit.isAddress(taproot)).toBe(false);
    expect(bitcoinTaproot.isAddress(segwit)).toBe(false);
  });

  it("refuses an output key that is no point (BIP-86 could never be spent)", () => {
    // x = 5 is no coordinate on secp256k1 (BIP-340 test vector 5's kind of key)
    expect(bitcoinTaproot.isAddress("bc1pqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqzsn26kz2")).toBe(false);
  });
});

describe("wallet import format", () => {
  it("refuses uncompressed keys, testnet and damaged texts", () => {
    for (const text of [
      "5HueCGU8rMjxEXxiPuD5BDku4MkFqeZyd4dZ1jvhTVqvbTLvyTJ",
      "cMahea7zqjxrtgAbB7LSGbcQUr1uX1ojuat9jZodMN87JcbXMTcA",
      "KyZpNDKnfs94vbrwhJneDi77V6jF64PWPF8x5cdJb8ifgg2DUc9e",
      "",
    ]) {
      expect(parseWif(text)).toBeUndefined();
    }
  });

  it("reads the key of BIP-84's first address", () => {
    const key = bitcoinSegwit.parseImportedPrivateKey(
      encodeUtf8("KyZpNDKnfs94vbrwhJneDi77V6jF64PWPF8x5cdJb8ifgg2DUc9d"),
    )!;
    expect(bitcoinSegwit.address(bitcoinSegwit.publicKey(key))).toBe("bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu");
  });
});
