import type { PutRecord, RecordKey, RecordReference, RecordType } from "../../storage.ts";
import type { Load, Stage } from "../batch.ts";
import { type Row, readInteger, type Statement, toColumns } from "../statement.ts";
import { compareKeys, createKeyed } from "./keyed.ts";

type State = { version: number; deleted: boolean };

export type RecordStage = Stage & {
  /** `share` for a version that a decision used, `update` for a record that gets a next version. */
  want(appId: string, key: RecordKey, lock: "share" | "update"): void;
  wantReferrers(appId: string, kinds: RecordReference["kind"][], to: string): void;
  /** Undefined when there is none and never was. */
  findCurrent(appId: string, key: RecordKey): State | undefined;
  findReferrer(appId: string, kinds: RecordReference["kind"][], to: string): RecordKey | undefined;
  countReferrers(appId: string, kinds: RecordReference["kind"][], to: string): number;
  /** The caller has checked the version. */
  put(appId: string, put: PutRecord): void;
};

const REFERRERS_MAX = 10_000;

const LOCKS = Object.fromEntries(
  (["share", "update"] as const).map((lock) => [
    lock,
    `SELECT r.app_id, r.type, r.id, r.version, r.deleted
     FROM unnest($1::text[], $2::text[], $3::text[]) AS k (app_id, type, id)
     JOIN records r ON r.app_id = k.app_id AND r.type = k.type AND r.id = k.id
     ORDER BY r.app_id, r.type, r.id FOR ${lock.toUpperCase()} OF r`,
  ]),
);

const FIND_REFERRERS = `SELECT DISTINCT f.type, f.id FROM record_references f
  WHERE f.app_id = $1 AND f.target = $2 AND f.kind = ANY ($3::text[]) ORDER BY f.type, f.id LIMIT ${REFERRERS_MAX}`;

const INSERT = `INSERT INTO records (app_id, type, id, version, sealed, deleted, created_at_ms, expires_at_ms, title)
  SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::boolean[], $7::bigint[],
    $8::bigint[], $9::text[])`;

const UPDATE = `UPDATE records r SET version = k.version, sealed = k.sealed, deleted = k.deleted,
    created_at_ms = k.created_at_ms, expires_at_ms = k.expires_at_ms, title = k.title
  FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::boolean[], $7::bigint[], $8::bigint[],
    $9::text[]) AS k (app_id, type, id, version, sealed, deleted, created_at_ms, expires_at_ms, title)
  WHERE r.app_id = k.app_id AND r.type = k.type AND r.id = k.id`;

const REMOVE_REFERENCES = `DELETE FROM record_references f
  USING unnest($1::text[], $2::text[], $3::text[]) AS k (app_id, type, id)
  WHERE f.app_id = k.app_id AND f.type = k.type AND f.id = k.id`;

const INSERT_REFERENCES = `INSERT INTO record_references (app_id, target, kind, type, id)
  SELECT DISTINCT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])`;

export function createRecordStage(): RecordStage {
  const locks = new Map<string, { row: string[]; lock: "share" | "update" }>();
  const states = createKeyed<State>();
  const puts = createKeyed<PutRecord>();
  const referrers = createKeyed<RecordKey[]>();

  /** One statement for each run of equal locks: what is to be updated must not be share-locked first. */
  function lockStatements(): Load[] {
    const ordered = [...locks.values()].sort((left, right) => compareKeys(left.row, right.row));
    const runs: { lock: "share" | "update"; rows: string[][] }[] = [];
    for (const { row, lock } of ordered) {
      const run = runs.at(-1);
      if (run?.lock === lock) run.rows.push(row);
      else runs.push({ lock, rows: [row] });
    }
    return runs.map(({ lock, rows }) => ({ sql: LOCKS[lock]!, params: toColumns(rows, 3), take: takeStates }));
  }

  function takeStates(rows: Row[]): void {
    for (const [appId, type, id, version, deleted] of rows as [string, string, string, string, boolean][]) {
      states.keep([appId, type, id], { version: readInteger(version), deleted });
    }
  }

  /** After the locks, in a statement of its own: it sees whatever the holders of the locks before us committed. */
  function referrerStatements(): Load[] {
    return referrers.wanted().map((key) => {
      const [appId = "", to = "", ...kinds] = key;
      const take = (rows: Row[]) => {
        const found = rows as [RecordType, string][];
        referrers.keep(
          key,
          found.map(([type, id]) => ({ type, id })),
        );
      };
      return { sql: FIND_REFERRERS, params: [appId, to, kinds], take };
    });
  }

  /** Those of the database that this batch has not changed, and those that it has. */
  function listReferrers(appId: string, kinds: RecordReference["kind"][], to: string): RecordKey[] {
    const own = puts.changes().flatMap(({ key, value }) => {
      if (key[0] !== appId || value === undefined || value.deleted) return [];
      const refers = value.references.some((reference) => reference.to === to && kinds.includes(reference.kind));
      return refers ? [{ type: value.type, id: value.id }] : [];
    });
    const stored = referrers.find(appId, to, ...kinds) ?? [];
    return [...own, ...stored.filter(({ type, id }) => puts.find(appId, type, id) === undefined)];
  }

  return {
    want(appId, { type, id }, lock) {
      const row = [appId, type, id];
      const name = JSON.stringify(row);
      if (lock === "update" || !locks.has(name)) locks.set(name, { row, lock });
    },
    wantReferrers(appId, kinds, to) {
      referrers.want(appId, to, ...kinds);
    },
    findCurrent: (appId, { type, id }) => states.find(appId, type, id),
    findReferrer: (appId, kinds, to) => listReferrers(appId, kinds, to)[0],
    countReferrers: (appId, kinds, to) => listReferrers(appId, kinds, to).length,
    put(appId, put) {
      const key = [appId, put.type, put.id];
      states.set(key, { version: put.version, deleted: put.deleted });
      puts.set(key, put);
    },
    load: () => [...lockStatements(), ...referrerStatements()],
    flush() {
      const changed = states.changes().map(({ key, before }) => ({ key, before, put: puts.find(...key)! }));
      const rowOf = ({ key, put }: (typeof changed)[number]) => {
        const { version, sealed, deleted, createdAtMs, expiresAtMs } = put;
        const title = deleted ? null : (put.title?.toLowerCase() ?? null);
        return [...key, version, sealed, deleted, createdAtMs, expiresAtMs ?? null, title];
      };
      const added = changed.filter(({ before }) => before === undefined);
      const moved = changed.filter(({ before }) => before !== undefined);
      const references = changed
        .filter(({ put }) => !put.deleted)
        .flatMap(({ key: [appId, type, id], put }) =>
          put.references.map(({ kind, to }) => [appId!, to, kind, type!, id!]),
        );
      const statements: Statement[] = [];
      if (added.length > 0) statements.push({ sql: INSERT, params: toColumns(added.map(rowOf), 9) });
      if (moved.length > 0) {
        statements.push({ sql: UPDATE, params: toColumns(moved.map(rowOf), 9) });
        const keys = moved.map(({ key }) => key);
        statements.push({ sql: REMOVE_REFERENCES, params: toColumns(keys, 3) });
      }
      if (references.length > 0) statements.push({ sql: INSERT_REFERENCES, params: toColumns(references, 5) });
      return statements;
    },
  };
}
