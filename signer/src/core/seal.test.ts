import { describe, expect, it } from "vitest";
import { installTestPrimitives } from "../testing/harness.ts";
import { seededRng } from "../testing/rng.ts";
import { seededRandom } from "../testing/test-keys.ts";
import { type AuthorityRecord, createSealer, rootKeyCommitment, type SecretHeader } from "./seal.ts";

await installTestPrimitives();

const FUZZ = Number(process.env.MANDATE_FUZZ ?? 1);
const random = seededRandom("seal tests");
const rootKey = random(32);
const TYPES = [
  "app",
  "user",
  "user_key",
  "key_quorum",
  "policy",
  "wallet",
  "condition_set",
  "aggregation",
  "aggregation_window",
] as const;
const APPS = ["capp1", "capp2"];

function record(at: number): AuthorityRecord {
  const rng = seededRng(at);
  return {
    type: TYPES[at % TYPES.length]!,
    appId: rng.pick(APPS),
    id: `id${at % 25}`,
    version: 1 + rng.int(3),
    deleted: rng.chance(0.2),
    createdAtMs: 1_700_000_000_000 + at,
    body: { name: `résumé ${at}`, list: [at, null, true, "\u2028"], nested: { ["__proto__"]: "own", at } },
  };
}

/** A sealer of its own each time: one that has opened a record before finds it in its memory. */
const fresh = () => createSealer(rootKey);

