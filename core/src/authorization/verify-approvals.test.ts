import { describe, expect, it } from "vitest";
import { decodeUtf8 } from "../encoding/utf8.ts";
import type { AuthorizationSignature } from "./authorization-signature.ts";
import { verifyApprovals } from "./verify-approvals.ts";

/** A pretended signature: it verifies for the named key and payload only. */
function signature(key: string, payload: string, n = 0): AuthorizationSignature {
  const base64 = `${key}:${payload}`;
  return { der: Uint8Array.from(base64, (letter) => letter.charCodeAt(0)), rHex: `${base64}:${n}`, base64 };
}
const verifyP256 = (key: string, message: Uint8Array, der: Uint8Array) =>
  decodeUtf8(der) === `${key}:${decodeUtf8(message)}`;
const ask = (
  signatures: AuthorizationSignature[],
  candidates: Iterable<string>,
  keys: string[],
  verificationsMax?: number,
) =>
  verifyApprovals({
    signatures,
    candidates,
    keys,
    verifyP256,
    ...(verificationsMax !== undefined && { verificationsMax }),
  });

describe("I4: verifyApprovals", () => {
  it("finds nothing without signatures or keys, and reads no candidate for it", () => {
    const candidates: Iterable<string> = {
      [Symbol.iterator]: () => {
        throw new Error("read");
      },
    };
    expect(ask([], candidates, ["a"])).toEqual({ approvals: new Map(), verifications: 0, exhausted: false });
    expect(ask([signature("a", "p")], candidates, []).verifications).toBe(0);
  });

  it("finds nothing over another payload or by another key", () => {
    expect(ask([signature("a", "other"), signature("z", "p")], ["p", "q"], ["a", "b"]).approvals.size).toBe(0);
  });

  it("counts a key once, however many signatures it made", () => {
    const { approvals } = ask(
      [signature("a", "p", 1), signature("a", "p", 2), signature("a", "q", 3)],
      ["p", "q"],
      ["a", "b", "a"],
    );
    expect([...approvals]).toEqual([["a", { canonical: "p", rHex: "a:p:1" }]]);
  });

  it("stops at the bound and says so", () => {
    const signatures = Array.from({ length: 100 }, (_, i) => signature("x", "x", i));
    const keys = Array.from({ length: 50 }, (_, i) => `k${i}`);
    expect(ask(signatures, ["p"], keys)).toMatchObject({ verifications: 400, exhausted: true });
    expect(ask([signature("a", "p")], ["o", "p"], ["a"], 1)).toMatchObject({ verifications: 1, exhausted: true });
    expect(ask([signature("a", "p")], ["p"], ["a"], 0).approvals.size).toBe(0);
  });

  it("costs one verification for one signature, key and candidate, and reads no further", () => {
    let read = 0;
    const candidates = (function* () {
      for (const canonical of ["p", "q"]) {
        read++;
        yield canonical;
      }
    })();
    expect(ask([signature("a", "p")], candidates, ["a"])).toEqual({
      approvals: new Map([["a", { canonical: "p", rHex: "a:p:0" }]]),
      verifications: 1,
      exhausted: false,
    });
    expect(read).toBe(1);
  });

  it("lets every signature match a candidate of its own, and ignores strangers", () => {
    const { approvals } = ask(
      [signature("z", "p"), signature("b", "q"), signature("a", "r")],
      ["p", "q", "r"],
      ["a", "b", "c"],
    );
    expect([...approvals].map(([key, { canonical }]) => [key, canonical])).toEqual([
      ["b", "q"],
      ["a", "r"],
    ]);
  });
});
