import { createPublicKey, type KeyObject, verify as nodeVerify } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { canonicalize } from "../encoding/canonical-json.ts";
import type { JsonValue } from "../encoding/json-value.ts";
import { vectorsPath } from "../testing/vectors.ts";
import { parseAuthorizationSignatures } from "./authorization-signature.ts";
import { evaluateQuorum, type KeyQuorum } from "./key-quorum.ts";
import { verifyApprovals } from "./verify-approvals.ts";

const quorum = (change: Partial<KeyQuorum>): KeyQuorum => ({
  id: "q",
  threshold: 1,
  publicKeys: [],
  userIds: [],
  children: [],
  ...change,
});
const child = (id: string, threshold: number | undefined, ...publicKeys: string[]) =>
  quorum({ id, threshold, publicKeys });
const verdict = (of: KeyQuorum, keys: string[], users: string[] = []) =>
  evaluateQuorum(of, { keys: new Set(keys), users: new Set(users) });
const isSatisfied = (of: KeyQuorum, keys: string[], users: string[] = []) => verdict(of, keys, users).satisfied;

describe("I3: evaluateQuorum never satisfies", () => {
  it("a quorum without members, whatever its threshold", () => {
    for (const threshold of [undefined, 0, 1, -1]) expect(isSatisfied(quorum({ threshold }), ["k"], ["u"])).toBe(false);
  });

  it.each([0, -1, 0.5, 1.5, 3, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY, "0", "1", null, [1], true, {}])(
    "the threshold %j for two members",
    (threshold) => {
      const tampered = quorum({ threshold: threshold as number, publicKeys: ["a", "b"] });
      const all = verdict(tampered, ["a", "b"]);
      expect(all.satisfied).toBe(false);
      // Unreachable, so that whoever compares the numbers himself is safe too.
      expect(all).toMatchObject({ approvals: 2, threshold: Number.MAX_SAFE_INTEGER });
      expect(isSatisfied(quorum({ threshold: 1, children: [{ ...tampered, id: "c" }] }), ["a", "b"])).toBe(false);
    },
  );

  it("by a member listed twice", () => {
    expect(isSatisfied(quorum({ threshold: 2, publicKeys: ["a", "a"] }), ["a"])).toBe(false);
    expect(isSatisfied(quorum({ threshold: 2, userIds: ["u", "u"] }), [], ["u"])).toBe(false);
    expect(isSatisfied(quorum({ threshold: 2, publicKeys: ["a", "b", "a"] }), ["a"])).toBe(false);
    const twin = child("c", 1, "a");
    expect(isSatisfied(quorum({ threshold: 2, children: [twin, twin] }), ["a", "b"])).toBe(false);
  });

  it("by a key or user with another member's name", () => {
    expect(isSatisfied(quorum({ publicKeys: ["a"] }), [], ["a"])).toBe(false);
    expect(isSatisfied(quorum({ userIds: ["a"] }), ["a"])).toBe(false);
    const mixed = quorum({ id: "c", threshold: 2, publicKeys: ["a"], userIds: ["a"] });
    expect(isSatisfied(quorum({ children: [mixed] }), ["a"])).toBe(false);
    expect(isSatisfied(quorum({ children: [mixed] }), ["a"], ["a"])).toBe(true);
  });

  it("by one key in two places", () => {
    expect(isSatisfied(quorum({ threshold: 2, publicKeys: ["a"], children: [child("c", 1, "a")] }), ["a"])).toBe(false);
    expect(isSatisfied(quorum({ threshold: 2, children: [child("c", 1, "a"), child("d", 1, "a")] }), ["a"])).toBe(
      false,
    );
  });

  it("by two members of one child", () => {
    expect(
      isSatisfied(quorum({ threshold: 2, publicKeys: ["x"], children: [child("c", 1, "a", "b")] }), ["a", "b"]),
    ).toBe(false);
  });

  it("a child with children, nor one of six children", () => {
    const deep = quorum({ id: "c", publicKeys: ["a"], children: [child("d", 1, "a")] });
    expect(isSatisfied(quorum({ children: [deep] }), ["a"])).toBe(false);
    const six = Array.from({ length: 6 }, (_, i) => child(`c${i}`, 1, "a"));
    expect(isSatisfied(quorum({ children: six }), ["a"])).toBe(false);
  });
});

