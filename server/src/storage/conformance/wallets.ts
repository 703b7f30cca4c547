import { describe, expect, it } from "vitest";
import type { TestedStorage } from "../conformance.ts";
import { InvalidCursorError, InvalidUnitError, type WalletFilter } from "../storage.ts";
import { APP, commitOk, makeDeletion, makePut, makeUnit, makeWalletFilters, OTHER_APP, reference } from "./fixtures.ts";

export function describeWallets(tested: TestedStorage): void {
  async function listIds(filter: WalletFilter, appId = APP): Promise<string[]> {
    const { data } = await tested.storage.listWallets(appId, filter, { cursor: undefined, limit: 100 });
    return data.map((record) => record.id);
  }
  const withExternalId = (id: string, externalId: string | undefined, version = 1) =>
    makePut("wallet", id, version, { wallet: makeWalletFilters(id, { externalId }) });

  describe("wallets", () => {
    it("refuse an external id that another wallet of the app has", async () => {
      await commitOk(tested.storage, { put: [withExternalId("w1", "order-1")] });
      const result = await tested.storage.commit(makeUnit({ put: [withExternalId("w2", "order-1")] }));
      expect(result).toEqual({ ok: false, reason: "conflict", on: "external_id", value: "order-1" });
      const both = makeUnit({ put: [withExternalId("w3", "order-2"), withExternalId("w4", "order-2")] });
      expect(await tested.storage.commit(both)).toMatchObject({ on: "external_id", value: "order-2" });
      expect(await listIds({})).toEqual(["w1"]);
    });

    it("keep their own external id through versions, share none in other apps, and free it when deleted", async () => {
      await commitOk(tested.storage, { put: [withExternalId("w1", "order-1")] });
      await commitOk(tested.storage, { put: [withExternalId("w1", "order-1", 2)] });
      await commitOk(tested.storage, { appId: OTHER_APP, put: [withExternalId("w1", "order-1")] });
      await commitOk(tested.storage, { put: [makeDeletion("wallet", "w1", 3)] });
      await commitOk(tested.storage, { put: [withExternalId("w2", "order-1")] });
      expect(await listIds({ externalId: "order-1" })).toEqual(["w2"]);
      expect(await listIds({ externalId: "order-1" }, OTHER_APP)).toEqual(["w1"]);
    });

    it("are listed by each filter, and by all of them together", async () => {
      const wallet = (id: string, filters: Parameters<typeof makeWalletFilters>[1], owner?: string) =>
        makePut("wallet", id, 1, {
          wallet: makeWalletFilters(id, filters),
          references: owner === undefined ? [] : [reference("owner", owner)],
        });
      await commitOk(tested.storage, {
        put: [
          makePut("key_quorum", "q-user", 1, { references: [reference("member_user", "alice")] }),
          makePut("key_quorum", "q-parent", 1, {
            references: [reference("member_quorum", "q-user"), reference("member_key", "SPKI-1")],
          }),
          makePut("key_quorum", "q-both", 1, {
            references: [reference("member_user", "alice"), reference("member_key", "SPKI-1")],
          }),
          wallet("w1", { externalId: "one" }, "q-user"),
          wallet("w2", { chainType: "solana" }, "q-parent"),
          wallet("w3", { archived: true }, "q-user"),
          wallet("w4", { address: "0xAbC" }),
          wallet("w5", {}, "q-both"),
          // Signers are not owners, and members of anything but a quorum are not members.
          makePut("wallet", "w6", 1, {
            references: [reference("signer", "q-user"), reference("member_user", "alice")],
          }),
        ],
      });
      expect(await listIds({})).toEqual(["w1", "w2", "w4", "w5", "w6"]);
      expect(await listIds({ includeArchived: true })).toEqual(["w1", "w2", "w3", "w4", "w5", "w6"]);
      expect(await listIds({ chainType: "solana" })).toEqual(["w2"]);
      expect(await listIds({ externalId: "one" })).toEqual(["w1"]);
      expect(await listIds({ address: "0xAbC" })).toEqual(["w4"]);
      expect(await listIds({ address: "0xabc" })).toEqual([]);
      expect(await listIds({ userId: "alice" })).toEqual(["w1", "w2", "w5"]);
      expect(await listIds({ userId: "alice", includeArchived: true })).toEqual(["w1", "w2", "w3", "w5"]);
      expect(await listIds({ userId: "q-user" })).toEqual([]);
      expect(await listIds({ publicKey: "SPKI-1" })).toEqual(["w2", "w5"]);
      expect(await listIds({ publicKey: "SPKI-1", userId: "alice", chainType: "ethereum" })).toEqual(["w5"]);
      expect(
        await listIds({ userId: "alice", publicKey: "SPKI-1", chainType: "solana", address: "address of w2" }),
      ).toEqual(["w2"]);
      expect(await listIds({ chainType: "" })).toEqual([]);
    });

    it("are found by what they are attributed to, and by nothing else that has its name", async () => {
      await commitOk(tested.storage, {
        put: [
          makePut("wallet", "w1", 1, { references: [reference("entity", "org"), reference("owner", "q")] }),
          makePut("wallet", "w2", 1, { references: [reference("owner", "org"), reference("signer", "org")] }),
          makePut("wallet", "w3", 1, { references: [reference("entity", "org")] }),
          makePut("policy", "p", 1, { references: [reference("entity", "org")] }),
        ],
      });
      expect(await listIds({ entityId: "org" })).toEqual(["w1", "w3"]);
      expect(await listIds({ entityId: "org", address: "address of w3" })).toEqual(["w3"]);
      expect(await listIds({ entityId: "q" })).toEqual([]);
    });

    it("follow their owner: a quorum that loses a member takes its wallets out of that member's list", async () => {
      await commitOk(tested.storage, {
        put: [
          makePut("key_quorum", "q", 1, { references: [reference("member_user", "alice")] }),
          makePut("wallet", "w", 1, { references: [reference("owner", "q")] }),
        ],
      });
      expect(await listIds({ userId: "alice" })).toEqual(["w"]);
      await commitOk(tested.storage, {
        put: [makePut("key_quorum", "q", 2, { references: [reference("member_user", "bob")] })],
      });
      expect(await listIds({ userId: "alice" })).toEqual([]);
      expect(await listIds({ userId: "bob" })).toEqual(["w"]);
    });

    it("are listed as they are now", async () => {
      await commitOk(tested.storage, { put: [makePut("wallet", "w1", 1), makePut("wallet", "w2", 1)] });
      await commitOk(tested.storage, {
        put: [
          makePut("wallet", "w1", 2, { wallet: makeWalletFilters("w1", { archived: true }) }),
          makeDeletion("wallet", "w2", 2),
        ],
      });
      expect(await listIds({})).toEqual([]);
      const { data } = await tested.storage.listWallets(
        APP,
        { includeArchived: true },
        { cursor: undefined, limit: 10 },
      );
      expect(data).toEqual([
        {
          appId: APP,
          type: "wallet",
          id: "w1",
          version: 2,
          sealed: "sealed wallet w1 v2",
          deleted: false,
          createdAtMs: 1000,
        },
      ]);
    });

    it("need their list filters, and no other record may have them", async () => {
      const { wallet, ...bare } = makePut("wallet", "w", 1);
      await expect(tested.storage.commit(makeUnit({ put: [bare] }))).rejects.toThrow(InvalidUnitError);
      const policy = makePut("policy", "p", 1, wallet === undefined ? {} : { wallet });
      await expect(tested.storage.commit(makeUnit({ put: [policy] }))).rejects.toThrow(InvalidUnitError);
    });
  });

  describe("pages of wallets", () => {
    it("are empty for an empty app", async () => {
      const page = await tested.storage.listWallets(APP, {}, { cursor: undefined, limit: 1 });
      expect(page).toEqual({ data: [], nextCursor: undefined });
    });

    it.each([1, 2, 3, 7, 8])("of %i show each wallet once, oldest first, then by id", async (limit) => {
      const ids = ["m", "a", "é", "Z", "z", "A", "0"];
      // Two moments of creation, so that both halves of the order matter.
      const createdAtMs = (id: string) => (id === "m" || id === "0" ? 1 : 2);
      await commitOk(tested.storage, {
        put: ids.map((id) => makePut("wallet", id, 1, { createdAtMs: createdAtMs(id) })),
      });
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await tested.storage.listWallets(APP, { chainType: "ethereum" }, { cursor, limit });
        expect(page.data.length).toBeLessThanOrEqual(limit);
        seen.push(...page.data.map((record) => record.id));
        cursor = page.nextCursor;
      } while (cursor !== undefined);
      // By code point, whatever the collation of the database.
      expect(seen).toEqual(["0", "m", "A", "Z", "a", "z", "é"]);
    });

    it("refuse a cursor that was tampered with, made up or of another app", async () => {
      const put = ["w1", "w2", "w3"].map((id) => makePut("wallet", id, 1));
      await commitOk(tested.storage, { put });
      await commitOk(tested.storage, { appId: OTHER_APP, put });
      const { nextCursor } = await tested.storage.listWallets(APP, {}, { cursor: undefined, limit: 1 });
      if (nextCursor === undefined) throw new Error("there must be a second page");
      const flipped = [...nextCursor].map((character, index) => {
        return nextCursor.slice(0, index) + (character === "A" ? "B" : "A") + nextCursor.slice(index + 1);
      });
      const wrong = [...flipped, "", "x", `${nextCursor}A`, `${nextCursor}=`, nextCursor.slice(1), "\0", "é", "w1"];
      for (const cursor of wrong) {
        const list = tested.storage.listWallets(APP, {}, { cursor, limit: 1 });
        await expect(list, JSON.stringify(cursor)).rejects.toThrow(InvalidCursorError);
      }
      const foreign = tested.storage.listWallets(OTHER_APP, {}, { cursor: nextCursor, limit: 1 });
      await expect(foreign).rejects.toThrow(InvalidCursorError);
      const next = await tested.storage.listWallets(APP, {}, { cursor: nextCursor, limit: 1 });
      expect(next.data.map((record) => record.id)).toEqual(["w2"]);
    });
  });

  describe("wallet secrets", () => {
    it("are written with their wallet, and only then", async () => {
      const secret = { walletId: "w", sealedKey: "sealed key", sealedSeed: "sealed seed" };
      await expect(tested.storage.commit(makeUnit({ walletSecrets: [secret] }))).rejects.toThrow(InvalidUnitError);
      await commitOk(tested.storage, { put: [makePut("wallet", "w", 1)], walletSecrets: [secret] });
      expect(await tested.storage.findWalletSecret(APP, "w")).toEqual({
        sealedKey: "sealed key",
        sealedSeed: "sealed seed",
      });
      expect(await tested.storage.findWalletSecret(APP, "other")).toBeUndefined();
    });

    it("survive new versions of the wallet, can be sealed anew, and are not given out after deletion", async () => {
      const secret = { walletId: "w", sealedKey: "old", sealedSeed: undefined };
      await commitOk(tested.storage, { put: [makePut("wallet", "w", 1)], walletSecrets: [secret] });
      await commitOk(tested.storage, { put: [makePut("wallet", "w", 2)] });
      expect(await tested.storage.findWalletSecret(APP, "w")).toEqual({ sealedKey: "old", sealedSeed: undefined });
      const rotated = { ...secret, sealedKey: "new" };
      await commitOk(tested.storage, { put: [makePut("wallet", "w", 3)], walletSecrets: [rotated] });
      expect(await tested.storage.findWalletSecret(APP, "w")).toEqual({ sealedKey: "new", sealedSeed: undefined });
      await commitOk(tested.storage, { put: [makeDeletion("wallet", "w", 4)] });
      expect(await tested.storage.findWalletSecret(APP, "w")).toBeUndefined();
    });
  });
}
