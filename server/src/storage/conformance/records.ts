import { describe, expect, it } from "vitest";
import type { TestedStorage } from "../conformance.ts";
import { InvalidUnitError } from "../storage.ts";
import { APP, commitOk, makeDeletion, makePut, makeReceipt, makeTransaction, makeUnit, makeUser } from "./fixtures.ts";

export function describeRecords(tested: TestedStorage): void {
  describe("record versions", () => {
    it("refuses to create a record that exists, and names it", async () => {
      await commitOk(tested.storage, { put: [makePut("policy", "p", 1)] });
      const again = await tested.storage.commit(makeUnit({ put: [makePut("policy", "p", 1, { sealed: "other" })] }));
      expect(again).toEqual({ ok: false, reason: "stale", records: [{ type: "policy", id: "p" }] });
      expect(await tested.storage.findRecord(APP, { type: "policy", id: "p" })).toMatchObject({
        sealed: "sealed policy p v1",
      });
    });

    it.each([2, 3])("refuses version %i of a record that does not exist", async (version) => {
      const result = await tested.storage.commit(makeUnit({ put: [makePut("wallet", "w", version)] }));
      expect(result).toEqual({ ok: false, reason: "stale", records: [{ type: "wallet", id: "w" }] });
      expect(await tested.storage.findRecord(APP, { type: "wallet", id: "w" })).toBeUndefined();
    });

    it.each([1, 2, 4])("refuses version %i after version 2", async (version) => {
      await commitOk(tested.storage, { put: [makePut("wallet", "w", 1)] });
      await commitOk(tested.storage, { put: [makePut("wallet", "w", 2)] });
      const result = await tested.storage.commit(makeUnit({ put: [makePut("wallet", "w", version)] }));
      expect(result).toEqual({ ok: false, reason: "stale", records: [{ type: "wallet", id: "w" }] });
      expect(await tested.storage.findRecord(APP, { type: "wallet", id: "w" })).toMatchObject({ version: 2 });
    });

    it("keeps every field of the latest version", async () => {
      await commitOk(tested.storage, { put: [makePut("policy", "p", 1)] });
      await commitOk(tested.storage, { put: [makePut("policy", "p", 2, { sealed: "second", createdAtMs: 2 ** 43 })] });
      expect(await tested.storage.findRecord(APP, { type: "policy", id: "p" })).toEqual({
        appId: APP,
        type: "policy",
        id: "p",
        version: 2,
        sealed: "second",
        deleted: false,
        createdAtMs: 2 ** 43,
      });
    });

    it("keeps records of one id and different types apart", async () => {
      await commitOk(tested.storage, { put: [makePut("policy", "x", 1), makePut("user", "x", 1)] });
      const found = await tested.storage.findRecords(APP, [
        { type: "user", id: "x" },
        { type: "wallet", id: "x" },
        { type: "policy", id: "x" },
        { type: "user", id: "x" },
      ]);
      expect(found.map((record) => record?.sealed)).toEqual([
        "sealed user x v1",
        undefined,
        "sealed policy x v1",
        "sealed user x v1",
      ]);
      expect(await tested.storage.findRecords(APP, [])).toEqual([]);
    });

    it("fails on an expected record that is absent, deleted or at another version, and names exactly those", async () => {
      await commitOk(tested.storage, { put: ["here", "moved", "gone"].map((id) => makePut("policy", id, 1)) });
      await commitOk(tested.storage, { put: [makePut("policy", "moved", 2), makeDeletion("policy", "gone", 2)] });
      const result = await tested.storage.commit(
        makeUnit({
          expect: [
            { type: "policy", id: "here", version: 1 },
            { type: "policy", id: "moved", version: 1 },
            { type: "policy", id: "gone", version: 2 },
            { type: "policy", id: "never", version: 1 },
          ],
          put: [makePut("wallet", "w", 1), makePut("policy", "here", 1)],
          receipt: makeReceipt("not written"),
        }),
      );
      expect(result).toEqual({
        ok: false,
        reason: "stale",
        records: ["moved", "gone", "never", "here"].map((id) => ({ type: "policy", id })),
      });
      expect(await tested.storage.findRecord(APP, { type: "wallet", id: "w" })).toBeUndefined();
      expect(await tested.storage.listReceipts(APP, 0, 10)).toEqual([]);
    });

    it("lets a unit expect the version that it replaces", async () => {
      await commitOk(tested.storage, { put: [makePut("wallet", "w", 1)] });
      const result = await tested.storage.commit(
        makeUnit({ expect: [{ type: "wallet", id: "w", version: 1 }], put: [makePut("wallet", "w", 2)] }),
      );
      expect(result).toEqual({ ok: true, receiptSequence: undefined });
    });

    it("lets exactly one of 64 parallel commits on one version win (I15)", async () => {
      await commitOk(tested.storage, { put: [makePut("wallet", "w", 1)] });
      const results = await Promise.all(
        Array.from({ length: 64 }, (_, index) =>
          tested.storage.commit(makeUnit({ put: [makePut("wallet", "w", 2, { sealed: `writer ${index}` })] })),
        ),
      );
      const winners = results.flatMap((result, index) => (result.ok ? [index] : []));
      expect(winners).toHaveLength(1);
      expect(results.filter((result) => !result.ok && result.reason === "stale")).toHaveLength(63);
      expect(await tested.storage.findRecord(APP, { type: "wallet", id: "w" })).toMatchObject({
        version: 2,
        sealed: `writer ${winners[0]}`,
      });
    });

    it("commits no decision that relied on a version which a commit before it replaced (I15)", async () => {
      await commitOk(tested.storage, { put: [makePut("wallet", "w", 1)] });
      const sign = (name: string) =>
        tested.storage.commit(
          makeUnit({ expect: [{ type: "wallet", id: "w", version: 1 }], receipt: makeReceipt(name) }),
        );
      const before = sign("before");
      const revoke = tested.storage.commit(makeUnit({ put: [makePut("wallet", "w", 2)] }));
      const results = await Promise.all([before, revoke, sign("beside"), sign("beside too")]);
      expect(results.map((result) => result.ok)).toEqual([true, true, false, false]);
      expect(await sign("after")).toMatchObject({ ok: false, reason: "stale" });
      expect(await tested.storage.listReceipts(APP, 0, 10)).toHaveLength(1);
    });

    it("refuses a unit that names a record twice", async () => {
      const unit = makeUnit({ put: [makePut("policy", "p", 1), makePut("policy", "p", 2)] });
      await expect(tested.storage.commit(unit)).rejects.toThrow(InvalidUnitError);
    });

    it("does not let a caller change what others read", async () => {
      await commitOk(tested.storage, { put: [makePut("policy", "p", 1)] });
      const mine = await tested.storage.findRecord(APP, { type: "policy", id: "p" });
      try {
        if (mine !== undefined) mine.sealed = "forged";
      } catch {
        // Frozen records are one way to pass.
      }
      const [theirs] = await tested.storage.findRecords(APP, [{ type: "policy", id: "p" }]);
      expect(theirs?.sealed).toBe("sealed policy p v1");
    });
  });

  describe("atomicity", () => {
    it("leaves nothing of a refused unit", async () => {
      await commitOk(tested.storage, { putUsers: [makeUser("holder", { accounts: ["email:a@example.com"] })] });
      const result = await tested.storage.commit(
        makeUnit({
          put: [makePut("wallet", "w", 1, { references: [{ kind: "owner", to: "q" }] })],
          walletSecrets: [{ walletId: "w", sealedKey: "key", sealedSeed: undefined }],
          putUsers: [makeUser("u", { accounts: ["email:a@example.com"] })],
          receipt: makeReceipt("r"),
          consume: [{ digest: "d", expiresAtMs: 10 }],
          idempotency: { key: "k", target: "POST /x", bodyDigest: "00", expiresAtMs: 10 },
          answer: { status: 200, body: "{}" },
          transaction: makeTransaction("t"),
        }),
      );
      expect(result).toMatchObject({ ok: false, reason: "conflict" });
      const { storage } = tested;
      expect(await storage.findRecord(APP, { type: "wallet", id: "w" }, { includeDeleted: true })).toBeUndefined();
      expect(await storage.findReferrers(APP, ["owner"], "q", 10)).toEqual([]);
      expect(await storage.listWallets(APP, {}, { cursor: undefined, limit: 10 })).toMatchObject({ data: [] });
      expect(await storage.findWalletSecret(APP, "w")).toBeUndefined();
      expect(await storage.findUser(APP, "u")).toBeUndefined();
      expect(await storage.listReceipts(APP, 0, 10)).toEqual([]);
      expect(await storage.findConsumed(APP, "d", 0)).toBeUndefined();
      expect(await storage.findIdempotent(APP, "k", 0)).toBeUndefined();
      expect(await storage.listUnbroadcast(10)).toEqual([]);
    });

    it("keeps the units of one moment apart: those that fail do not touch those that do not", async () => {
      const results = await Promise.allSettled([
        tested.storage.commit(makeUnit({ put: [makePut("policy", "a", 1)], transaction: makeTransaction("t") })),
        // The id of a send is taken: a bug of the caller that no condition foresees.
        tested.storage.commit(
          makeUnit({ put: [makePut("policy", "b", 1)], transaction: makeTransaction("t", { nonce: "other" }) }),
        ),
        tested.storage.commit(makeUnit({ put: [makePut("policy", "a", 1)] })),
        tested.storage.commit(makeUnit({ put: [makePut("policy", "c", 1)], receipt: makeReceipt("c") })),
      ]);
      expect(results.map((result) => (result.status === "fulfilled" ? result.value.ok : "rejected"))).toEqual([
        true,
        "rejected",
        false,
        true,
      ]);
      const found = await tested.storage.findRecords(
        APP,
        ["a", "b", "c"].map((id) => ({ type: "policy", id })),
      );
      expect(found.map((record) => record?.version)).toEqual([1, undefined, 1]);
      expect(await tested.storage.listReceipts(APP, 0, 10)).toMatchObject([{ sequence: 1 }]);
    });

    it("shows a unit what the units before it wrote", async () => {
      const results = await Promise.all([
        tested.storage.commit(makeUnit({ put: [makePut("policy", "p", 1)] })),
        tested.storage.commit(makeUnit({ put: [makePut("policy", "p", 2)] })),
        tested.storage.commit(makeUnit({ expect: [{ type: "policy", id: "p", version: 2 }] })),
      ]);
      expect(results.map((result) => result.ok)).toEqual([true, true, true]);
    });

    it("shows all of a write or nothing while it is under way, and all of it once it is acknowledged", async () => {
      await commitOk(tested.storage, { put: [makePut("policy", "p", 1), makePut("policy", "q", 1)] });
      const commit = tested.storage.commit(makeUnit({ put: [makePut("policy", "p", 2), makePut("policy", "q", 2)] }));
      const keys = ["p", "q"].map((id) => ({ type: "policy", id }) as const);
      const versions = (await tested.storage.findRecords(APP, keys)).map((record) => record?.version);
      expect([
        [1, 1],
        [2, 2],
      ]).toContainEqual(versions);
      await commit;
      expect((await tested.storage.findRecord(APP, { type: "policy", id: "p" }))?.version).toBe(2);
    });

    it("has everything after it was reopened", async () => {
      await commitOk(tested.storage, { put: [makePut("policy", "p", 1), makePut("app", APP, 1)] });
      await commitOk(tested.storage, { put: [makePut("policy", "p", 2)], receipt: makeReceipt("r") });
      const storage = await tested.reopen();
      await storage.check();
      expect(await storage.findRecord(APP, { type: "policy", id: "p" })).toMatchObject({ version: 2 });
      expect(await storage.listApps()).toMatchObject([{ id: APP }]);
      expect(await storage.commit(makeUnit({ receipt: makeReceipt("next") }))).toEqual({
        ok: true,
        receiptSequence: 2,
      });
    });
  });

  describe("deleted records", () => {
    it("are found only when asked for", async () => {
      await commitOk(tested.storage, { put: [makePut("policy", "p", 1)] });
      await commitOk(tested.storage, { put: [makeDeletion("policy", "p", 2)] });
      const key = { type: "policy", id: "p" } as const;
      expect(await tested.storage.findRecord(APP, key)).toBeUndefined();
      expect(await tested.storage.findRecords(APP, [key])).toEqual([undefined]);
      expect(await tested.storage.findRecord(APP, key, { includeDeleted: true })).toMatchObject({
        version: 2,
        sealed: "tombstone",
        deleted: true,
      });
    });

    it("never start again at version 1, and their chain of versions continues", async () => {
      await commitOk(tested.storage, { put: [makePut("policy", "p", 1)] });
      await commitOk(tested.storage, { put: [makeDeletion("policy", "p", 2)] });
      for (const version of [1, 2]) {
        const result = await tested.storage.commit(makeUnit({ put: [makePut("policy", "p", version)] }));
        expect(result).toMatchObject({ ok: false, reason: "stale" });
      }
      await commitOk(tested.storage, { put: [makePut("policy", "p", 3)] });
      expect(await tested.storage.findRecord(APP, { type: "policy", id: "p" })).toMatchObject({ version: 3 });
    });

    it("are not listed as apps", async () => {
      await commitOk(tested.storage, { put: [makePut("app", APP, 1)] });
      await commitOk(tested.storage, { put: [makeDeletion("app", APP, 2)] });
      expect(await tested.storage.listApps()).toEqual([]);
    });
  });
}
