import { describe, expect, it } from "vitest";
import type { TestedStorage } from "../conformance.ts";
import { APP, commitOk, makeDeletion, makePut, reference } from "./fixtures.ts";

export function describeReferences(tested: TestedStorage): void {
  describe("references", () => {
    it("are found by kind, once for each record", async () => {
      await commitOk(tested.storage, {
        put: [
          makePut("wallet", "w1", 1, { references: [reference("owner", "q"), reference("signer", "q")] }),
          makePut("wallet", "w2", 1, { references: [reference("signer", "q"), reference("signer", "q")] }),
          makePut("key_quorum", "parent", 1, { references: [reference("member_quorum", "q")] }),
          makePut("wallet", "w3", 1, { references: [reference("policy", "q")] }),
        ],
      });
      const find = (...kinds: Parameters<typeof tested.storage.findReferrers>[1]) =>
        tested.storage.findReferrers(APP, kinds, "q", 10);
      expect(await find("owner")).toEqual([{ type: "wallet", id: "w1" }]);
      expect(new Set((await find("owner", "signer")).map(({ id }) => id))).toEqual(new Set(["w1", "w2"]));
      expect(await find("owner", "signer")).toHaveLength(2);
      expect(await find("member_quorum")).toEqual([{ type: "key_quorum", id: "parent" }]);
      expect(await find()).toEqual([]);
      expect(await find("member_key")).toEqual([]);
      expect(await tested.storage.findReferrers(APP, ["signer"], "q", 1)).toHaveLength(1);
    });

    it("are those of the current version, and none after deletion", async () => {
      await commitOk(tested.storage, { put: [makePut("wallet", "w", 1, { references: [reference("owner", "q1")] })] });
      await commitOk(tested.storage, { put: [makePut("wallet", "w", 2, { references: [reference("owner", "q2")] })] });
      expect(await tested.storage.findReferrers(APP, ["owner"], "q1", 10)).toEqual([]);
      expect(await tested.storage.findReferrers(APP, ["owner"], "q2", 10)).toEqual([{ type: "wallet", id: "w" }]);
      const deletion = { ...makeDeletion("wallet", "w", 3), references: [reference("owner", "q2")] };
      await commitOk(tested.storage, { put: [deletion] });
      expect(await tested.storage.findReferrers(APP, ["owner"], "q2", 10)).toEqual([]);
    });

    it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 10_001])("refuses a limit of %d", async (limit) => {
      await expect(tested.storage.findReferrers(APP, ["owner"], "q", limit)).rejects.toThrow(RangeError);
      await expect(tested.storage.findUserKeys(APP, "u", 0, limit)).rejects.toThrow(RangeError);
      await expect(tested.storage.listUnbroadcast(limit)).rejects.toThrow(RangeError);
      await expect(tested.storage.listReceipts(APP, 0, limit)).rejects.toThrow(RangeError);
      await expect(tested.storage.listWallets(APP, {}, { cursor: undefined, limit })).rejects.toThrow(RangeError);
      await expect(tested.storage.listUsers(APP, { cursor: undefined, limit })).rejects.toThrow(RangeError);
    });
  });

  describe("user keys", () => {
    it("are found by their user until they expire, newest first", async () => {
      const key = (id: string, createdAtMs: number, expiresAtMs: number) =>
        makePut("user_key", id, 1, { createdAtMs, expiresAtMs, references: [reference("owner", "u")] });
      await commitOk(tested.storage, { put: [key("k1", 1, 100), key("k2", 2, 100), key("k3", 3, 50)] });
      const find = async (nowMs: number, limit = 10) =>
        (await tested.storage.findUserKeys(APP, "u", nowMs, limit)).map((record) => record.id);
      expect(await find(49)).toEqual(["k3", "k2", "k1"]);
      expect(await find(49, 2)).toEqual(["k3", "k2"]);
      expect(await find(50)).toEqual(["k2", "k1"]);
      expect(await find(100)).toEqual([]);
      expect(await tested.storage.findUserKeys(APP, "other", 0, 10)).toEqual([]);
      await commitOk(tested.storage, { put: [makeDeletion("user_key", "k2", 2)] });
      expect(await find(49)).toEqual(["k3", "k1"]);
    });

    it("go with their references when they are pruned", async () => {
      const key = (id: string, expiresAtMs: number) =>
        makePut("user_key", id, 1, { expiresAtMs, references: [reference("owner", "u")] });
      await commitOk(tested.storage, { put: [key("old", 10), key("edge", 20), key("new", 30)] });
      await tested.storage.findRecord(APP, { type: "user_key", id: "old" });
      expect(await tested.storage.prune(20)).toEqual({ removed: 1 });
      const key1 = { type: "user_key", id: "old" } as const;
      expect(await tested.storage.findRecord(APP, key1, { includeDeleted: true })).toBeUndefined();
      const left = await tested.storage.findReferrers(APP, ["owner"], "u", 10);
      expect(left.map(({ id }) => id)).toEqual(["edge", "new"]);
      expect(await tested.storage.prune(20)).toEqual({ removed: 0 });
    });
  });
}
