import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { signSecp256k1 } from "../crypto/primitives.ts";
import { decodeHex0x, encodeHex, encodeHex0x } from "../encoding/hex.ts";
import type { JsonValue } from "../encoding/json-value.ts";
import { vectorsPath } from "../testing/vectors.ts";
import {
  hashTypedData,
  parseTypedData,
  typedDataDomainValue,
  typedDataFieldValue,
  typedDataTypesEqual,
} from "./typed-data.ts";
import { encodeTypedDataMessage } from "./typed-data-hash.ts";
import type { TypedData } from "./types.ts";

const vectors = vectorsPath("ethereum");
const ALICE = "0xcd2a3d9f938e13cd947ec05abc7fe734df8dd826";
const TOKEN = "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48";

// biome-ignore lint/suspicious/noExplicitAny: hostile input
type Draft = any;
type Wire = { domain: JsonValue; types: JsonValue; primary_type: JsonValue; message: JsonValue };

/** A permit in the wire's form, with `change` applied. */
function permit(change: (wire: Draft) => void = () => {}): JsonValue {
  const wire: Wire = {
    domain: { name: "T", version: "1", chainId: 1, verifyingContract: TOKEN },
    types: {
      EIP712Domain: [
        { name: "name", type: "string" },
        { name: "version", type: "string" },
        { name: "chainId", type: "uint256" },
        { name: "verifyingContract", type: "address" },
      ],
      Permit: [
        { name: "owner", type: "address" },
        { name: "value", type: "uint256" },
        { name: "to", type: "Party[]" },
      ],
      Party: [
        { name: "wallet", type: "address" },
        { name: "tag", type: "bytes4" },
        { name: "share", type: "int8" },
      ],
    },
    primary_type: "Permit",
    message: { owner: ALICE, value: "5", to: [{ wallet: ALICE, tag: "0x01020304", share: -1 }] },
  };
  change(wire);
  return wire as JsonValue;
}

function refusal(wire: JsonValue): string {
  const parsed = parseTypedData(wire);
  return parsed.ok ? "accepted" : parsed.message;
}

function accepted(wire: JsonValue): TypedData {
  const parsed = parseTypedData(wire);
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed.typedData;
}

