import type { ListPosition } from "../../cursor.ts";
import type { PutRecord, RecordFilter, RecordKey, RecordReference, RecordType, StoredRecord } from "../../storage.ts";
import type { Connection, ReadStatement, SqlValue } from "../connection.ts";
import type { RecordCache } from "../record-cache.ts";

export type RecordTable = {
  /** The current record, deleted or not. Frozen, shared. */
  findCurrent(appId: string, key: RecordKey): StoredRecord | undefined;
  findReferrer(appId: string, kinds: RecordReference["kind"][], to: string): RecordKey | undefined;
  countReferrers(appId: string, kinds: RecordReference["kind"][], to: string, max: number): number;
  listApps(): StoredRecord[];
  findReferrers(appId: string, kinds: RecordReference["kind"][], to: string, limit: number): RecordKey[];
  findUserKeys(appId: string, userId: string, nowMs: number, limit: number): StoredRecord[];
  /** Live ones. With a title prefix all of them that fit, by title; the position is not looked at. */
  list(
    appId: string,
    type: RecordType,
    filter: RecordFilter,
    order: "oldest" | "newest",
    after: ListPosition | undefined,
    limit: number,
  ): StoredRecord[];
  /** The caller has checked the version. */
  put(appId: string, put: PutRecord): void;
  /** Removes at most `limit` user keys that expired before `nowMs`, rows and all; returns how many. */
  removeExpired(nowMs: number, limit: number): number;
};

export type RecordRow = [string, RecordType, string, number, string, number, number];

/** The columns of `RecordRow`, in a query that calls the table `r`. */
export const RECORD_COLUMNS = "r.app_id, r.type, r.id, r.version, r.sealed, r.deleted, r.created_at_ms";

