/**
 * For the test of the checker only: a storage as a careless author would write it for several servers. It keeps records
 * in memory for a while, as if nobody else wrote, and with `TEST_WITHOUT_VERSIONS=1` it commits without looking at the
 * versions that a decision used. Nothing that ships can load it.
 */
import { createStorage as open } from "@mandate/server/storage/open-storage";
import type { CommitUnit, RecordKey, Storage, StoredRecord } from "@mandate/server/storage/storage";

export { UnsupportedDatabaseError } from "@mandate/server/storage/open-storage";

const KEPT_MS = 150;

export async function createStorage(...args: Parameters<typeof open>): Promise<Storage> {
  const storage = await open(...args);
  const kept = new Map<string, { record: StoredRecord | undefined; untilMs: number }>();

  async function findRecord(appId: string, key: RecordKey, options?: { includeDeleted?: boolean }) {
    const name = JSON.stringify([appId, key.type, key.id]);
    const known = kept.get(name);
    if (known !== undefined && known.untilMs > Date.now()) return known.record;
    const record = await storage.findRecord(appId, key, options);
    if (record !== undefined) kept.set(name, { record, untilMs: Date.now() + KEPT_MS });
    return record;
  }

  const careless = {
    findRecord,
    findRecords: (appId: string, keys: RecordKey[]) => Promise.all(keys.map((key) => findRecord(appId, key))),
    commit: (unit: CommitUnit) =>
      storage.commit(process.env.TEST_WITHOUT_VERSIONS === "1" ? { ...unit, expect: [] } : unit),
  };
  return new Proxy(storage, {
    get: (inner, name) => Reflect.get(Object.hasOwn(careless, name) ? careless : inner, name),
  });
}
