import { describe, expect, it } from "vitest";
import { describePrimitives } from "../testing/primitives-conformance.ts";
import { installPrimitives, sha256 } from "./primitives.ts";
import { referencePrimitives } from "./reference-primitives.ts";

describe("reference primitives", describePrimitives);

describe("installPrimitives", () => {
  it("installs once, for good, and a copy", () => {
    const replacement = { ...referencePrimitives, sha256: () => new Uint8Array(32).fill(1) };
    installPrimitives(replacement);
    expect(sha256(new Uint8Array(0))).toEqual(new Uint8Array(32).fill(1));
    replacement.sha256 = () => new Uint8Array(32).fill(2);
    expect(sha256(new Uint8Array(0))).toEqual(new Uint8Array(32).fill(1));
    expect(() => installPrimitives(referencePrimitives)).toThrow("installed already");
  });
});
