import type { JsonObject } from "@mandate/core/encoding/json-value";
import { expect, it } from "vitest";
import { installTestPrimitives } from "../testing/harness.ts";
import { readLiveHeap } from "../testing/heap.ts";
import { createOpenedRecords } from "./opened-records.ts";
import { type AuthorityRecord, createSealer } from "./seal.ts";

await installTestPrimitives();

function record(at: number, body: JsonObject = {}): AuthorityRecord & { mac: string } {
  return { type: "policy", appId: "app", version: 1, deleted: false, createdAtMs: 0, mac: "", id: `p${at}`, body };
}

it("forgets the record that was not used for longest, by the size of each", () => {
  const opened = createOpenedRecords(25_000);
  const seal = (at: number) => `${at}`.padEnd(2_000, ".");
  for (let at = 0; at < 4; at++) opened.keep(seal(at), record(at));
  expect(opened.find(seal(0))?.id).toBe("p0");
  opened.keep(seal(4), record(4));
  expect([0, 1, 2, 3, 4].map((at) => opened.find(seal(at))?.id)).toEqual(["p0", undefined, "p2", "p3", "p4"]);
  // One that is larger than all of it is not kept at all, and puts out none of the others.
  const many = Array.from({ length: 100 }, () => ({}));
  opened.keep("large", record(5, { many }));
  expect(opened.find("large")).toBeUndefined();
  expect(opened.find(seal(4))?.id).toBe("p4");
  // The same seal again counts once.
  for (let times = 0; times < 20; times++) opened.keep(seal(4), record(4));
  expect(opened.find(seal(0))?.id).toBe("p0");
});

/** 100 kB of text; a hundred rules; next to nothing. Of each so many that without a bound they would be 200 MB or more. */
const SHAPES: [string, number, (at: number) => JsonObject][] = [
  ["long texts", 2_000, (at) => ({ name: `${at}${"x".repeat(100_000)}` })],
  [
    "many objects",
    3_000,
    (at) => ({
      rules: Array.from({ length: 100 }, (_, rule) => ({
        name: `Rule ${rule} of ${at}`,
        conditions: [{ field: "value", operator: "lte", value: "1" }],
      })),
    }),
  ],
  ["hardly anything", 100_000, (at) => ({ owner_id: `owner ${at}` })],
];

it.each(SHAPES)("keeps a sealer's memory within bounds: records of %s", (_, count, makeBody) => {
  const sealer = createSealer(new Uint8Array(32).fill(7));
  const open = (at: number) => {
    // As it comes from the socket: a text of its own.
    const sealed = Buffer.from(sealer.sealRecord(record(at, makeBody(at)))).toString("latin1");
    if (sealer.openRecord(sealed) === undefined) expect.unreachable();
  };
  open(0);
  const before = readLiveHeap();
  for (let at = 0; at < count; at++) open(at);
  const kept = (readLiveHeap() - before) / 1e6;
  console.log(`${count} records: ${kept.toFixed(1)} MB`);
  expect(kept).toBeLessThan(90);
});

it("keeps nothing of the request that a record was made in", () => {
  const sealer = createSealer(new Uint8Array(32).fill(7));
  const before = readLiveHeap();
  for (let at = 0; at < 500; at++) {
    // V8 keeps all of a text for a part of it.
    const request = Buffer.from(`${" ".repeat(400_000)}a name of some length ${at}`).toString("latin1");
    sealer.sealRecord(record(at, { name: request.slice(400_000) }));
  }
  expect((readLiveHeap() - before) / 1e6).toBeLessThan(20);
});
