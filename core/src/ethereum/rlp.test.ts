import { readFileSync } from "node:fs";
import { join } from "node:path";
import { decodeRlp as ethersDecodeRlp, encodeRlp as ethersEncodeRlp } from "ethers";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeHex, decodeHex0x, encodeHex0x } from "../encoding/hex.ts";
import { encodeUtf8 } from "../encoding/utf8.ts";
import { vectorsPath } from "../testing/vectors.ts";
import { decodeRlp, encodeRlp, type RlpInput, type RlpItem } from "./rlp.ts";

const vectors = vectorsPath("ethereum");
const runs = Math.ceil(200 * Number(process.env.MANDATE_FUZZ ?? 1));

describe("decodeRlp", () => {
  it.each([
    ["", "ends too early"],
    ["81", "ends too early"],
    ["8100", "shortest form"],
    ["817f", "shortest form"],
    ["b80100", "shortest form"],
    ["b800", "begins with a zero byte"],
    [`b90038${"00".repeat(56)}`, "begins with a zero byte"],
    [`b837${"00".repeat(55)}`, "shortest form"],
    ["bfffffffffffffffff", "ends too early"],
    ["f800", "begins with a zero byte"],
    ["ffffffffffffffffff", "ends too early"],
    ["c1", "ends too early"],
    ["c3820000c0", "follow"],
    ["0000", "follow"],
    ["c000", "follow"],
    ["c282", "ends too early"],
  ])("refuses %s", (hex, reason) => {
    expect(decodeRlp(decodeHex(hex)!)).toMatchObject({ ok: false, message: expect.stringContaining(reason) });
  });

  it("refuses lists nested too deeply, without a stack overflow", () => {
    let item: RlpInput = [];
    for (let i = 0; i < 63; i++) item = [item];
    expect(decodeRlp(encodeRlp(item)).ok).toBe(true);
    expect(decodeRlp(encodeRlp([item])).ok).toBe(false);
    expect(decodeRlp(new Uint8Array(100_000).fill(0xc1)).ok).toBe(false);
  });

  it("accepts only what it would write (I8)", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        const decoded = decodeRlp(bytes);
        if (decoded.ok) expect(encodeRlp(decoded.value)).toEqual(bytes);
      }),
      { numRuns: runs * 10 },
    );
  });

  it("agrees with ethers on items of all sizes", () => {
    const { item } = fc.letrec<{ item: RlpItem }>((tie) => ({
      item: fc.oneof(
        { maxDepth: 5 },
        fc.uint8Array({ maxLength: 70, size: "max" }),
        fc.array(tie("item") as fc.Arbitrary<RlpItem>, { maxLength: 8 }),
      ),
    }));
    fc.assert(
      fc.property(item, (value) => {
        const encoded = encodeRlp(value);
        expect(encodeHex0x(encoded)).toBe(ethersEncodeRlp(toHex(value)));
        const decoded = decodeRlp(encoded);
        expect(decoded.ok && toHex(decoded.value)).toEqual(ethersDecodeRlp(encoded));
      }),
      { numRuns: runs },
    );
  });

  it("writes integers as their shortest bytes", () => {
    for (const n of [0n, 1n, 127n, 128n, 255n, 256n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 33n, 2n ** 256n - 1n]) {
      const hex = n.toString(16);
      const bytes = n === 0n ? new Uint8Array(0) : decodeHex(hex.length % 2 ? `0${hex}` : hex)!;
      expect(encodeRlp(n)).toEqual(encodeRlp(bytes));
    }
    expect(() => encodeRlp(-1n)).toThrow(RangeError);
  });
});

describe.skipIf(vectors === undefined)("official RLP vectors", () => {
  it("ethereum-tests-rlp.json, both ways", () => {
    const cases = Object.values(
      JSON.parse(readFileSync(join(vectors!, "ethereum-tests-rlp.json"), "utf8")) as Record<
        string,
        { in: unknown; out: string }
      >,
    );
    expect(cases).toHaveLength(28);
    for (const { in: input, out } of cases) {
      const encoded = encodeRlp(fromTestInput(input));
      expect(encodeHex0x(encoded)).toBe(out);
      const decoded = decodeRlp(encoded);
      expect(decoded.ok && encodeRlp(decoded.value)).toEqual(encoded);
    }
  });

  it("ethers-rlp.json, both ways", () => {
    const cases = JSON.parse(readFileSync(join(vectors!, "ethers-rlp.json"), "utf8"));
    expect(cases).toHaveLength(61);
    for (const { decoded, encoded } of cases) {
      expect(encodeHex0x(encodeRlp(fromHex(decoded)))).toBe(encoded);
      const again = decodeRlp(decodeHex0x(encoded)!);
      expect(again.ok && toHex(again.value)).toEqual(decoded);
    }
  });
});

type HexItem = string | HexItem[];

function toHex(item: RlpItem): HexItem {
  return item instanceof Uint8Array ? encodeHex0x(item) : item.map(toHex);
}

function fromHex(item: HexItem): RlpItem {
  return typeof item === "string" ? decodeHex0x(item)! : item.map(fromHex);
}

function fromTestInput(input: unknown): RlpInput {
  if (Array.isArray(input)) return input.map(fromTestInput);
  if (typeof input === "number") return BigInt(input);
  const text = input as string;
  return text.startsWith("#") ? BigInt(text.slice(1)) : encodeUtf8(text);
}