describe("evaluateQuorum", () => {
  it("needs every member when there is no threshold", () => {
    const all = quorum({
      threshold: undefined,
      publicKeys: ["a"],
      userIds: ["u"],
      children: [child("c", undefined, "b", "d")],
    });
    expect(verdict(all, ["a", "b"], ["u"])).toMatchObject({ satisfied: false, threshold: 3, approvals: 2 });
    expect(verdict(all, ["a", "b", "d"], ["u"])).toEqual({
      satisfied: true,
      threshold: 3,
      approvals: 3,
      approvedBy: [
        { type: "key", public_key: "a" },
        { type: "user", user_id: "u" },
        { type: "key_quorum", key_quorum_id: "c" },
      ],
    });
  });

  it("accepts more approvals than it needs", () => {
    expect(verdict(quorum({ publicKeys: ["a", "b"] }), ["a", "b", "outsider"])).toMatchObject({
      satisfied: true,
      approvals: 2,
    });
  });

  it("spreads shared keys over the children so that most are satisfied", () => {
    const children = [child("greedy", 2, "a", "b", "c"), child("x", 1, "a"), child("y", 1, "b")];
    expect(verdict(quorum({ threshold: 2, children }), ["a", "b"]).approvedBy).toEqual([
      { type: "key_quorum", key_quorum_id: "x" },
      { type: "key_quorum", key_quorum_id: "y" },
    ]);
    expect(isSatisfied(quorum({ threshold: 3, children }), ["a", "b", "c"])).toBe(false);
    const roomier = [child("greedy", 2, "a", "b", "c", "d"), ...children.slice(1)];
    expect(isSatisfied(quorum({ threshold: 3, children: roomier }), ["a", "b", "c", "d"])).toBe(true);
  });
});

const folder = vectorsPath("authorization-signatures");
describe.skipIf(folder === undefined)("quorums over real signatures", () => {
  type Case = {
    name: string;
    accept: boolean;
    why: string;
    quorum: { threshold: number; public_keys: string[]; nested?: { threshold: number; public_keys: string[] }[] };
    request: JsonValue;
    signature_header: string;
  };
  const cases: Case[] = folder === undefined ? [] : JSON.parse(readFileSync(join(folder, "quorum.json"), "utf8"));
  const keyObjects = new Map<string, KeyObject>();
  const verifyP256 = (spki: string, message: Uint8Array, der: Uint8Array) => {
    const key =
      keyObjects.get(spki) ?? createPublicKey({ key: Buffer.from(spki, "base64"), format: "der", type: "spki" });
    keyObjects.set(spki, key);
    return nodeVerify("sha256", message, key, der);
  };

  it("has all 165 cases", () => {
    expect(cases).toHaveLength(165);
  });

  it.each(cases)("$name: $why", ({ accept, quorum: stored, request, signature_header }) => {
    const [repeat, times, entry] = signature_header.split(":", 3);
    const header = repeat === "REPEAT" ? Array(Number(times)).fill(entry).join(",") : signature_header;
    const children = (stored.nested ?? []).map(({ threshold, public_keys }, i) =>
      child(`c${i}`, threshold, ...public_keys),
    );
    const of = quorum({ threshold: stored.threshold, publicKeys: stored.public_keys, children });
    const parsed = parseAuthorizationSignatures(header);
    const signatures = parsed.ok ? parsed.signatures : [];
    const keys = [of, ...children].flatMap(({ publicKeys }) => publicKeys);
    const { approvals } = verifyApprovals({ signatures, candidates: [canonicalize(request)], keys, verifyP256 });
    expect(verdict(of, [...approvals.keys()]).satisfied).toBe(accept);
  });
});
