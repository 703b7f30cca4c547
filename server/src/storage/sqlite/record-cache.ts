import type { RecordKey, StoredRecord } from "../storage.ts";

/**
 * The current records in memory, bounded. This process is the only writer of the file, so what it committed is what
 * is current. Changes are staged while their transaction is open and seen by the transaction alone; `committed`
 * publishes them, `rolledBack` forgets them. Records are frozen, as all readers share them.
 */
export type RecordCache = {
  /** Undefined when it is not known here; null when the open transaction removed it. */
  find(appId: string, key: RecordKey): StoredRecord | null | undefined;
  /** Keeps what was read from the database. */
  keep(record: StoredRecord): void;
  /** Notes that the open transaction wrote this record. */
  stage(record: StoredRecord): void;
  /** Notes that the open transaction removed the row. */
  stageRemoval(appId: string, key: RecordKey): void;
  committed(): void;
  rolledBack(): void;
};

/** `charactersMax` bounds the text that is held, with an allowance for each record. */
export function createRecordCache(charactersMax: number): RecordCache {
  const current = new Map<string, StoredRecord>();
  const staged = new Map<string, StoredRecord | null>();
  let characters = 0;

  function remove(key: string): void {
    const record = current.get(key);
    if (record === undefined) return;
    current.delete(key);
    characters -= sizeOf(key, record);
  }

  function put(key: string, record: StoredRecord): void {
    remove(key);
    current.set(key, record);
    characters += sizeOf(key, record);
    // A Map lists its keys in order of insertion, and `find` inserts anew: the first is the least recently used.
    for (const oldest of current.keys()) {
      if (characters <= charactersMax) return;
      remove(oldest);
    }
  }

  return {
    find(appId, { type, id }) {
      const key = cacheKey(appId, type, id);
      if (staged.size > 0) {
        const own = staged.get(key);
        if (own !== undefined) return own;
      }
      const record = current.get(key);
      if (record === undefined) return undefined;
      current.delete(key);
      current.set(key, record);
      return record;
    },
    keep(record) {
      const key = cacheKey(record.appId, record.type, record.id);
      // INVARIANT: what the open transaction wrote is published by `committed` alone.
      if (!staged.has(key)) put(key, Object.freeze(record));
    },
    stage(record) {
      staged.set(cacheKey(record.appId, record.type, record.id), Object.freeze(record));
    },
    stageRemoval(appId, { type, id }) {
      staged.set(cacheKey(appId, type, id), null);
    },
    committed() {
      for (const [key, record] of staged) {
        if (record === null) remove(key);
        else put(key, record);
      }
      staged.clear();
    },
    rolledBack() {
      staged.clear();
    },
  };
}

/** Stored text holds no U+0000, so a lookup that smuggles one in has a key that equals none of these. */
function cacheKey(appId: string, type: string, id: string): string {
  return `${appId}\0${type}\0${id}`;
}

const OVERHEAD_CHARACTERS = 200;

function sizeOf(key: string, record: StoredRecord): number {
  return OVERHEAD_CHARACTERS + 2 * key.length + record.sealed.length;
}
