import { readFileSync } from "node:fs";
import { join } from "node:path";
import { hashMessage } from "ethers";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { signSecp256k1 } from "../crypto/primitives.ts";
import { decodeHex0x, encodeHex, encodeHex0x } from "../encoding/hex.ts";
import type { JsonValue } from "../encoding/json-value.ts";
import { encodeUtf8 } from "../encoding/utf8.ts";
import { vectorsPath } from "../testing/vectors.ts";
import { parsePersonalSignParams, personalMessageDigest } from "./personal-message.ts";

const vectors = vectorsPath("ethereum");

describe("parsePersonalSignParams", () => {
  it.each<JsonValue>([
    null,
    "hi",
    [],
    {},
    { message: "hi" },
    { message: "hi", encoding: "base64" },
    { message: "hi", encoding: "UTF-8" },
    { message: "hi", encoding: null },
    { message: 1, encoding: "utf-8" },
    { message: "hi", encoding: "utf-8", extra: 1 },
    { message: "abc", encoding: "hex" },
    { message: "0xabc", encoding: "hex" },
    { message: "0Xab", encoding: "hex" },
    { message: "0x0xab", encoding: "hex" },
    { message: "zz", encoding: "hex" },
    { message: "\ud800", encoding: "utf-8" },
    { message: "a".repeat(300_003), encoding: "utf-8" },
  ])("refuses %j", (params) => {
    expect(parsePersonalSignParams(params).ok).toBe(false);
  });

  it("takes hex with and without its prefix, and text as it is", () => {
    const bytes = { ok: true, value: Uint8Array.of(0xab, 0xcd) };
    expect(parsePersonalSignParams({ message: "abCD", encoding: "hex" })).toEqual(bytes);
    expect(parsePersonalSignParams({ message: "0xABcd", encoding: "hex" })).toEqual(bytes);
    expect(parsePersonalSignParams({ message: "", encoding: "hex" })).toEqual({ ok: true, value: new Uint8Array() });
    const text = parsePersonalSignParams({ message: "0xabcd é", encoding: "utf-8" });
    expect(text).toEqual({ ok: true, value: encodeUtf8("0xabcd é") });
  });
});

describe("personalMessageDigest", () => {
  it("agrees with ethers", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300, size: "max" }), (message) => {
        expect(encodeHex0x(personalMessageDigest(message))).toBe(hashMessage(message));
      }),
      { numRuns: Math.ceil(50 * Number(process.env.MANDATE_FUZZ ?? 1)) },
    );
  });

  it.skipIf(vectors === undefined)("own-viem-ethers-agree.json", () => {
    const { messages } = JSON.parse(readFileSync(join(vectors!, "own-viem-ethers-agree.json"), "utf8"));
    expect(messages).toHaveLength(14);
    for (const { private_key, encoding, message, signature } of messages) {
      const parsed = parsePersonalSignParams({ message, encoding });
      if (!parsed.ok) throw new Error(parsed.message);
      const { r, s, recovery } = signSecp256k1(personalMessageDigest(parsed.value), decodeHex0x(private_key)!);
      expect(`0x${encodeHex(r)}${encodeHex(s)}${(27 + recovery).toString(16)}`).toBe(signature);
    }
  });
});
