import { describe, expect, it } from "vitest";
import type { TestedStorage } from "../conformance.ts";
import { type CommitUnit, InvalidUnitError, type PutRecord } from "../storage.ts";
import { APP, commitOk, makePut, makeReceipt, makeTransaction, makeUnit, makeUser } from "./fixtures.ts";

const UNUSUAL = [
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "'; DROP TABLE records; --",
  "%_\\",
  " leading and trailing ",
  "\u00e9",
  "e\u0301", // looks the same, and is another id: nothing is normalised
  "\u0130\u0131\u017f\u212a", // letters whose case folds to ASCII
  "\u{1f9ff}\u{10ffff}",
  "\u202egnp.exe\ufeff",
  "\u0001\u007f\r\n\t",
  "x".repeat(2000),
  "",
];

/** Text that some database would cut, change or refuse. */
const UNSTORABLE = ["\0", "a\0b", "\ud800", "a\udc00b", "\udc00\ud800"];

export function describeText(tested: TestedStorage): void {
  describe("text", () => {
    it("of every kind is an id of its own and comes back as it was", async () => {
      await commitOk(tested.storage, {
        put: UNUSUAL.map((id) => makePut("wallet", id, 1, { sealed: id, references: [{ kind: "owner", to: id }] })),
        putUsers: UNUSUAL.map((id) => makeUser(id, { profile: id, accounts: [`custom_auth:${id}`] })),
      });
      for (const id of UNUSUAL) {
        const { storage } = tested;
        expect(await storage.findRecord(APP, { type: "wallet", id })).toMatchObject({ id, sealed: id });
        expect(await storage.findUserByAccount(APP, `custom_auth:${id}`)).toMatchObject({ id, profile: id });
        expect(await storage.findReferrers(APP, ["owner"], id, 10)).toEqual([{ type: "wallet", id }]);
        const wallets = await storage.listWallets(
          APP,
          { address: `address of ${id}` },
          { cursor: undefined, limit: 10 },
        );
        expect(wallets.data.map((wallet) => wallet.id)).toEqual([id]);
      }
      const reopened = await tested.reopen();
      for (const id of UNUSUAL) {
        expect(await reopened.findRecord(APP, { type: "wallet", id })).toMatchObject({ id, sealed: id });
      }
    });

    it("of every kind works in cursors", async () => {
      await commitOk(tested.storage, { put: UNUSUAL.map((id) => makePut("wallet", id, 1)) });
      const seen = new Set<string>();
      let cursor: string | undefined;
      do {
        const page = await tested.storage.listWallets(APP, {}, { cursor, limit: 1 });
        for (const wallet of page.data) seen.add(wallet.id);
        cursor = page.nextCursor;
      } while (cursor !== undefined);
      expect(seen).toEqual(new Set(UNUSUAL));
    });

    it("that cannot be stored is refused in every place, before anything is written", async () => {
      for (const text of UNSTORABLE) {
        const parts: Partial<CommitUnit>[] = [
          { appId: text },
          { expect: [{ type: "policy", id: text, version: 1 }] },
          { put: [makePut("policy", text, 1)] },
          { put: [makePut("policy", "p", 1, { sealed: text })] },
          { put: [makePut("policy", "p", 1, { references: [{ kind: "owner", to: text }] })] },
          { putUsers: [makeUser(text)] },
          { putUsers: [makeUser("u", { profile: text })] },
          { putUsers: [makeUser("u", { accounts: [text] })] },
          { deleteUsers: [text] },
          { consume: [{ digest: text, expiresAtMs: 1 }], answer: { status: 200, body: "" } },
          { consume: [{ digest: "d", expiresAtMs: 1 }], answer: { status: 200, body: text } },
          { receipt: makeReceipt(text) },
          { receipt: makeReceipt("r", { receipt: text }) },
          { transaction: makeTransaction("t", { nonce: text }) },
          { transaction: makeTransaction("t", { referenceId: text }) },
        ];
        for (const part of parts) {
          const unit = makeUnit({ put: [makePut("policy", "beside", 1)], ...part });
          await expect(tested.storage.commit(unit), JSON.stringify(part)).rejects.toThrow(InvalidUnitError);
        }
      }
      expect(await tested.storage.findRecord(APP, { type: "policy", id: "beside" })).toBeUndefined();
    });

    it("that cannot be stored finds nothing", async () => {
      await commitOk(tested.storage, { put: [makePut("wallet", "a", 1), makePut("wallet", "a\ufffdb", 1)] });
      for (const text of UNSTORABLE) {
        const { storage } = tested;
        const page = { cursor: undefined, limit: 10 };
        expect(await storage.findRecord(APP, { type: "wallet", id: text })).toBeUndefined();
        expect(await storage.findRecords(text, [{ type: "wallet", id: "a" }])).toEqual([undefined]);
        expect(await storage.listWallets(APP, { address: text }, page)).toMatchObject({ data: [] });
        expect(await storage.findReferrers(APP, ["owner"], text, 10)).toEqual([]);
        expect(await storage.findUser(APP, text)).toBeUndefined();
        expect(await storage.findUserByAccount(APP, text)).toBeUndefined();
        expect(await storage.findConsumed(APP, text, 0)).toBeUndefined();
        expect(await storage.findIdempotent(APP, text, 0)).toBeUndefined();
        expect(await storage.findTransaction(APP, text)).toBeUndefined();
        expect(await storage.findWalletSecret(APP, text)).toBeUndefined();
      }
    });

    it("and numbers of another type than promised are refused, not converted", async () => {
      const wrong: unknown[] = [true, null, 7n, {}, ["a"], undefined, Symbol.iterator];
      for (const value of wrong) {
        const put = makePut("policy", "p", 1, { sealed: value as string });
        await expect(tested.storage.commit(makeUnit({ put: [put] }))).rejects.toThrow(InvalidUnitError);
      }
      for (const value of [1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, "1", undefined, -0.5]) {
        const put: PutRecord = { ...makePut("policy", "p", 1), createdAtMs: value as number };
        await expect(tested.storage.commit(makeUnit({ put: [put] }))).rejects.toThrow(InvalidUnitError);
      }
      for (const version of [0, -1, 1.5, Number.NaN]) {
        const put = makePut("policy", "p", version);
        await expect(tested.storage.commit(makeUnit({ put: [put] }))).rejects.toThrow(InvalidUnitError);
      }
    });

    it("of a megabyte is kept whole", async () => {
      const sealed = "é".repeat(500_000);
      await commitOk(tested.storage, { put: [makePut("policy", "p", 1, { sealed })] });
      const storage = await tested.reopen();
      expect((await storage.findRecord(APP, { type: "policy", id: "p" }))?.sealed === sealed).toBe(true);
    });
  });
}
