import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { bytesCanary, findCanaries, textCanary } from "./canaries.ts";

/** The search must be able to find: each way of writing a secret, inside a larger text, at every offset. */
describe("findCanaries", () => {
  const secret = randomBytes(32);
  const canaries = [bytesCanary("the secret", secret), textCanary("another", "no such text here")];
  const reversed = Buffer.from(secret).reverse();

  it.each([0, 1, 2, 3, 4, 5])("finds a secret after %i other bytes", (offset) => {
    const before = randomBytes(offset);
    for (const bytes of [secret, reversed]) {
      const inside = Buffer.concat([before, bytes, randomBytes(7)]);
      for (const haystack of [
        inside,
        Buffer.from(inside.toString("hex")),
        Buffer.from(inside.toString("hex").toUpperCase()),
        Buffer.from(inside.toString("base64")),
        Buffer.from(inside.toString("base64url")),
      ]) {
        expect(findCanaries(haystack, canaries)).toEqual(["the secret"]);
      }
    }
  });

  it("finds a number in decimal", () => {
    const decimal = BigInt(`0x${secret.toString("hex")}`).toString();
    expect(findCanaries(Buffer.from(`d = ${decimal};`), canaries)).toEqual(["the secret"]);
  });

  it("finds nothing where there is nothing", () => {
    expect(findCanaries(randomBytes(100_000), canaries)).toEqual([]);
  });
});
