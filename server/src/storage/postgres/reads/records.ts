import { isStorableText } from "../../commit-unit.ts";
import type { ListPosition } from "../../cursor.ts";
import type { RecordFilter, RecordKey, RecordReference, RecordType, StoredRecord } from "../../storage.ts";
import { endOf, type Reader, readInteger, type SqlValue } from "../statement.ts";

export type RecordReads = {
  /** The current record, deleted or not. */
  findCurrent(appId: string, key: RecordKey): Promise<StoredRecord | undefined>;
  /** In the order of `keys`; deleted ones are found too. */
  findAllCurrent(appId: string, keys: RecordKey[]): Promise<(StoredRecord | undefined)[]>;
  listApps(): Promise<StoredRecord[]>;
  findReferrers(appId: string, kinds: RecordReference["kind"][], to: string, limit: number): Promise<RecordKey[]>;
  findUserKeys(appId: string, userId: string, nowMs: number, limit: number): Promise<StoredRecord[]>;
  /** Live ones. With a title prefix all of them that fit, by title; the position is not looked at. */
  list(
    appId: string,
    type: RecordType,
    filter: RecordFilter,
    order: "oldest" | "newest",
    after: ListPosition | undefined,
    limit: number,
  ): Promise<StoredRecord[]>;
};

export type RecordRow = [string, RecordType, string, string, string, boolean, string];

/** The columns of `RecordRow`, in a query that calls the table `r`. */
export const RECORD_COLUMNS = "r.app_id, r.type, r.id, r.version, r.sealed, r.deleted, r.created_at_ms";

const FIND = `SELECT ${RECORD_COLUMNS} FROM unnest($2::text[], $3::text[]) AS k (type, id)
  JOIN records r ON r.app_id = $1 AND r.type = k.type AND r.id = k.id`;

const LIST_APPS = `SELECT ${RECORD_COLUMNS} FROM records r WHERE r.type = 'app' AND NOT r.deleted
  ORDER BY r.created_at_ms, r.id`;

const FIND_REFERRERS = `SELECT DISTINCT f.type, f.id FROM record_references f
  WHERE f.app_id = $1 AND f.target = $2 AND f.kind = ANY ($3::text[]) ORDER BY f.type, f.id LIMIT $4`;

const FIND_USER_KEYS = `SELECT ${RECORD_COLUMNS} FROM record_references f
  JOIN records r ON r.app_id = f.app_id AND r.type = f.type AND r.id = f.id
  WHERE f.app_id = $1 AND f.target = $2 AND f.kind = 'owner' AND f.type = 'user_key' AND r.expires_at_ms > $3
  ORDER BY r.created_at_ms DESC, r.id DESC LIMIT $4`;

const FIND_BY_TITLE = `SELECT ${RECORD_COLUMNS} FROM records r
  WHERE r.app_id = $1 AND r.type = $2 AND r.title >= $3 AND r.title < $4 ORDER BY r.title, r.id LIMIT $5::bigint`;

/** Nothing is cached: another process may have written a moment ago, and a refusal has to be as current as a signature. */
export function createRecordReads(reader: Reader): RecordReads {
  async function findAllCurrent(appId: string, keys: RecordKey[]): Promise<(StoredRecord | undefined)[]> {
    const findable = keys.filter(({ id }) => isStorableText(id));
    if (findable.length === 0) return keys.map(() => undefined);
    const params = [appId, findable.map(({ type }) => type), findable.map(({ id }) => id)];
    const rows = await reader.findRows<RecordRow>(FIND, params);
    const found = new Map(rows.map((row) => [`${row[1]} ${row[2]}`, readRecord(row)]));
    return keys.map(({ type, id }) => found.get(`${type} ${id}`));
  }

  return {
    findAllCurrent,
    findCurrent: async (appId, key) => (await findAllCurrent(appId, [key]))[0],
    listApps: async () => (await reader.findRows<RecordRow>(LIST_APPS, [])).map(readRecord),
    async findReferrers(appId, kinds, to, limit) {
      const rows = await reader.findRows<[RecordType, string]>(FIND_REFERRERS, [appId, to, kinds, limit]);
      return rows.map(([type, id]) => ({ type, id }));
    },
    findUserKeys: async (appId, userId, nowMs, limit) =>
      (await reader.findRows<RecordRow>(FIND_USER_KEYS, [appId, userId, nowMs, limit])).map(readRecord),
    async list(appId, type, { titlePrefix, titled }, order, after, limit) {
      if (titlePrefix !== undefined) {
        const from = titlePrefix.toLowerCase();
        const params = [appId, type, from, endOf(from), limit];
        return (await reader.findRows<RecordRow>(FIND_BY_TITLE, params)).map(readRecord);
      }
      const [beyond, way] = order === "newest" ? ["<", "DESC"] : [">", "ASC"];
      const params: SqlValue[] = [appId, type, limit];
      const conditions = ["r.app_id = $1", "r.type = $2", titled === true ? "r.title IS NOT NULL" : "NOT r.deleted"];
      if (after !== undefined) {
        conditions.push(`(r.created_at_ms, r.id) ${beyond} ($4::bigint, $5)`);
        params.push(after.createdAtMs, after.id);
      }
      const sql = `SELECT ${RECORD_COLUMNS} FROM records r WHERE ${conditions.join(" AND ")}
        ORDER BY r.created_at_ms ${way}, r.id ${way} LIMIT $3::bigint`;
      return (await reader.findRows<RecordRow>(sql, params)).map(readRecord);
    },
  };
}

export function readRecord([appId, type, id, version, sealed, deleted, createdAtMs]: RecordRow): StoredRecord {
  return { appId, type, id, version: readInteger(version), sealed, deleted, createdAtMs: readInteger(createdAtMs) };
}
