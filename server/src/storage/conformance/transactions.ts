import { beforeEach, describe, expect, it } from "vitest";
import type { TestedStorage } from "../conformance.ts";
import {
  type CommitUnit,
  InvalidUnitError,
  type NewTransaction,
  type Storage,
  type TransactionStatus,
} from "../storage.ts";
import { APP, commitOk, makePut, makeTransaction, makeUnit } from "./fixtures.ts";

export function describeTransactions(tested: TestedStorage): void {
  describe("transactions (I7)", () => {
    it("refuse a second pending send with the nonce of a wallet and chain", async () => {
      const send = { walletId: "w", caip2: "eip155:1", nonce: "7" };
      await commitOk(tested.storage, { transaction: makeTransaction("t1", send) });
      const refused = await tested.storage.commit(makeUnit({ transaction: makeTransaction("t2", send) }));
      expect(refused).toEqual({ ok: false, reason: "conflict", on: "nonce", value: "7" });
      for (const [index, other] of [{ walletId: "w2" }, { caip2: "eip155:10" }, { nonce: "8" }].entries()) {
        await commitOk(tested.storage, { transaction: makeTransaction(`o${index}`, { ...send, ...other }) });
      }
      await tested.storage.settleTransaction(APP, "t1", "broadcasted");
      await commitOk(tested.storage, { transaction: makeTransaction("t3", send) });
    });

    describe("with a nonce that must be unused", () => {
      const wallet = { type: "wallet" as const, id: "w" };
      const unit = (id: string, parts: Partial<NewTransaction> = {}, more: Partial<CommitUnit> = {}) => {
        const transaction = makeTransaction(id, { walletId: "w", nonce: "7", createdAtMs: 1000, ...parts });
        return makeUnit({ expect: [{ ...wallet, version: 1 }], transaction, nonceUnusedSinceMs: 500, ...more });
      };
      const taken = { ok: false, reason: "conflict", on: "nonce", value: "7" };

      beforeEach(() => commitOk(tested.storage, { put: [makePut("wallet", "w", 1)] }));

      it("meet one that was broadcast since, and no other", async () => {
        await commitOk(tested.storage, unit("t1"));
        await tested.storage.settleTransaction(APP, "t1", "broadcasted");
        expect(await tested.storage.commit(unit("t2"))).toEqual(taken);
        for (const [index, other] of [{ caip2: "eip155:10" }, { nonce: "8" }].entries()) {
          expect(await tested.storage.commit(unit(`o${index}`, other))).toMatchObject({ ok: true });
        }
        // The chain has had the time to hear of it, and may have forgotten it again.
        const late = unit("t3", { createdAtMs: 9000 }, { nonceUnusedSinceMs: 1000 });
        expect(await tested.storage.commit(late)).toMatchObject({ ok: true });
        await tested.storage.settleTransaction(APP, "t3", "failed");
        const after = unit("t4", { createdAtMs: 9500 }, { nonceUnusedSinceMs: 1000 });
        expect(await tested.storage.commit(after)).toMatchObject({ ok: true });
      });

      it("may be replaced by one whose nonce the caller chose", async () => {
        await commitOk(tested.storage, unit("t1"));
        await tested.storage.settleTransaction(APP, "t1", "broadcasted");
        const { nonceUnusedSinceMs: _, ...chosen } = unit("t2");
        await commitOk(tested.storage, chosen);
      });

      it("name their wallet's version", async () => {
        const refused = tested.storage.commit(unit("t1", {}, { expect: [] }));
        await expect(refused).rejects.toThrow(InvalidUnitError);
      });

      it("are made by one of two processes at most, however quickly the other settles its own", async () => {
        const storages = [tested.storage, await tested.another()];
        for (let round = 0; round < 20; round++) {
          const send = async (storage: Storage, at: number) => {
            const id = `r${round}-${at}`;
            const result = await storage.commit(unit(id, { nonce: `n${round}` }));
            if (result.ok) await storage.settleTransaction(APP, id, "broadcasted");
            return result.ok;
          };
          const made = await Promise.all(storages.flatMap((storage, at) => [send(storage, at), send(storage, at + 2)]));
          expect([round, made.filter(Boolean).length]).toEqual([round, 1]);
        }
      });
    });

    it("let one of 32 parallel sends have a nonce", async () => {
      const results = await Promise.all(
        Array.from({ length: 32 }, (_, index) =>
          tested.storage.commit(makeUnit({ transaction: makeTransaction(`t${index}`, { nonce: "1" }) })),
        ),
      );
      expect(results.filter((result) => result.ok)).toHaveLength(1);
      expect(await tested.storage.listUnbroadcast(100)).toHaveLength(1);
    });

    it("keep what was signed, and begin as pending", async () => {
      const transaction = makeTransaction("t", { referenceId: "ref-1", createdAtMs: 5 });
      await commitOk(tested.storage, { transaction });
      expect(await tested.storage.findTransaction(APP, "t")).toEqual({ appId: APP, status: "pending", ...transaction });
      expect(await tested.storage.findTransaction(APP, "other")).toBeUndefined();
    });

    it("are found by reference, oldest first", async () => {
      for (const [id, createdAtMs] of [
        ["b", 2],
        ["a", 3],
        ["c", 1],
      ] as const) {
        await commitOk(tested.storage, { transaction: makeTransaction(id, { referenceId: "ref", createdAtMs }) });
      }
      await commitOk(tested.storage, { transaction: makeTransaction("none") });
      const found = await tested.storage.findTransactionsByReference(APP, "ref");
      expect(found.map((transaction) => transaction.id)).toEqual(["c", "b", "a"]);
      expect(await tested.storage.findTransactionsByReference(APP, "other")).toEqual([]);
    });

    it("are unbroadcast while pending, oldest first, and so after a restart", async () => {
      for (const createdAtMs of [3, 1, 2]) {
        await commitOk(tested.storage, { transaction: makeTransaction(`t${createdAtMs}`, { createdAtMs }) });
      }
      const storage = await tested.reopen();
      const ids = async (limit: number) => (await storage.listUnbroadcast(limit)).map((transaction) => transaction.id);
      expect(await ids(10)).toEqual(["t1", "t2", "t3"]);
      expect(await ids(2)).toEqual(["t1", "t2"]);
      const outcomes: TransactionStatus[] = ["broadcasted", "confirmed", "failed"];
      for (const [index, status] of outcomes.entries()) {
        await storage.settleTransaction(APP, `t${index + 1}`, status);
        expect(await storage.findTransaction(APP, `t${index + 1}`)).toMatchObject({ status });
      }
      expect(await ids(10)).toEqual([]);
    });

    it("replace the answers of their own commit when settled with one, and no others", async () => {
      const first = { status: 202, body: "pending" };
      const commitSend = (id: string) =>
        commitOk(tested.storage, {
          transaction: makeTransaction(id),
          consume: [
            { digest: `${id}-1`, expiresAtMs: 100 },
            { digest: `${id}-2`, expiresAtMs: 100 },
          ],
          idempotency: { key: id, target: "POST /x", bodyDigest: "00", expiresAtMs: 100 },
          answer: first,
        });
      await commitSend("t");
      await commitSend("other");
      await commitOk(tested.storage, { consume: [{ digest: "plain", expiresAtMs: 100 }], answer: first });
      await tested.storage.settleTransaction(APP, "t", "broadcasted");
      expect(await tested.storage.findConsumed(APP, "t-1", 0)).toEqual(first);
      const settled = { status: 200, body: "confirmed" };
      await tested.storage.settleTransaction(APP, "t", "confirmed", settled);
      expect(await tested.storage.findConsumed(APP, "t-1", 0)).toEqual(settled);
      expect(await tested.storage.findConsumed(APP, "t-2", 0)).toEqual(settled);
      expect(await tested.storage.findIdempotent(APP, "t", 0)).toMatchObject({ answer: settled });
      expect(await tested.storage.findConsumed(APP, "other-1", 0)).toEqual(first);
      expect(await tested.storage.findIdempotent(APP, "other", 0)).toMatchObject({ answer: first });
      expect(await tested.storage.findConsumed(APP, "plain", 0)).toEqual(first);
    });

    it("reject settling one that is not there", async () => {
      await expect(tested.storage.settleTransaction(APP, "none", "failed")).rejects.toThrow("no such transaction");
    });
  });
}
