import { describe, expect, it } from "vitest";
import type { TestedStorage } from "../conformance.ts";
import { type Page, type Paged, type TransactionFilter, USERS_EXAMINED } from "../storage.ts";
import {
  APP,
  commitOk,
  makeDeletion,
  makePut,
  makeReceipt,
  makeTransaction,
  makeUnit,
  makeUser,
  makeWalletFilters,
  OTHER_APP,
} from "./fixtures.ts";

/** What the team that runs an app lists and searches. */
export function describeLists(tested: TestedStorage): void {
  /** All pages of two, one after another. */
  async function walk<T>(list: (page: Page) => Promise<Paged<T>>): Promise<T[]> {
    const all: T[] = [];
    let cursor: string | undefined;
    do {
      const page = await list({ cursor, limit: 2, order: "newest" });
      all.push(...page.data);
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    return all;
  }
  const ids = (rows: { id: string }[]) => rows.map(({ id }) => id);

  describe("lists, the newest first", () => {
    it("give wallets, users and sends in the opposite order, page by page", async () => {
      for (const [at, id] of ["a", "b", "c", "d", "e"].entries()) {
        const createdAtMs = 1000 + Math.floor(at / 2);
        await commitOk(tested.storage, {
          put: [makePut("wallet", id, 1, { createdAtMs })],
          putUsers: [makeUser(id, { createdAtMs })],
          transaction: makeTransaction(id, { createdAtMs, walletId: at % 2 === 0 ? "w1" : "w2" }),
        });
      }
      await commitOk(tested.storage, {
        appId: OTHER_APP,
        putUsers: [makeUser("x")],
        transaction: makeTransaction("x"),
      });
      const newest = ["e", "d", "c", "b", "a"];
      expect(ids(await walk((page) => tested.storage.listWallets(APP, {}, page)))).toEqual(newest);
      expect(ids(await walk((page) => tested.storage.listUsers(APP, page)))).toEqual(newest);
      expect(ids(await walk((page) => tested.storage.listTransactions(APP, {}, page)))).toEqual(newest);
      expect(ids(await walk((page) => tested.storage.listTransactions(APP, { walletId: "w1" }, page)))).toEqual([
        "e",
        "c",
        "a",
      ]);
      const oldest = await tested.storage.listTransactions(APP, {}, { cursor: undefined, limit: 9 });
      expect(ids(oldest.data)).toEqual(["a", "b", "c", "d", "e"]);
    });

    it("give sends by wallet, chain and hash, and by all that is named", async () => {
      const sends = [
        { walletId: "w1", caip2: "eip155:1", hash: "0xa" },
        { walletId: "w1", caip2: "eip155:2", hash: "0xb" },
        { walletId: "w2", caip2: "eip155:1", hash: "0xc" },
        { walletId: "w1", caip2: "eip155:1", hash: "0xd" },
      ];
      for (const [createdAtMs, send] of sends.entries()) {
        await commitOk(tested.storage, { transaction: makeTransaction(`t${createdAtMs}`, { ...send, createdAtMs }) });
      }
      const list = async (filter: TransactionFilter) =>
        ids((await tested.storage.listTransactions(APP, filter, { cursor: undefined, limit: 9 })).data);
      expect(await list({ walletId: "w1", caip2: "eip155:1" })).toEqual(["t0", "t3"]);
      expect(await list({ caip2: "eip155:1" })).toEqual(["t0", "t2", "t3"]);
      expect(await list({ walletId: "w1", hash: "0xd" })).toEqual(["t3"]);
      expect(await list({ walletId: "w2", hash: "0xd" })).toEqual([]);
      expect(await list({ walletId: "w1\0" })).toEqual([]);
    });

    it("give receipts by what they name, from before a sequence on", async () => {
      const [allow, deny] = ["ALLOW", "DENY"] as const;
      const receipts = [
        makeReceipt("1", { policyId: "p1", signerId: "q1" }),
        makeReceipt("2", { policyId: "p1", signerId: "q2", decision: deny }),
        makeReceipt("3", { walletId: "w2", signerId: "q1", decision: deny }),
        makeReceipt("4", { walletId: undefined }),
      ];
      for (const receipt of receipts) await commitOk(tested.storage, { receipt });
      const list = async (...[filter, before, limit = 10]: [object, number?, number?]) =>
        (await tested.storage.listLatestReceipts(APP, filter, before, limit)).map(({ sequence }) => sequence);
      expect(await list({})).toEqual([4, 3, 2, 1]);
      expect(await list({}, 4, 2)).toEqual([3, 2]);
      expect(await list({ decision: deny })).toEqual([3, 2]);
      expect(await list({ decision: allow }, 4)).toEqual([1]);
      expect(await list({ policyId: "p1" })).toEqual([2, 1]);
      expect(await list({ signerId: "q1" })).toEqual([3, 1]);
      expect(await list({ walletId: "w1", decision: deny })).toEqual([2]);
      expect(await list({ walletId: "w1", decision: deny, policyId: "p1", signerId: "q2" }, 3)).toEqual([2]);
      expect(await list({ walletId: "w1", decision: deny, policyId: "p1", signerId: "q1" })).toEqual([]);
      const [first] = await tested.storage.listLatestReceipts(APP, { policyId: "p1" }, 2, 1);
      expect(first).toEqual({ appId: APP, sequence: 1, ...receipts[0] });
      expect(await tested.storage.listLatestReceipts(OTHER_APP, {}, undefined, 10)).toEqual([]);
    });
  });

  describe("lists of records", () => {
    it("hold those of one type that live, with a title where it is asked for, and follow its change", async () => {
      const puts = [
        makePut("key_quorum", "q1", 1, { createdAtMs: 1, title: "Agent" }),
        makePut("key_quorum", "q2", 1, { createdAtMs: 2 }),
        makePut("key_quorum", "q3", 1, { createdAtMs: 3, title: "Backup" }),
        makePut("key_quorum", "q4", 1, { createdAtMs: 4, title: "AGENT 2" }),
        makePut("policy", "p1", 1, { createdAtMs: 5, title: "Agent" }),
      ];
      await commitOk(tested.storage, { put: puts });
      await commitOk(tested.storage, { put: [makeDeletion("key_quorum", "q3", 2)] });
      const list = (filter: object) =>
        walk((page) => tested.storage.listRecords(APP, "key_quorum", filter, page)).then(ids);
      expect(await list({})).toEqual(["q4", "q2", "q1"]);
      expect(await list({ titled: true })).toEqual(["q4", "q1"]);
      expect(await list({ titlePrefix: "AGE" })).toEqual(["q1", "q4"]);
      expect(await list({ titlePrefix: "back" })).toEqual([]);
      await commitOk(tested.storage, { put: [makePut("key_quorum", "q1", 2, { createdAtMs: 1 })] });
      expect(await list({ titled: true })).toEqual(["q4"]);
      expect(await list({})).toEqual(["q4", "q2", "q1"]);
      expect(await tested.storage.listRecords(OTHER_APP, "policy", {}, { cursor: undefined, limit: 9 })).toEqual({
        data: [],
        nextCursor: undefined,
      });
    });
  });

  describe("filtered lists of users", () => {
    const list = (filter: object) => walk((page) => tested.storage.findUsers(APP, filter, page)).then(ids);

    it("hold those that pass all of it, the newest first, page by page", async () => {
      const kinds = [["email:a@x.example"], ["custom_auth:a", "email:b@x.example"], ["emails:x"], [], ["email_x:y"]];
      await commitOk(tested.storage, {
        putUsers: kinds.map((accounts, at) => makeUser(`u${at}`, { createdAtMs: 1000 + at, accounts })),
      });
      await commitOk(tested.storage, {
        appId: OTHER_APP,
        putUsers: [makeUser("u9", { accounts: ["email:a@x.example"] })],
      });
      expect(await list({})).toEqual(["u4", "u3", "u2", "u1", "u0"]);
      expect(await list({ accountType: "email" })).toEqual(["u1", "u0"]);
      expect(await list({ accountType: "%" })).toEqual([]);
      expect(await list({ createdFromMs: 1001, createdBeforeMs: 1004 })).toEqual(["u3", "u2", "u1"]);
      expect(await list({ createdFromMs: 1001, accountType: "email" })).toEqual(["u1"]);
    });

    it("know who has a wallet: as the owner, beside others, in a quorum of a quorum; archived ones do not count", async () => {
      const member = (kind: "member_user" | "member_quorum" | "owner" | "signer", to: string) => [{ kind, to }];
      await commitOk(tested.storage, {
        putUsers: ["alone", "nested", "archived", "signer", "none"].map((id, at) => makeUser(id, { createdAtMs: at })),
        put: [
          makePut("key_quorum", "q1", 1, { references: member("member_user", "alone") }),
          makePut("wallet", "w1", 1, { references: member("owner", "q1") }),
          makePut("key_quorum", "q2", 1, { references: member("member_user", "nested") }),
          makePut("key_quorum", "q3", 1, { references: member("member_quorum", "q2") }),
          makePut("wallet", "w3", 1, { references: member("owner", "q3") }),
          makePut("key_quorum", "q4", 1, { references: member("member_user", "archived") }),
          makePut("wallet", "w4", 1, {
            references: member("owner", "q4"),
            wallet: makeWalletFilters("w4", { archived: true }),
          }),
          makePut("key_quorum", "q5", 1, { references: member("member_user", "signer") }),
          makePut("wallet", "w5", 1, { references: member("signer", "q5") }),
        ],
      });
      expect(await list({ hasWallet: true })).toEqual(["nested", "alone"]);
      expect(await list({ hasWallet: false })).toEqual(["none", "signer", "archived"]);
      await commitOk(tested.storage, { put: [makeDeletion("wallet", "w1", 2)] });
      expect(await list({ hasWallet: true })).toEqual(["nested"]);
    });

    it("go on behind a page that looked at many and found none", async () => {
      for (let from = 0; from <= USERS_EXAMINED; from += 2000) {
        const putUsers = Array.from({ length: 2000 }, (_, at) =>
          makeUser(`x${from + at}`, { createdAtMs: 2000 + from + at }),
        );
        await commitOk(tested.storage, { putUsers });
      }
      await commitOk(tested.storage, { putUsers: [makeUser("first", { accounts: ["email:a@x.example"] })] });
      const first = await tested.storage.findUsers(APP, { accountType: "email" }, { cursor: undefined, limit: 5 });
      expect(first.data).toEqual([]);
      const rest = await tested.storage.findUsers(
        APP,
        { accountType: "email" },
        { cursor: first.nextCursor, limit: 5 },
      );
      expect(ids(rest.data)).toEqual(["first"]);
      expect(rest.nextCursor).toBeUndefined();
    });
  });

  describe("searches of users", () => {
    it("find by the beginning of an id or an account, in their own app, each user once", async () => {
      await commitOk(tested.storage, {
        putUsers: [
          makeUser("did:privy:aa", { accounts: ["email:al@x.example", "phone:+1 1", "email:alice@x.example"] }),
          makeUser("did:privy:ab", { accounts: ["email:bob@x.example"] }),
          makeUser("did:privy:b", { accounts: ["wallet:0xal"] }),
        ],
      });
      await commitOk(tested.storage, {
        appId: OTHER_APP,
        putUsers: [makeUser("did:privy:aa", { accounts: ["email:al@x.example"] })],
      });
      const search = async (idPrefix: string, accountPrefixes: string[], limit = 10) =>
        ids(await tested.storage.searchUsers(APP, { idPrefix, accountPrefixes }, limit));
      expect(await search("did:privy:a", [])).toEqual(["did:privy:aa", "did:privy:ab"]);
      expect(await search("did:privy:a", [], 1)).toEqual(["did:privy:aa"]);
      expect(await search("al", ["email:al", "wallet:al"])).toEqual(["did:privy:aa"]);
      expect(await search("al", ["email:b", "wallet:0x"])).toEqual(["did:privy:ab", "did:privy:b"]);
      expect(await search("%", ["email:_"])).toEqual([]);
      expect(await tested.storage.countUsers(APP)).toBe(3);
      expect(await tested.storage.commit(makeUnit({ deleteUsers: ["did:privy:b"] }))).toMatchObject({ ok: true });
      expect(await tested.storage.countUsers(APP)).toBe(2);
      expect(await search("al", ["wallet:0x"])).toEqual([]);
    });
  });
}
