import { describe, expect, it } from "vitest";
import type { TestedStorage } from "../conformance.ts";
import { InvalidCursorError } from "../storage.ts";
import { APP, commitOk, makeDeletion, makePut, makeUnit, makeUser } from "./fixtures.ts";

export function describeUsers(tested: TestedStorage): void {
  describe("users", () => {
    it("refuse an account that another user has, and name it", async () => {
      await commitOk(tested.storage, { putUsers: [makeUser("u1", { accounts: ["email:a@x.com", "phone:+1"] })] });
      const result = await tested.storage.commit(
        makeUnit({ putUsers: [makeUser("u2", { accounts: ["email:b@x.com", "phone:+1"] })] }),
      );
      expect(result).toEqual({ ok: false, reason: "conflict", on: "user_account", value: "phone:+1" });
      expect(await tested.storage.findUserByAccount(APP, "email:b@x.com")).toBeUndefined();
    });

    it("refuse one account for two users of the same unit", async () => {
      const users = ["u1", "u2"].map((id) => makeUser(id, { accounts: ["email:a@x.com"] }));
      expect(await tested.storage.commit(makeUnit({ putUsers: users }))).toMatchObject({ reason: "conflict" });
    });

    it("let one of 16 parallel claims of an account win", async () => {
      const results = await Promise.all(
        Array.from({ length: 16 }, (_, index) =>
          tested.storage.commit(makeUnit({ putUsers: [makeUser(`u${index}`, { accounts: ["email:a@x.com"] })] })),
        ),
      );
      expect(results.filter((result) => result.ok)).toHaveLength(1);
    });

    it("are found by id and by each account, with the latest profile", async () => {
      await commitOk(tested.storage, { putUsers: [makeUser("u", { accounts: ["email:a@x.com", "email:a@x.com"] })] });
      await commitOk(tested.storage, {
        putUsers: [makeUser("u", { profile: '{"n":2}', accounts: ["phone:+1", "email:c@x.com"] })],
      });
      const user = { appId: APP, id: "u", createdAtMs: 1000, profile: '{"n":2}' };
      expect(await tested.storage.findUser(APP, "u")).toEqual(user);
      expect(await tested.storage.findUserByAccount(APP, "phone:+1")).toEqual(user);
      expect(await tested.storage.findUserByAccount(APP, "email:c@x.com")).toEqual(user);
      expect(await tested.storage.findUserByAccount(APP, "email:a@x.com")).toBeUndefined();
      expect(await tested.storage.findUserByAccount(APP, "EMAIL:C@X.COM")).toBeUndefined();
    });

    it("may hand an account over inside one unit", async () => {
      await commitOk(tested.storage, { putUsers: [makeUser("u1", { accounts: ["email:a@x.com"] })] });
      await commitOk(tested.storage, { putUsers: [makeUser("u2", { accounts: ["email:a@x.com"] }), makeUser("u1")] });
      expect(await tested.storage.findUserByAccount(APP, "email:a@x.com")).toMatchObject({ id: "u2" });
      await commitOk(tested.storage, {
        putUsers: [makeUser("u3", { accounts: ["email:a@x.com"] })],
        deleteUsers: ["u2"],
      });
      expect(await tested.storage.findUserByAccount(APP, "email:a@x.com")).toMatchObject({ id: "u3" });
    });

    it("disappear with their accounts, in the unit that deletes the record", async () => {
      await commitOk(tested.storage, {
        put: [makePut("user", "u", 1)],
        putUsers: [makeUser("u", { accounts: ["email:a@x.com"] })],
      });
      await commitOk(tested.storage, { put: [makeDeletion("user", "u", 2)], deleteUsers: ["u"] });
      expect(await tested.storage.findUser(APP, "u")).toBeUndefined();
      expect(await tested.storage.findUserByAccount(APP, "email:a@x.com")).toBeUndefined();
      expect(await tested.storage.listUsers(APP, { cursor: undefined, limit: 10 })).toMatchObject({ data: [] });
      await commitOk(tested.storage, { putUsers: [makeUser("u2", { accounts: ["email:a@x.com"] })] });
    });

    it("are listed by creation, then id, page by page, and cursors outlive a restart", async () => {
      const users = [makeUser("b"), makeUser("a"), makeUser("z", { createdAtMs: 1 }), makeUser("c")];
      await commitOk(tested.storage, { putUsers: users });
      const first = await tested.storage.listUsers(APP, { cursor: undefined, limit: 3 });
      expect(first.data.map((user) => user.id)).toEqual(["z", "a", "b"]);
      const storage = await tested.reopen();
      const second = await storage.listUsers(APP, { cursor: first.nextCursor, limit: 3 });
      expect(second).toEqual({ data: [{ ...first.data[1], id: "c", profile: '{"id":"c"}' }], nextCursor: undefined });
    });

    it("refuse a cursor of the wallet list", async () => {
      await commitOk(tested.storage, { put: [makePut("wallet", "w1", 1), makePut("wallet", "w2", 1)] });
      const { nextCursor } = await tested.storage.listWallets(APP, {}, { cursor: undefined, limit: 1 });
      expect(nextCursor).toBeDefined();
      const list = tested.storage.listUsers(APP, { cursor: nextCursor, limit: 1 });
      await expect(list).rejects.toThrow(InvalidCursorError);
    });
  });
}