export function createRecordTable(connection: Connection, cache: RecordCache): RecordTable {
  const findOne = connection.prepareRead<RecordRow>(
    `SELECT ${RECORD_COLUMNS} FROM records r WHERE r.app_id = ? AND r.type = ? AND r.id = ?`,
  );
  const findApps = connection.prepareRead<RecordRow>(
    `SELECT ${RECORD_COLUMNS} FROM records r WHERE r.type = 'app' AND r.deleted = 0 ORDER BY r.created_at_ms, r.id`,
  );
  const findReferring = connection.prepareRead<[RecordType, string]>(
    `SELECT DISTINCT f.type, f.id FROM json_each(?) k
     CROSS JOIN record_references f ON f.app_id = ? AND f.target = ? AND f.kind = k.value
     ORDER BY f.type, f.id LIMIT ?`,
  );
  const findKeysOfUser = connection.prepareRead<RecordRow>(
    `SELECT ${RECORD_COLUMNS} FROM record_references f
     CROSS JOIN records r ON r.app_id = f.app_id AND r.type = f.type AND r.id = f.id
     WHERE f.app_id = ? AND f.target = ? AND f.kind = 'owner' AND f.type = 'user_key' AND r.expires_at_ms > ?
     ORDER BY r.created_at_ms DESC, r.id DESC LIMIT ?`,
  );
  const findExpired = connection.prepareRead<[number, string, string]>(
    "SELECT row, app_id, id FROM records WHERE expires_at_ms < ? AND type = 'user_key' LIMIT ?",
  );
  const findByTitle = connection.prepareRead<RecordRow>(
    `SELECT ${RECORD_COLUMNS} FROM records r INDEXED BY records_title
     WHERE r.app_id = ? AND r.type = ? AND r.title >= ? AND r.title < ? ORDER BY r.title, r.id LIMIT ?`,
  );
  const lists = new Map<string, ReadStatement<RecordRow>>();
  const insert = connection.prepareWrite(
    `INSERT INTO records (app_id, type, id, version, sealed, deleted, created_at_ms, expires_at_ms, title)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const update = connection.prepareWrite(
    `UPDATE records SET version = ?, sealed = ?, deleted = ?, created_at_ms = ?, expires_at_ms = ?, title = ?
     WHERE app_id = ? AND type = ? AND id = ? AND version = ?`,
  );
  const removeRow = connection.prepareWrite("DELETE FROM records WHERE row = ?");
  const removeReferences = connection.prepareWrite(
    "DELETE FROM record_references WHERE app_id = ? AND type = ? AND id = ?",
  );
  const insertReference = connection.prepareWrite(
    "INSERT OR IGNORE INTO record_references (app_id, target, kind, type, id) VALUES (?, ?, ?, ?, ?)",
  );

  return {
    findCurrent(appId, key) {
      const cached = cache.find(appId, key);
      if (cached !== undefined) return cached ?? undefined;
      const row = findOne.findRow([appId, key.type, key.id]);
      if (row === undefined) return undefined;
      const record = Object.freeze(readRecord(row));
      cache.keep(record);
      return record;
    },
    listApps: () => findApps.findRows([]).map(readRecord),
    findReferrer(appId, kinds, to) {
      const row = findReferring.findRow([JSON.stringify(kinds), appId, to, 1]);
      return row === undefined ? undefined : { type: row[0], id: row[1] };
    },
    countReferrers: (appId, kinds, to, max) => findReferring.findRows([JSON.stringify(kinds), appId, to, max]).length,
    findReferrers: (appId, kinds, to, limit) =>
      findReferring.findRows([JSON.stringify(kinds), appId, to, limit]).map(([type, id]) => ({ type, id })),
    findUserKeys: (appId, userId, nowMs, limit) =>
      findKeysOfUser.findRows([appId, userId, nowMs, limit]).map(readRecord),
    list(appId, type, { titlePrefix, titled }, order, after, limit) {
      if (titlePrefix !== undefined) {
        const from = titlePrefix.toLowerCase();
        return findByTitle.findRows([appId, type, from, `${from}\u{10ffff}`, limit]).map(readRecord);
      }
      const [beyond, way] = order === "newest" ? ["<", "DESC"] : [">", "ASC"];
      const [index, condition] =
        titled === true ? ["records_titled", "r.title IS NOT NULL"] : ["records_list", "r.deleted = 0"];
      const place = after === undefined ? "" : `AND (r.created_at_ms, r.id) ${beyond} (?, ?)`;
      const sql = `SELECT ${RECORD_COLUMNS} FROM records r INDEXED BY ${index}
        WHERE r.app_id = ? AND r.type = ? AND ${condition} ${place}
        ORDER BY r.created_at_ms ${way}, r.id ${way} LIMIT ?`;
      let statement = lists.get(sql);
      if (statement === undefined) {
        statement = connection.prepareRead<RecordRow>(sql);
        lists.set(sql, statement);
      }
      const position = after === undefined ? [] : [after.createdAtMs, after.id];
      return statement.findRows([appId, type, ...position, limit]).map(readRecord);
    },
    put(appId, put) {
      const { type, id, version, sealed, deleted, createdAtMs } = put;
      const title = deleted ? null : (put.title?.toLowerCase() ?? null);
      const state: SqlValue[] = [version, sealed, deleted ? 1 : 0, createdAtMs, put.expiresAtMs ?? null, title];
      const changed =
        version === 1 ? insert.run([appId, type, id, ...state]) : update.run([...state, appId, type, id, version - 1]);
      // INVARIANT: versions follow one another, whatever the caller checked.
      if (changed !== 1) throw new Error(`a ${type} was not at version ${version - 1}`);
      if (version > 1) removeReferences.run([appId, type, id]);
      if (!deleted) for (const { kind, to } of put.references) insertReference.run([appId, to, kind, type, id]);
      cache.stage({ appId, type, id, version, sealed, deleted, createdAtMs });
    },
    removeExpired(nowMs, limit) {
      const rows = findExpired.findRows([nowMs, limit]);
      for (const [row, appId, id] of rows) {
        removeRow.run([row]);
        removeReferences.run([appId, "user_key", id]);
        cache.stageRemoval(appId, { type: "user_key", id });
      }
      return rows.length;
    },
  };
}

export function readRecord([appId, type, id, version, sealed, deleted, createdAtMs]: RecordRow): StoredRecord {
  return { appId, type, id, version, sealed, deleted: deleted === 1, createdAtMs };
}
