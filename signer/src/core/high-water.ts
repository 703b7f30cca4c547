import type { RecordType } from "../protocol.ts";

export type SeenVersion = { version: number; mac: string };

type Versioned = { type: RecordType | "receipt"; appId: string; id: string; version: number; mac: string };

/**
 * The highest version the signer has seen of each record. An older one is refused, and so is another record that
 * claims the same version: storage that was rolled back or forked gets nothing signed (I17, I18).
 */
export class HighWater {
  #seen: Map<string, SeenVersion>;
  #persist: (key: string, seen: SeenVersion) => void;

  /**
   * `persist` is called for versions above 1, before they are relied on; version 1 has nothing to roll back to. That of an
   * aggregation's window has: without it, the window would be empty again.
   */
  constructor(seen: Map<string, SeenVersion>, persist: (key: string, seen: SeenVersion) => void) {
    this.#seen = seen;
    this.#persist = persist;
  }

  accepts(record: Versioned): boolean {
    const key = `${record.appId}/${record.type}/${record.id}`;
    const seen = this.#seen.get(key);
    if (seen !== undefined && record.version === seen.version) return record.mac === seen.mac;
    if (seen !== undefined && record.version < seen.version) return false;
    const now = { version: record.version, mac: copyText(record.mac) };
    if (record.version > 1 || record.type === "aggregation_window") this.#persist(key, now);
    this.#seen.set(seen === undefined ? copyText(key) : key, now);
    return true;
  }

  hasSeen({ type, appId, id }: Pick<Versioned, "type" | "appId" | "id">): boolean {
    return this.#seen.has(`${appId}/${type}/${id}`);
  }

  get size(): number {
    return this.#seen.size;
  }
}

/** V8 keeps all of a text for a part of it, and the parts of one that was put together; a mark outlives its record. */
function copyText(text: string): string {
  return Buffer.from(text, "latin1").toString("latin1");
}
