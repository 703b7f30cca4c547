import type { JsonValue } from "@mandate/core/encoding/json-value";
import type { OpenedRecord } from "./seal.ts";

/** Opened records by their whole seal, the most recently used ones. */
export type OpenedRecords = {
  find(sealed: string): OpenedRecord | undefined;
  keep(sealed: string, record: OpenedRecord): void;
};

/** What V8 takes for an object or array with a few members, rounded up (opened-records.test.ts). */
const BYTES_EACH = 650;

/** `bytesMax` bounds the memory that they take, as far as it can be told from their text and their objects. */
export function createOpenedRecords(bytesMax: number): OpenedRecords {
  // A Map lists its keys in order of insertion, and `find` inserts anew: the first is the least recently used.
  const records = new Map<string, { record: OpenedRecord; bytes: number }>();
  let total = 0;

  function forget(sealed: string): void {
    total -= records.get(sealed)?.bytes ?? 0;
    records.delete(sealed);
  }

  return {
    find(sealed) {
      const known = records.get(sealed);
      if (known === undefined) return undefined;
      records.delete(sealed);
      records.set(sealed, known);
      return known.record;
    },
    keep(sealed, record) {
      // The seal, and the text that the parsed strings are parts of.
      const bytes = 2 * sealed.length + BYTES_EACH * (1 + countObjects(record.body));
      if (bytes > bytesMax) return;
      forget(sealed);
      records.set(sealed, { record, bytes });
      total += bytes;
      for (const oldest of records.keys()) {
        if (total <= bytesMax) return;
        forget(oldest);
      }
    },
  };
}

/** Objects and arrays, itself included. */
function countObjects(value: JsonValue): number {
  if (typeof value !== "object" || value === null) return 0;
  let count = 1;
  for (const member of Object.values(value)) count += countObjects(member);
  return count;
}
