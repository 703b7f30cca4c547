import { expect, it } from "vitest";
import { readLiveHeap } from "../testing/heap.ts";
import { HighWater } from "./high-water.ts";

it("keeps a mark of each record, and not the text that the record came in", () => {
  const RECORDS = 20_000;
  const SEALED_CHARACTERS = 4000;
  const highWater = new HighWater(new Map(), () => undefined);
  const see = (at: number) => {
    const sealed = `1.root.${String(at).padStart(43, "m")}.${"x".repeat(SEALED_CHARACTERS)}`;
    // As the sealer takes it out of the sealed text.
    const [, mac = ""] = /^1\.root\.([^.]{43})\./.exec(Buffer.from(sealed).toString("latin1"))!;
    return { type: "wallet", appId: "a".repeat(25), id: String(at).padStart(24, "w"), version: 1, mac } as const;
  };
  const before = readLiveHeap();
  for (let at = 0; at < RECORDS; at++) expect(highWater.accepts(see(at))).toBe(true);
  const kept = (readLiveHeap() - before) / RECORDS;
  console.log(`${kept.toFixed(0)} bytes a mark`);
  // Of which 58 are its key's and 43 its MAC's.
  expect(kept).toBeLessThan(320);
  expect(highWater.size).toBe(RECORDS);
  expect(highWater.accepts({ ...see(7), mac: "another".padEnd(43, "m") })).toBe(false);
  expect(highWater.accepts(see(7))).toBe(true);
});
