import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ed25519PublicKey, signEd25519 } from "../crypto/primitives.ts";
import { canonicalize } from "../encoding/canonical-json.ts";
import { encodeUtf8 } from "../encoding/utf8.ts";
import { formatLogKey, signCheckpoint } from "./checkpoint.ts";
import { type LogFiles, readLogFiles, writeLogFiles } from "./log-files.ts";
import { appendLeafHash, emptyEdge, hashLeaf, rootOfEdge } from "./merkle-tree.ts";
import { verifyLog } from "./verify-log.ts";

const ORIGIN = "mandate/0123456789abcdef/app";
const RUNS = 1000;
const seed = new Uint8Array(32).fill(9);
const publicKey = ed25519PublicKey(seed);
const KEY = formatLogKey({ origin: ORIGIN, publicKey });
const otherSeed = new Uint8Array(32).fill(8);

function makeEntry(serial: number, appId = "app"): Uint8Array {
  const receipt = { v: 1, type: "receipt", app_id: appId, id: `r${serial}`, version: 1, deleted: false };
  return encodeUtf8(canonicalize({ ...receipt, created_at: serial, body: { decision: "ALLOW", serial } }));
}

const makeEntries = (count: number, from = 0) => Array.from({ length: count }, (_, at) => makeEntry(from + at));

function sign(entries: readonly Uint8Array[], secret = seed): string {
  const edge = emptyEdge();
  for (const entry of entries) appendLeafHash(edge, hashLeaf(entry));
  const checkpoint = { origin: ORIGIN, size: edge.size, root: rootOfEdge(edge) };
  return signCheckpoint(checkpoint, ed25519PublicKey(secret), (message) => signEd25519(secret, message));
}

function judge(files: LogFiles, earlier: string[] = []): { ok: boolean; problem?: string } {
  const read = readLogFiles((path) => files.get(path));
  return read.ok ? verifyLog(read.log, { key: KEY, earlier }) : read;
}

/** Sizes around those where tiles and trees change their shape. */
const sizes = fc.oneof(fc.integer({ min: 2, max: 40 }), fc.constantFrom(255, 256, 257, 300));

type Attack = {
  name: string;
  run(entries: Uint8Array[], pick: (below: number) => number): LogFiles | [LogFiles, string];
};

const rewritten = (entries: Uint8Array[], checkpoint: string) => writeLogFiles(checkpoint, KEY, entries);

/** Whoever can write the database, or the files of an export, but has no key: files are made to agree with each other. */
const attacks: Attack[] = [
  {
    name: "delete an entry",
    run: (entries, pick) => rewritten(entries.toSpliced(pick(entries.length), 1), sign(entries)),
  },
  {
    name: "cut the end, and say so in the checkpoint",
    run(entries, pick) {
      const kept = pick(entries.length);
      const note = sign(entries).replace(`\n${entries.length}\n`, `\n${kept}\n`);
      return rewritten(entries.slice(0, kept), note);
    },
  },
  {
    name: "alter a byte of an entry",
    run(entries, pick) {
      const at = pick(entries.length);
      const entry = entries[at]!.slice();
      entry[pick(entry.length)]! ^= 1 << pick(8);
      return rewritten(entries.with(at, entry), sign(entries));
    },
  },
  {
    name: "alter a byte of any file",
    run(entries, pick) {
      const files = rewritten(entries, sign(entries));
      const path = [...files.keys()].filter((name) => !/^tile\/[1-9]/.test(name))[pick(files.size - 1)];
      const bytes = files.get(path ?? "checkpoint")!.slice();
      bytes[pick(bytes.length - 1)]! ^= 1 << pick(7);
      return files.set(path ?? "checkpoint", bytes);
    },
  },
  {
    name: "swap two entries",
    run(entries, pick) {
      const a = pick(entries.length - 1);
      const b = a + 1 + pick(entries.length - a - 1);
      return rewritten(entries.with(a, entries[b]!).with(b, entries[a]!), sign(entries));
    },
  },
  {
    name: "put one in",
    run: (entries, pick) => rewritten(entries.toSpliced(pick(entries.length + 1), 0, makeEntry(9999)), sign(entries)),
  },
  {
    name: "put one in twice, in place of another",
    run(entries, pick) {
      const at = pick(entries.length);
      return rewritten(entries.with(at, entries[(at + 1) % entries.length]!), sign(entries));
    },
  },
  {
    name: "sign with another key",
    run: (entries) => rewritten(entries, sign(entries, otherSeed)),
  },
  {
    name: "sign with another key, and give that key",
    run: (entries) =>
      writeLogFiles(
        sign(entries, otherSeed),
        formatLogKey({ origin: ORIGIN, publicKey: ed25519PublicKey(otherSeed) }),
        entries,
      ),
  },
  {
    name: "go back to an older checkpoint",
    run(entries, pick) {
      const kept = entries.slice(0, 1 + pick(entries.length - 1));
      return [rewritten(kept, sign(kept)), sign(entries)];
    },
  },
  {
    name: "fork: another log was signed after the one that was seen",
    run(entries, pick) {
      const at = pick(entries.length);
      const forked = [...entries.with(at, makeEntry(9999)), ...makeEntries(pick(5), 5000)];
      return [rewritten(forked, sign(forked)), sign(entries)];
    },
  },
  {
    name: "show another app's log",
    run: (entries, pick) => {
      const at = pick(entries.length);
      const foreign = entries.with(at, makeEntry(at, "other"));
      return rewritten(foreign, sign(foreign));
    },
  },
];

describe("a log that was", () => {
  it(`tampered with is found out: ${RUNS} cases`, () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(sizes, fc.nat({ max: attacks.length - 1 }), fc.infiniteStream(fc.nat()), (size, which, numbers) => {
        const attack = attacks[which]!;
        const pick = (below: number) => (numbers.next().value as number) % Math.max(1, below);
        const made = attack.run(makeEntries(size), pick);
        const [files, earlier] = Array.isArray(made) ? [made[0], [made[1]]] : [made, []];
        seen.add(attack.name);
        const verdict = judge(files, earlier);
        if (verdict.ok) throw new Error(`not found: ${attack.name}`);
      }),
      { numRuns: RUNS },
    );
    expect(seen.size).toBe(attacks.length);
  });

  it("left alone verifies at every size, against each checkpoint of its past", () => {
    for (const size of [0, 1, 2, 3, 17, 255, 256, 257, 513]) {
      const entries = makeEntries(size);
      const earlier = [0, 1, 2, 100, 256].filter((old) => old <= size).map((old) => sign(entries.slice(0, old)));
      expect(judge(rewritten(entries, sign(entries)), earlier)).toMatchObject({ ok: true, size });
    }
  });
});