describe("parseTypedData refuses", () => {
  it.each<[string, (wire: Draft) => void, RegExp]>([
    ["an unknown member", (w) => (w.primaryType = "Permit"), /primaryType/],
    ["no message", (w) => delete w.message, /`message`/],
    ["no domain", (w) => delete w.domain, /`domain`/],
    ["no types", (w) => delete w.types, /`types`/],
    ["primary type EIP712Domain", (w) => (w.primary_type = "EIP712Domain"), /EIP712Domain/],
    ["an undeclared primary type", (w) => (w.primary_type = "Other"), /Other/],
    ["a primary type from the prototype", (w) => (w.primary_type = "constructor"), /constructor/],
    ["a field outside the type", (w) => (w.message.extra = 1), /extra/],
    ["a missing field", (w) => delete w.message.value, /`message.value` is missing/],
    ["a nested field outside the type", (w) => (w.message.to[0].extra = 1), /`message.to.0.extra`/],
    ["a missing nested field", (w) => delete w.message.to[0].tag, /`message.to.0.tag`/],
    ["null for a struct", (w) => (w.message.to[0] = null), /`message.to.0`/],
    ["an object for a scalar", (w) => (w.message.value = { valueOf: "5" }), /`message.value`/],
    ["an array for a scalar", (w) => (w.message.value = ["5"]), /`message.value`/],
    ["a float", (w) => (w.message.value = 1.5), /integer/],
    ["a rounded number", (w) => (w.message.value = 2 ** 53), /integer/],
    ["a number with white space", (w) => (w.message.value = " 5"), /integer/],
    ["an empty number", (w) => (w.message.value = ""), /integer/],
    ["a negative uint", (w) => (w.message.value = -1), /does not fit/],
    ["2^256", (w) => (w.message.value = (2n ** 256n).toString()), /does not fit/],
    ["128 in an int8", (w) => (w.message.to[0].share = 128), /does not fit in int8/],
    ["-129 in an int8", (w) => (w.message.to[0].share = "-129"), /does not fit in int8/],
    ["short bytes", (w) => (w.message.to[0].tag = "0x010203"), /exactly 4 bytes/],
    ["long bytes", (w) => (w.message.to[0].tag = "0x0102030405"), /exactly 4 bytes/],
    ["odd hex", (w) => (w.message.to[0].tag = "0x0102030"), /hex/],
    ["an upper-case prefix", (w) => (w.message.to[0].tag = "0X01020304"), /hex/],
    ["a short address", (w) => (w.message.owner = ALICE.slice(0, -2)), /^Address ".*" is invalid\./],
    ["a wrong checksum", (w) => (w.message.owner = ALICE.replace("d2", "D2")), /^Address ".*" is invalid\./],
    ["a domain chainId float", (w) => (w.domain.chainId = 1.5), /domain.chainId/],
    ["a domain member that is not declared", (w) => (w.domain.salt = `0x${"00".repeat(32)}`), /domain.salt/],
    ["an unknown domain member", (w) => (w.domain.extra = 1), /domain.extra/],
    ["chain_id in the domain", (w) => (w.domain.chain_id = 1), /domain.chain_id/],
    ["a declared domain member that is absent", (w) => delete w.domain.version, /domain.version/],
    ["a chainId without declaration", (w) => w.types.EIP712Domain.splice(2, 1), /domain.chainId/],
    ["a domain field of another type", (w) => (w.types.EIP712Domain[2].type = "string"), /EIP712Domain/],
    ["an own domain field", (w) => w.types.EIP712Domain.push({ name: "x", type: "string" }), /EIP712Domain/],
    ["uint257", (w) => (w.types.Permit[1].type = "uint257"), /unknown or malformed/],
    ["the alias uint", (w) => (w.types.Permit[1].type = "uint"), /unknown or malformed/],
    ["bytes33", (w) => (w.types.Party[1].type = "bytes33"), /unknown or malformed/],
    ["bytes0", (w) => (w.types.Party[1].type = "bytes0"), /unknown or malformed/],
    ["a missing struct", (w) => delete w.types.Party, /unknown or malformed/],
    ["the domain as a field", (w) => (w.types.Permit[2].type = "EIP712Domain"), /unknown or malformed/],
    ["a malformed array", (w) => (w.types.Permit[2].type = "Party[-1]"), /unknown or malformed/],
    ["an array of length 0", (w) => (w.types.Permit[2].type = "Party[0]"), /unknown or malformed/],
    ["too many dimensions", (w) => (w.types.Permit[2].type = `Party${"[]".repeat(9)}`), /unknown or malformed/],
    ["a field twice", (w) => w.types.Permit.push({ name: "value", type: "uint8" }), /twice/],
    ["a field with more members", (w) => (w.types.Permit[0].x = 1), /'x'/],
    ["a field name with punctuation", (w) => (w.types.Permit[0].name = "owner,address x"), /usable `name`/],
    ["a field name with a dot", (w) => (w.types.Permit[0].name = "a.b"), /usable `name`/],
    ["a struct name with punctuation", (w) => (w.types["A(uint256 b)"] = []), /name of a struct/],
    ["a struct named like a type", (w) => (w.types.uint256 = []), /name of a struct/],
    ["fields that are no array", (w) => (w.types.Party = { length: 0 }), /array of fields/],
    ["a struct that contains itself", (w) => w.types.Party.push({ name: "self", type: "Party" }), /contains itself/],
    [
      "a struct that contains itself through others",
      (w) => {
        w.types.Party.push({ name: "a", type: "A[2]" });
        w.types.A = [{ name: "party", type: "Party" }];
      },
      /contains itself/,
    ],
    ["a wrong array length", (w) => (w.types.Permit[2].type = "Party[2]"), /must have 2 elements/],
    ["no array where one is due", (w) => (w.message.to = { 0: w.message.to[0], length: 1 }), /must be an array/],
    ["a lone surrogate", (w) => (w.domain.name = "\ud800"), /domain.name/],
  ])("%s", (_, change, reason) => {
    expect(refusal(permit(change))).toMatch(reason);
  });

  it.each<JsonValue>([null, true, 1, "x", [], {}])("the value %j", (value) => {
    expect(parseTypedData(value).ok).toBe(false);
  });

  it("types whose description would cost too much to hash", () => {
    const many = Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`T${i}`, []]));
    expect(refusal(permit((w) => (w.types = { ...many, ...w.types })))).toMatch(/more than 64 structs/);
    const wide = Array.from({ length: 1000 }, (_, i) => ({ name: `field${i}abcdefghijkl`, type: "uint256" }));
    expect(refusal(permit((w) => (w.types.Wide = wide)))).toMatch(/too large/);
  });

  it("a message that is nested too deeply", () => {
    const nest = (depth: number) => {
      let node: JsonValue = { children: [] };
      for (let i = 0; i < depth; i++) node = { children: [node] };
      return permit((w) => {
        w.types = { Node: [{ name: "children", type: "Node[]" }] };
        w.primary_type = "Node";
        w.message = node;
        w.domain = {};
      });
    };
    expect(refusal(nest(1000))).toMatch(/too deeply/);
    expect(refusal(nest(20))).toBe("accepted");
  });
});

