import { describe, expect, it } from "vitest";
import type { TestedStorage } from "../conformance.ts";
import type { CommitUnit } from "../storage.ts";
import {
  APP,
  commitOk,
  makePut,
  makeReceipt,
  makeTransaction,
  makeUnit,
  makeUser,
  makeWalletFilters,
  OTHER_APP,
  reference,
} from "./fixtures.ts";

export function describeTenants(tested: TestedStorage): void {
  describe("apps are separate (I29)", () => {
    const everything = (appId: string): CommitUnit => ({
      appId,
      expect: [],
      put: [
        makePut("app", appId, 1, { createdAtMs: appId === APP ? 2 : 1 }),
        makePut("key_quorum", "q", 1, { references: [reference("member_user", "u"), reference("member_key", "K")] }),
        makePut("wallet", "w", 1, {
          references: [reference("owner", "q")],
          wallet: makeWalletFilters("w", { externalId: "e" }),
        }),
        makePut("user_key", "k", 1, { references: [reference("owner", "u")] }),
      ],
      walletSecrets: [{ walletId: "w", sealedKey: `key of ${appId}`, sealedSeed: undefined }],
      putUsers: [makeUser("u", { accounts: ["email:a@x.com"], profile: appId })],
      receipt: makeReceipt(appId),
      consume: [{ digest: "d", expiresAtMs: 100 }],
      idempotency: { key: "i", target: "POST /x", bodyDigest: appId, expiresAtMs: 100 },
      answer: { status: 200, body: appId },
      transaction: makeTransaction("t", { referenceId: "ref", hash: appId }),
    });

    const reads = (appId: string) => {
      const { storage } = tested;
      const page = { cursor: undefined, limit: 10 };
      return Promise.all([
        storage.findRecord(appId, { type: "wallet", id: "w" }),
        storage.findRecords(appId, [
          { type: "wallet", id: "w" },
          { type: "key_quorum", id: "q" },
        ]),
        storage.findWalletSecret(appId, "w"),
        storage.listWallets(appId, {}, page),
        storage.listWallets(appId, { userId: "u" }, page),
        storage.listWallets(appId, { publicKey: "K" }, page),
        storage.listWallets(appId, { externalId: "e" }, page),
        storage.listWallets(appId, { address: "address of w" }, page),
        storage.findReferrers(appId, ["owner", "member_user"], "u", 10),
        storage.findUserKeys(appId, "u", 0, 10),
        storage.findUser(appId, "u"),
        storage.findUserByAccount(appId, "email:a@x.com"),
        storage.listUsers(appId, page),
        storage.findConsumed(appId, "d", 0),
        storage.findIdempotent(appId, "i", 0),
        storage.findTransaction(appId, "t"),
        storage.findTransactionsByReference(appId, "ref"),
        storage.listReceipts(appId, 0, 10),
      ]);
    };

    it("no read of one shows anything of the other", async () => {
      const before = await reads(OTHER_APP);
      await commitOk(tested.storage, everything(APP));
      expect(await reads(OTHER_APP)).toEqual(before);
      expect(JSON.stringify(await reads("app-a"))).not.toContain(APP);
    });

    it("the same names in both do not meet", async () => {
      await commitOk(tested.storage, everything(APP));
      await commitOk(tested.storage, everything(OTHER_APP));
      const [mine, theirs] = [JSON.stringify(await reads(APP)), JSON.stringify(await reads(OTHER_APP))];
      expect(mine).not.toContain(OTHER_APP);
      expect(theirs).not.toContain(APP);
      expect(mine).toContain(APP);
      expect(theirs.replaceAll(OTHER_APP, APP)).toBe(mine);
      await tested.storage.settleTransaction(APP, "t", "failed", { status: 500, body: "gone" });
      expect(JSON.stringify(await reads(OTHER_APP))).toBe(theirs);
    });

    it("a record of one app is no condition in another", async () => {
      await commitOk(tested.storage, { put: [makePut("policy", "p", 1)] });
      const expectation = [{ type: "policy", id: "p", version: 1 } as const];
      const unit = makeUnit({ appId: OTHER_APP, expect: expectation });
      expect(await tested.storage.commit(unit)).toMatchObject({ reason: "stale" });
      await expect(tested.storage.settleTransaction(OTHER_APP, "t", "failed")).rejects.toThrow();
    });

    it("the deployment sees all apps and all unbroadcast sends, oldest first", async () => {
      await commitOk(tested.storage, everything(APP));
      await commitOk(tested.storage, everything(OTHER_APP));
      expect((await tested.storage.listApps()).map((app) => app.id)).toEqual([OTHER_APP, APP]);
      const sends = await tested.storage.listUnbroadcast(10);
      expect(sends.map((send) => send.appId)).toEqual([APP, OTHER_APP]);
    });
  });
}
