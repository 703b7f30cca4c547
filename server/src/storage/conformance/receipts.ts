import { describe, expect, it } from "vitest";
import type { TestedStorage } from "../conformance.ts";
import { APP, commitOk, makePut, makeReceipt, makeUnit, OTHER_APP } from "./fixtures.ts";

export function describeReceipts(tested: TestedStorage): void {
  describe("receipts (I31)", () => {
    it("have no sequence when there is none", async () => {
      expect(await tested.storage.commit(makeUnit({}))).toEqual({ ok: true, receiptSequence: undefined });
      expect(await tested.storage.listReceipts(APP, 0, 10)).toEqual([]);
    });

    it("are numbered from 1 without gaps, for each app, whatever is refused beside them", async () => {
      await commitOk(tested.storage, { put: [makePut("policy", "p", 1)] });
      const stale = { put: [makePut("policy", "p", 1)] };
      const results = await Promise.all(
        Array.from({ length: 300 }, (_, index) => {
          if (index % 3 === 0) return tested.storage.commit(makeUnit({ ...stale, receipt: makeReceipt("refused") }));
          const appId = index % 3 === 1 ? APP : OTHER_APP;
          return tested.storage.commit(makeUnit({ appId, receipt: makeReceipt(`${index}`) }));
        }),
      );
      const sequences = (remainder: number) =>
        results.flatMap((result, index) => (index % 3 === remainder && result.ok ? [result.receiptSequence] : []));
      const expected = Array.from({ length: 100 }, (_, index) => index + 1);
      expect(sequences(0)).toEqual([]);
      expect(new Set(sequences(1))).toEqual(new Set(expected));
      expect(new Set(sequences(2))).toEqual(new Set(expected));
      const listed = await tested.storage.listReceipts(APP, 0, 1000);
      expect(listed.map((receipt) => receipt.sequence)).toEqual(expected);
      for (const { sequence, receipt } of listed) {
        const index = Number(JSON.parse(receipt).text);
        expect(results[index]).toEqual({ ok: true, receiptSequence: sequence });
      }
    });

    it("are listed after a sequence, with all that was stored, refusals of the signer included", async () => {
      const receipts = [
        makeReceipt("1"),
        makeReceipt("2", { decision: "DENY", walletId: undefined, createdAtMs: 7 }),
        makeReceipt("3"),
      ];
      for (const receipt of receipts) await commitOk(tested.storage, { receipt });
      expect(await tested.storage.listReceipts(APP, 1, 1)).toEqual([{ appId: APP, sequence: 2, ...receipts[1] }]);
      expect(await tested.storage.listReceipts(APP, 3, 10)).toEqual([]);
    });

    it("are found by id, in their own app only, and the last sequence is known", async () => {
      expect(await tested.storage.findLastSequence(APP)).toBe(0);
      const receipt = makeReceipt("1");
      await commitOk(tested.storage, { receipt });
      await commitOk(tested.storage, { receipt: makeReceipt("2") });
      expect(await tested.storage.findReceipt(APP, receipt.id)).toEqual({ appId: APP, sequence: 1, ...receipt });
      expect(await tested.storage.findReceipt(OTHER_APP, receipt.id)).toBeUndefined();
      expect(await tested.storage.findReceipt(APP, "another")).toBeUndefined();
      expect(await tested.storage.findLastSequence(APP)).toBe(2);
      expect(await tested.storage.findLastSequence(OTHER_APP)).toBe(0);
    });

    it("are listed by wallet, in order, after a sequence", async () => {
      const receipts = Array.from({ length: 6 }, (_, index) =>
        makeReceipt(`${index}`, { walletId: index % 2 === 0 ? "w1" : index === 3 ? undefined : "w2" }),
      );
      for (const receipt of receipts) await commitOk(tested.storage, { receipt });
      const sequencesOf = async (walletId: string, after: number, limit: number) =>
        (await tested.storage.listWalletReceipts(APP, walletId, after, limit)).map(({ sequence }) => sequence);
      expect(await sequencesOf("w1", 0, 10)).toEqual([1, 3, 5]);
      expect(await sequencesOf("w1", 1, 1)).toEqual([3]);
      expect(await sequencesOf("w2", 0, 10)).toEqual([2, 6]);
      expect(await sequencesOf("w3", 0, 10)).toEqual([]);
      expect(await tested.storage.listWalletReceipts(OTHER_APP, "w1", 0, 10)).toEqual([]);
    });
  });
}
