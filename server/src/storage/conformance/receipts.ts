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
  });
}
