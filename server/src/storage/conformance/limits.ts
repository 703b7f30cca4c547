import { describe, expect, it } from "vitest";
import type { TestedStorage } from "../conformance.ts";
import { type CommitUnit, InvalidUnitError, type Storage } from "../storage.ts";
import { APP, commitOk, makeDeletion, makePut, makeUnit, OTHER_APP, reference } from "./fixtures.ts";

export function describeLimits(tested: TestedStorage): void {
  describe("a bounded number of records", () => {
    const MAX = 5;
    const app = { type: "app", id: APP } as const;
    const makeApp = () => commitOk(tested.storage, { put: [makePut("app", APP, 1)] });
    const belongs = { references: [reference("app", APP)] };

    function addition(id: string, parts: Partial<CommitUnit> = {}): CommitUnit {
      const put = [makePut("aggregation", id, 1, belongs)];
      const fewerThan = { max: MAX, kinds: ["app" as const], to: app };
      return makeUnit({ expect: [{ ...app, version: 1 }], put, fewerThan, ...parts });
    }
    const count = async (storage: Storage) => (await storage.findReferrers(APP, ["app"], APP, 100)).length;
    const full = { ok: false, reason: "conflict", on: "full", value: String(MAX) };

    it("needs the version of what they belong to, and a number", async () => {
      await makeApp();
      for (const unit of [
        addition("a", { expect: [] }),
        addition("a", { expect: [{ type: "policy", id: APP, version: 1 }] }),
        addition("a", { fewerThan: { max: 0, kinds: ["app"], to: app } }),
        addition("a", { fewerThan: { max: 1.5, kinds: ["app"], to: app } }),
      ]) {
        await expect(tested.storage.commit(unit)).rejects.toThrow(InvalidUnitError);
      }
      expect(await count(tested.storage)).toBe(0);
    });

    it("is counted by kind and app, and a deleted one makes room", async () => {
      await makeApp();
      await commitOk(tested.storage, {
        put: [
          makePut("aggregation", "owned", 1, { references: [reference("owner", APP)] }),
          makePut("wallet", "twice", 1, { references: [reference("app", APP), reference("app", APP)] }),
        ],
      });
      await commitOk(tested.storage, { appId: OTHER_APP, put: [makePut("aggregation", "x", 1, belongs)] });
      for (let added = 1; added < MAX; added++) await commitOk(tested.storage, addition(`a${added}`));
      expect(await tested.storage.commit(addition("b"))).toEqual(full);
      expect(await tested.storage.findRecord(APP, { type: "aggregation", id: "b" })).toBeUndefined();
      await commitOk(tested.storage, { put: [makeDeletion("aggregation", "a1", 2)] });
      await commitOk(tested.storage, addition("b"));
      expect(await tested.storage.commit(addition("c"))).toEqual(full);
    });

    it("is not there for what was deleted or has moved on", async () => {
      await makeApp();
      await commitOk(tested.storage, { put: [makePut("app", APP, 2)] });
      expect(await tested.storage.commit(addition("a"))).toMatchObject({ ok: false, reason: "stale" });
    });

    it("is exact when many are added at the same moment", async () => {
      await makeApp();
      const results = await Promise.all(
        Array.from({ length: 40 }, (_, at) => tested.storage.commit(addition(`a${at}`))),
      );
      expect(results.filter(({ ok }) => ok)).toHaveLength(MAX);
      expect(results.filter(({ ok }) => !ok)).toEqual(Array(40 - MAX).fill(full));
      expect(await count(tested.storage)).toBe(MAX);
    });

    it("lets one of two processes have the last place, each time, where the database serves two", async () => {
      await makeApp();
      const storages = [tested.storage, await tested.another()];
      // So that both are connected when it counts.
      for (const storage of storages) await storage.commit(makeUnit({ put: [makePut("app", APP, 9)] }));
      for (let taken = 0; taken < 12; taken++) {
        const fewerThan = { max: taken + 1, kinds: ["app" as const], to: app };
        const results = await Promise.all(
          storages.map((storage, at) => storage.commit(addition(`a${taken}-${at}`, { fewerThan }))),
        );
        expect([taken, results.filter(({ ok }) => ok).length, await count(tested.storage)]).toEqual([
          taken,
          1,
          taken + 1,
        ]);
      }
    });
  });
}
