import { describe, expect, it } from "vitest";
import type { TestedStorage } from "../conformance.ts";
import type { DocumentList, PutDocument } from "../documents.ts";
import { InvalidCursorError, InvalidUnitError } from "../storage.ts";

const KEY = { collection: "sessions", scope: "app-a", id: "s1" };
const LIST: DocumentList = { collection: "sessions", scope: "app-a", order: "newest" };

function makeDocument(parts: Partial<PutDocument> = {}): PutDocument {
  return { ...KEY, version: 1, body: '{"n":1}', createdAtMs: 1000, ...parts };
}

export function describeDocuments(tested: TestedStorage): void {
  const write = async (...put: PutDocument[]) =>
    expect(await tested.storage.writeDocuments({ put })).toEqual({ ok: true });
  const list = async (more: Partial<DocumentList>, limit = 100, cursor?: string) =>
    tested.storage.listDocuments({ ...LIST, ...more }, { cursor, limit });

  describe("documents", () => {
    it("are found by id and by key, after a restart too, and only in their collection and scope", async () => {
      await write(makeDocument({ keys: ["hash", "hash"], expiresAtMs: 5000 }));
      const storage = await tested.reopen();
      const found = { ...KEY, version: 1, body: '{"n":1}', createdAtMs: 1000, expiresAtMs: 5000 };
      expect(await storage.findDocument(KEY)).toEqual(found);
      expect(await storage.findDocumentByKey("sessions", "app-a", "hash")).toEqual(found);
      expect(await storage.findDocument({ ...KEY, scope: "app-b" })).toBeUndefined();
      expect(await storage.findDocumentByKey("codes", "app-a", "hash")).toBeUndefined();
      expect(await storage.findDocumentByKey("sessions", "app-b", "hash")).toBeUndefined();
    });

    it("change by compare-and-set", async () => {
      const { storage } = tested;
      const stale = { ok: false, reason: "stale", document: KEY };
      expect(await storage.writeDocuments({ put: [makeDocument({ version: 2 })] })).toEqual(stale);
      await write(makeDocument());
      expect(await storage.writeDocuments({ put: [makeDocument()] })).toEqual(stale);
      await write(makeDocument({ version: 2, body: "{}" }));
      expect(await storage.writeDocuments({ remove: [{ ...KEY, version: 1 }] })).toEqual(stale);
      expect(await storage.writeDocuments({ remove: [{ ...KEY, version: 2 }] })).toEqual({ ok: true });
      expect(await storage.writeDocuments({ remove: [{ ...KEY, version: 2 }] })).toEqual(stale);
      await write(makeDocument());
    });

    it("let one of 16 parallel takers win", async () => {
      await write(makeDocument());
      const taken = await Promise.all(
        Array.from({ length: 16 }, () => tested.storage.writeDocuments({ remove: [{ ...KEY, version: 1 }] })),
      );
      expect(taken.filter(({ ok }) => ok)).toHaveLength(1);
    });

    it("are written all or none", async () => {
      const put = [makeDocument({ id: "new" }), makeDocument({ version: 7 })];
      expect(await tested.storage.writeDocuments({ put })).toMatchObject({ ok: false, reason: "stale" });
      expect(await tested.storage.findDocument({ ...KEY, id: "new" })).toBeUndefined();
    });

    it("keep keys unique, and hand them on inside one unit", async () => {
      const { storage } = tested;
      await write(makeDocument({ keys: ["k"] }));
      const other = makeDocument({ id: "s2", keys: ["k"] });
      expect(await storage.writeDocuments({ put: [other] })).toEqual({
        ok: false,
        reason: "key_taken",
        document: { ...KEY, id: "s2" },
        key: "k",
      });
      expect(await storage.writeDocuments({ put: [makeDocument({ version: 2 }), other] })).toEqual({ ok: true });
      expect(await storage.findDocumentByKey("sessions", "app-a", "k")).toMatchObject({ id: "s2" });
      const twins = [makeDocument({ id: "a", keys: ["t"] }), makeDocument({ id: "b", keys: ["t"] })];
      expect(await storage.writeDocuments({ put: twins })).toMatchObject({ reason: "key_taken", key: "t" });
      expect(await storage.writeDocuments({ remove: [{ ...KEY, id: "s2", version: 1 }] })).toEqual({ ok: true });
      expect(await storage.findDocumentByKey("sessions", "app-a", "k")).toBeUndefined();
    });

    it("are listed by creation, then id, from either end, filtered by all tags, page by page", async () => {
      await write(
        makeDocument({ id: "b", createdAtMs: 2, tags: ["user:1", "live"] }),
        makeDocument({ id: "a", createdAtMs: 2, tags: ["user:1"] }),
        makeDocument({ id: "c", createdAtMs: 1, tags: ["user:1", "live"] }),
        makeDocument({ id: "d", createdAtMs: 3, tags: ["user:2", "live"] }),
      );
      const ids = async (more: Partial<DocumentList>) => (await list(more)).data.map(({ id }) => id).join("");
      expect(await ids({})).toBe("dbac");
      expect(await ids({ order: "oldest" })).toBe("cabd");
      expect(await ids({ tags: ["user:1"] })).toBe("bac");
      expect(await ids({ tags: ["live", "user:1"], order: "oldest" })).toBe("cb");
      expect(await ids({ tags: ["user:3"] })).toBe("");
      expect(await ids({ scope: "app-b" })).toBe("");
      for (const more of [{}, { tags: ["live"] }, { tags: ["live", "user:1"] }] as Partial<DocumentList>[]) {
        const all = (await list(more)).data;
        const first = await list(more, 1);
        const rest = await list(more, 100, first.nextCursor);
        expect([...first.data, ...rest.data]).toEqual(all);
        expect(rest.nextCursor).toBeUndefined();
      }
      expect(await tested.storage.countDocuments("sessions", "app-a")).toBe(4);
      expect(await tested.storage.countDocuments("sessions", "app-a", "live")).toBe(3);
      expect(await tested.storage.countDocuments("sessions", "app-b")).toBe(0);
    });

    it("replace their tags, and refuse a cursor of another list", async () => {
      await write(makeDocument({ tags: ["old"] }), makeDocument({ id: "s2", tags: ["old"] }));
      const { nextCursor } = await list({ tags: ["old"] }, 1);
      await write(makeDocument({ version: 2, tags: ["new"] }));
      expect((await list({ tags: ["old"] })).data.map(({ id }) => id)).toEqual(["s2"]);
      expect((await list({ tags: ["new"] })).data.map(({ id }) => id)).toEqual(["s1"]);
      await expect(list({ tags: ["new"] }, 1, nextCursor)).rejects.toThrow(InvalidCursorError);
      await expect(list({ order: "oldest", tags: ["old"] }, 1, nextCursor)).rejects.toThrow(InvalidCursorError);
    });

    it("go when they have expired, with their keys", async () => {
      await write(makeDocument({ expiresAtMs: 10, keys: ["k"], tags: ["t"] }), makeDocument({ id: "s2" }));
      expect(await tested.storage.prune(10)).toEqual({ removed: 0 });
      expect(await tested.storage.prune(11)).toEqual({ removed: 1 });
      expect(await tested.storage.findDocumentByKey("sessions", "app-a", "k")).toBeUndefined();
      expect((await list({ tags: ["t"] })).data).toEqual([]);
      expect((await list({})).data.map(({ id }) => id)).toEqual(["s2"]);
    });

    it("that nobody should write are refused", async () => {
      for (const parts of [{ body: "\0" }, { id: "\ud800" }, { version: 0 }, { createdAtMs: 0.5 }, { keys: ["\0"] }]) {
        const write = tested.storage.writeDocuments({ put: [makeDocument(parts)] });
        await expect(write).rejects.toThrow(InvalidUnitError);
      }
      const twice = tested.storage.writeDocuments({ put: [makeDocument(), makeDocument()] });
      await expect(twice).rejects.toThrow(InvalidUnitError);
      await expect(list({ tags: ["1", "2", "3", "4", "5"] })).rejects.toThrow(RangeError);
      await expect(list({}, 0)).rejects.toThrow(RangeError);
    });
  });
}