describe("typed data", () => {
  it("has one digest however a number or an address is spelled", () => {
    const spellings = ["5", 5, "0x5", "0x0005"].map((value) => permit((w) => (w.message.value = value)));
    spellings.push(
      permit((w) => (w.domain.chainId = "0x1")),
      permit((w) => (w.domain.chainId = "1")),
    );
    spellings.push(permit((w) => (w.domain.verifyingContract = TOKEN.toLowerCase())));
    spellings.push(permit((w) => (w.types = Object.fromEntries(Object.entries(w.types).reverse()))));
    spellings.push(permit((w) => delete w.types.EIP712Domain));
    const digests = new Set(spellings.map((wire) => encodeHex(hashTypedData(accepted(wire)))));
    expect(digests.size).toBe(1);
  });

  it("changes its digest with every field", () => {
    const changes: ((wire: Draft) => void)[] = [
      () => {},
      (w) => (w.message.value = 6),
      (w) => (w.message.to[0].share = 1),
      (w) => (w.message.to = []),
      (w) => (w.domain.name = "U"),
      (w) => (w.domain.chainId = 2),
      (w) => (w.types.Permit[1].type = "uint128"),
      (w) => w.types.EIP712Domain.reverse(),
    ];
    const digests = changes.map((change) => encodeHex(hashTypedData(accepted(permit(change)))));
    expect(new Set(digests).size).toBe(changes.length);
  });

  it("refuses to hash what was not checked", () => {
    const bad = { ...accepted(permit()), message: { owner: ALICE } };
    expect(() => hashTypedData(bad)).toThrow(TypeError);
  });

  it("gives policies the hashed value at a path", () => {
    const data = accepted(permit());
    expect(typedDataFieldValue(data, "value")).toEqual({ type: "uint256", value: 5n });
    expect(typedDataFieldValue(data, "owner")).toEqual({ type: "address", value: decodeHex0x(ALICE) });
    expect(typedDataFieldValue(data, "to.0.share")).toEqual({ type: "int8", value: -1n });
    const nowhere = ["", "to", "to.0", "to.1.share", "to.00.share", "to.-1", "to.length", "value.x", "constructor"];
    for (const path of [...nowhere, "__proto__", "owner.length", "to.0.share.0", ".", "value."]) {
      expect(typedDataFieldValue(data, path), path).toBeUndefined();
    }
    expect(typedDataDomainValue(data, "chainId")).toEqual({ type: "uint256", value: 1n });
    expect(typedDataDomainValue(data, "verifyingContract")).toEqual({ type: "address", value: decodeHex0x(TOKEN) });
    expect(typedDataDomainValue(data, "salt")).toBeUndefined();
    expect(typedDataDomainValue(data, "constructor")).toBeUndefined();
  });

  it("compares types as declared", () => {
    const types = (change: (w: Draft) => void = () => {}) => accepted(permit(change)).types;
    const reordered = types((w) => (w.types = Object.fromEntries(Object.entries(w.types).reverse())));
    expect(typedDataTypesEqual(types(), reordered)).toBe(true);
    expect(
      typedDataTypesEqual(
        types(),
        types((w) => delete w.types.EIP712Domain),
      ),
    ).toBe(false);
    expect(
      typedDataTypesEqual(
        types(),
        types((w) => w.types.Permit.reverse()),
      ),
    ).toBe(false);
    expect(
      typedDataTypesEqual(
        types(),
        types((w) => (w.types.Unused = [])),
      ),
    ).toBe(false);
    for (const other of [null, 1, [], { Permit: "x" }, { Permit: [{ name: "a", type: "b" }] }]) {
      expect(typedDataTypesEqual(types(), other as JsonValue)).toBe(false);
      expect(typedDataTypesEqual(other as JsonValue, other as JsonValue)).toBe(false);
    }
  });

  it("allows the struct names in daily use on exchanges", () => {
    const wire = permit((w) => {
      w.types = { "Exchange:UsdSend": [{ name: "amount", type: "string" }] };
      w.primary_type = "Exchange:UsdSend";
      w.message = { amount: "1" };
    });
    expect(refusal(wire)).toBe("accepted");
  });
});

describe.skipIf(vectors === undefined)("official typed-data vectors", () => {
  it("ethers-typed-data.json", () => {
    const cases = JSON.parse(readFileSync(join(vectors!, "ethers-typed-data.json"), "utf8"));
    expect(cases).toHaveLength(65);
    let signed = 0;
    for (const { name, domain, types, primaryType, data, encoded, digest, privateKey, signature } of cases) {
      const typedData = accepted({ domain, types, primary_type: primaryType, message: data });
      expect(encodeHex0x(encodeTypedDataMessage(typedData)), name).toBe(encoded);
      expect(encodeHex0x(hashTypedData(typedData)), name).toBe(digest);
      if (signature === undefined) continue;
      signed += 1;
      expect(sign(hashTypedData(typedData), privateKey)).toBe(signature);
    }
    expect(signed).toBeGreaterThan(0);
  });

  it("own-viem-ethers-agree.json", () => {
    const { typed } = JSON.parse(readFileSync(join(vectors!, "own-viem-ethers-agree.json"), "utf8"));
    expect(typed).toHaveLength(2);
    for (const { private_key, typed_data, digest, signature } of typed) {
      const { primaryType, ...rest } = typed_data;
      const typedData = accepted({ ...rest, primary_type: primaryType });
      expect(encodeHex0x(hashTypedData(typedData))).toBe(digest);
      expect(sign(hashTypedData(typedData), private_key)).toBe(signature);
    }
  });
});

function sign(digest: Uint8Array, privateKey: string): string {
  const { r, s, recovery } = signSecp256k1(digest, decodeHex0x(privateKey)!);
  return `0x${encodeHex(r)}${encodeHex(s)}${(27 + recovery).toString(16)}`;
}