describe("a sealed record (I17)", () => {
  const sealer = createSealer(rootKey);
  const records = Array.from({ length: 200 }, (_, at) => record(at));
  const seals = records.map((each) => sealer.sealRecord(each));

  it("does not open with any bit of it changed", () => {
    const opener = fresh();
    const bits = Math.min(8, Math.ceil(FUZZ));
    let cases = 0;
    for (const sealed of seals) {
      const bytes = Buffer.from(sealed, "utf8");
      for (let at = 0; at < bytes.length; at++) {
        for (let bit = 0; bit < bits; bit++) {
          const flipped = Buffer.from(bytes);
          flipped[at]! ^= 1 << ((at + bit) % 8);
          if (opener.openRecord(flipped.toString("utf8")) !== undefined) expect.unreachable(`${sealed} at ${at}`);
          cases++;
        }
      }
    }
    expect(cases).toBeGreaterThan(50_000);
  });

  it("does not open cut short, extended, or as the same JSON in another spelling", () => {
    const opener = fresh();
    for (const sealed of seals.slice(0, 10)) {
      for (let length = 0; length < sealed.length; length++)
        expect(opener.openRecord(sealed.slice(0, length))).toBeUndefined();
      const brace = sealed.indexOf("{");
      const json = sealed.slice(brace);
      for (const other of [
        `${json} `,
        ` ${json}`,
        JSON.stringify(JSON.parse(json), null, 1),
        `${json}${json}`,
        json.replace("é", "\\u00e9"),
      ]) {
        expect(opener.openRecord(sealed.slice(0, brace) + other)).toBeUndefined();
      }
    }
  });

  it("does not open with the parts of any other", () => {
    const opener = fresh();
    const some = seals.slice(0, 100).map((sealed) => sealed.split(/\.(?=\{)|(?<=^1\.[0-9a-f]{16})\./));
    let cases = 0;
    for (const [at, [head, mac, json]] of some.entries()) {
      for (const [other, [, otherMac, otherJson]] of some.entries()) {
        if (at === other) continue;
        expect(opener.openRecord(`${head}.${otherMac}.${json}`)).toBeUndefined();
        expect(opener.openRecord(`${head}.${mac}.${otherJson}`)).toBeUndefined();
        cases++;
      }
    }
    expect(cases).toBe(9900);
  });

  it("does not open under another root key, nor when that key's name is put on it", () => {
    const other = createSealer(random(32));
    for (const sealed of seals) {
      expect(other.openRecord(sealed)).toBeUndefined();
      expect(other.openRecord(sealed.replace(sealer.rootKeyId, other.rootKeyId))).toBeUndefined();
    }
  });

  it("does not open when its content is no record, though the seal is right", () => {
    // Sealed by ourselves, so only the shape can refuse it.
    for (const wrong of [
      { version: 0 },
      { version: 1.5 },
      { type: "secret" },
      { body: [] },
      { deleted: 0 },
      { appId: 1 },
    ]) {
      expect(fresh().openRecord(sealer.sealRecord({ ...record(1), ...wrong } as never))).toBeUndefined();
    }
  });

  it("opens as what was sealed, and cannot be written into", () => {
    const opener = fresh();
    for (const [at, sealed] of seals.entries()) {
      const { mac, ...opened } = opener.openRecord(sealed)!;
      expect(mac).toMatch(/^[\w-]{43}$/);
      expect(JSON.stringify(opened.body.list)).toBe(JSON.stringify(records[at]!.body.list));
      expect({ ...opened, body: 0 }).toEqual({ ...records[at], body: 0 });
      expect(() => {
        (opened.body as { name: string }).name = "other";
      }).toThrow(TypeError);
    }
    const sealedHere = sealer.openRecord(seals[0]!)!;
    expect(Object.isFrozen(sealedHere.body)).toBe(true);
  });
});

describe("a sealed secret (I17)", () => {
  const sealer = createSealer(rootKey);
  const header: SecretHeader = { type: "wallet_key", appId: "capp1", id: "wallet1", version: 1 };
  const secret = random(32);

  it("does not open with any bit changed, or cut short", () => {
    const sealed = sealer.sealSecret(header, secret, random(32));
    const bytes = Buffer.from(sealed);
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = Buffer.from(bytes);
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      if (sealer.openSecret(header, flipped.toString("latin1")) !== undefined) expect.unreachable(`bit ${bit}`);
    }
    for (let length = 0; length < sealed.length; length++) {
      expect(sealer.openSecret(header, sealed.slice(0, length))).toBeUndefined();
    }
  });

  it("opens under no other header, root key or part of another seal", () => {
    const sealed = sealer.sealSecret(header, secret, random(32));
    for (const other of [{ type: "wallet_seed" }, { appId: "capp2" }, { id: "wallet2" }, { version: 2 }] as const) {
      expect(sealer.openSecret({ ...header, ...other }, sealed)).toBeUndefined();
    }
    const stranger = createSealer(random(32));
    expect(stranger.openSecret(header, sealed)).toBeUndefined();
    expect(stranger.openSecret(header, sealed.replace(sealer.rootKeyId, stranger.rootKeyId))).toBeUndefined();
    const parts = sealed.split(".");
    const others = sealer.sealSecret({ ...header, id: "wallet2" }, secret, random(32)).split(".");
    for (const at of [2, 3, 4])
      expect(sealer.openSecret(header, parts.with(at, others[at]!).join("."))).toBeUndefined();
  });

  it("says nothing of the secret, not even that two are the same", () => {
    const [one, two] = [sealer.sealSecret(header, secret, random(32)), sealer.sealSecret(header, secret, random(32))];
    expect(one.split(".")[4]).not.toBe(two.split(".")[4]);
    expect(one.split(".")[3]).not.toBe(two.split(".")[3]);
    for (const text of [Buffer.from(secret).toString("hex"), Buffer.from(secret).toString("base64url")]) {
      expect(one.includes(text)).toBe(false);
    }
    expect(sealer.openSecret(header, one)).toEqual(secret);
  });
});

it("names a root key without telling it", () => {
  expect(rootKeyCommitment(rootKey)).toMatch(/^[0-9a-f]{64}$/);
  expect(rootKeyCommitment(rootKey)).not.toContain(Buffer.from(rootKey).toString("hex").slice(0, 8));
  expect(() => createSealer(new Uint8Array(31))).toThrow("32 bytes");
});
