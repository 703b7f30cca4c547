import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bench, describe } from "vitest";
import { APP, makePut, makeUnit } from "../conformance/fixtures.ts";
import { openSqliteStorage } from "./open-sqlite-storage.ts";

// One unit is what a signing request writes: four expected versions, a receipt and a consumed digest. With n writers
// an operation is n units, so units per second are operations per second times n.
const folder = mkdtempSync(join(tmpdir(), "mandate-bench-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const storage = await openSqliteStorage({ file: join(folder, "mandate.db") });

const KEYS = [
  { type: "app", id: APP },
  { type: "wallet", id: "w" },
  { type: "key_quorum", id: "owner" },
  { type: "key_quorum", id: "signer" },
  { type: "policy", id: "p" },
  { type: "policy", id: "override" },
] as const;
const sealed = "s".repeat(1000);
await storage.commit(makeUnit({ put: KEYS.map(({ type, id }) => makePut(type, id, 1, { sealed })) }));

const expected = KEYS.slice(0, 4).map((key) => ({ ...key, version: 1 }));
const receipt = "r".repeat(750);
let serial = 0;

function commitOne() {
  const digest = (serial++).toString(16).padStart(64, "0");
  return storage.commit(
    makeUnit({
      expect: expected,
      receipt: { id: digest, receipt, walletId: "w", decision: "ALLOW", createdAtMs: serial },
      consume: [{ digest, expiresAtMs: 1_000_000 }],
      answer: { status: 200, body: "0".repeat(200) },
    }),
  );
}

describe("commit", () => {
  for (const writers of [1, 8, 64]) {
    bench(`${writers} writers`, async () => {
      await Promise.all(Array.from({ length: writers }, commitOne));
    });
  }
});

describe("read", () => {
  bench("six current records", async () => {
    await storage.findRecords(APP, [...KEYS]);
  });
  bench("a consumed digest", async () => {
    await storage.findConsumed(APP, "0".repeat(64), 0);
  });
});
