import { describe, expect, it } from "vitest";
import type { TestedStorage } from "../conformance.ts";
import { type CommitUnit, InvalidUnitError } from "../storage.ts";
import { APP, commitOk, makePut, makeReceipt, makeUnit } from "./fixtures.ts";

const ANSWER = { status: 200, body: '{"signature":"0x00"}' };
const OTHER_ANSWER = { status: 201, body: "other" };
const ENTRY = { key: "k", target: "POST /v1/wallets", bodyDigest: "ab".repeat(32), expiresAtMs: 100 };

export function describeRequests(tested: TestedStorage): void {
  describe("consumed requests (I6)", () => {
    const consume = (digest: string, parts: Partial<CommitUnit> = {}) =>
      makeUnit({ consume: [{ digest, expiresAtMs: 100 }], answer: ANSWER, ...parts });

    it("are executed once; the repetition gets the stored answer and writes nothing", async () => {
      await commitOk(tested.storage, consume("d", { receipt: makeReceipt("first") }));
      const again = consume("d", {
        receipt: makeReceipt("second"),
        answer: OTHER_ANSWER,
        put: [makePut("policy", "p", 1)],
      });
      expect(await tested.storage.commit(again)).toEqual({
        ok: false,
        reason: "consumed",
        digest: "d",
        answer: ANSWER,
      });
      expect(await tested.storage.listReceipts(APP, 0, 10)).toHaveLength(1);
      expect(await tested.storage.findRecord(APP, { type: "policy", id: "p" })).toBeUndefined();
    });

    it("are executed once when 64 copies arrive at the same moment", async () => {
      const results = await Promise.all(
        Array.from({ length: 64 }, (_, index) =>
          tested.storage.commit(consume("d", { answer: { status: 200, body: `copy ${index}` } })),
        ),
      );
      expect(results.filter((result) => result.ok)).toHaveLength(1);
      const winner = results.findIndex((result) => result.ok);
      for (const [index, result] of results.entries()) {
        if (index === winner) continue;
        const answer = { status: 200, body: `copy ${winner}` };
        expect(result).toEqual({ ok: false, reason: "consumed", digest: "d", answer });
      }
    });

    it("name the digest that was consumed when a unit has several", async () => {
      await commitOk(tested.storage, consume("d2"));
      const several = ["d1", "d2", "d3"].map((digest) => ({ digest, expiresAtMs: 100 }));
      const result = await tested.storage.commit(makeUnit({ consume: several, answer: OTHER_ANSWER }));
      expect(result).toMatchObject({ reason: "consumed", digest: "d2", answer: ANSWER });
      expect(await tested.storage.findConsumed(APP, "d1", 0)).toBeUndefined();
    });

    it("answer a repetition before they look at versions, which the first execution has moved", async () => {
      await commitOk(tested.storage, consume("d", { put: [makePut("wallet", "w", 1)] }));
      const again = consume("d", { put: [makePut("wallet", "w", 1)] });
      expect(await tested.storage.commit(again)).toMatchObject({ ok: false, reason: "consumed" });
    });

    it("are found until they expire", async () => {
      await commitOk(tested.storage, consume("d"));
      expect(await tested.storage.findConsumed(APP, "d", 99)).toEqual(ANSWER);
      expect(await tested.storage.findConsumed(APP, "d", 100)).toBeUndefined();
      expect(await tested.storage.findConsumed(APP, "other", 0)).toBeUndefined();
    });

    it("count as consumed while they are stored, unless the unit says what time it is", async () => {
      await commitOk(tested.storage, consume("d"));
      expect(await tested.storage.commit(consume("d"))).toMatchObject({ reason: "consumed" });
      expect(await tested.storage.commit(consume("d", { nowMs: 99 }))).toMatchObject({ reason: "consumed" });
      const later = { nowMs: 100, consume: [{ digest: "d", expiresAtMs: 200 }], answer: OTHER_ANSWER };
      expect(await tested.storage.commit(makeUnit(later))).toMatchObject({ ok: true });
      expect(await tested.storage.findConsumed(APP, "d", 150)).toEqual(OTHER_ANSWER);
    });

    it("need an answer", async () => {
      const unit = makeUnit({ consume: [{ digest: "d", expiresAtMs: 100 }] });
      await expect(tested.storage.commit(unit)).rejects.toThrow(InvalidUnitError);
      await expect(tested.storage.commit(makeUnit({ idempotency: ENTRY }))).rejects.toThrow(InvalidUnitError);
    });
  });

  describe("idempotency keys (I28)", () => {
    it("are used once; a repetition gets the entry and its answer", async () => {
      await commitOk(tested.storage, { idempotency: ENTRY, answer: ANSWER });
      const other = { ...ENTRY, target: "POST /v1/policies", bodyDigest: "cd".repeat(32) };
      const result = await tested.storage.commit(makeUnit({ idempotency: other, answer: OTHER_ANSWER }));
      expect(result).toEqual({ ok: false, reason: "idempotency_key_used", entry: ENTRY, answer: ANSWER });
      expect(await tested.storage.findIdempotent(APP, "k", 0)).toEqual({ entry: ENTRY, answer: ANSWER });
    });

    it("are found until they expire, and free again for a unit that says so", async () => {
      await commitOk(tested.storage, { idempotency: ENTRY, answer: ANSWER });
      expect(await tested.storage.findIdempotent(APP, "k", 99)).toBeDefined();
      expect(await tested.storage.findIdempotent(APP, "k", 100)).toBeUndefined();
      const next = { ...ENTRY, bodyDigest: "ef".repeat(32), expiresAtMs: 300 };
      const unit = makeUnit({ idempotency: next, answer: OTHER_ANSWER });
      expect(await tested.storage.commit(unit)).toMatchObject({ ok: false });
      expect(await tested.storage.commit({ ...unit, nowMs: 100 })).toMatchObject({ ok: true });
      expect(await tested.storage.findIdempotent(APP, "k", 100)).toEqual({ entry: next, answer: OTHER_ANSWER });
    });
  });

  describe("prune", () => {
    it("removes what expired before the moment, and only that", async () => {
      for (const expiresAtMs of [10, 20, 30]) {
        await commitOk(tested.storage, {
          consume: [{ digest: `d${expiresAtMs}`, expiresAtMs }],
          idempotency: { ...ENTRY, key: `k${expiresAtMs}`, expiresAtMs },
          answer: ANSWER,
        });
      }
      expect(await tested.storage.prune(20)).toEqual({ removed: 2 });
      expect(await tested.storage.findConsumed(APP, "d10", 0)).toBeUndefined();
      expect(await tested.storage.findIdempotent(APP, "k10", 0)).toBeUndefined();
      expect(await tested.storage.findConsumed(APP, "d20", 0)).toEqual(ANSWER);
      expect(await tested.storage.findIdempotent(APP, "k30", 0)).toBeDefined();
      expect(await tested.storage.prune(1000)).toEqual({ removed: 4 });
    });
  });
}
