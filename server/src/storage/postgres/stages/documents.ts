import type { DocumentKey, DocumentResult, DocumentUnit, PutDocument } from "../../documents.ts";
import type { Load, Stage } from "../batch.ts";
import { type Row, readInteger, type Statement, toColumns } from "../statement.ts";
import { createKeyed } from "./keyed.ts";

export type DocumentStage = Stage & {
  want(unit: DocumentUnit): void;
  /** All conditions are looked at before anything is written. */
  apply(unit: DocumentUnit): DocumentResult;
};

/** Version 0 is none. */
type State = { version: number; document: PutDocument | undefined };

const LOCK = `SELECT d.collection, d.scope, d.id, d.version
  FROM unnest($1::text[], $2::text[], $3::text[]) AS k (collection, scope, id)
  JOIN documents d ON d.collection = k.collection AND d.scope = k.scope AND d.id = k.id
  ORDER BY d.collection, d.scope, d.id FOR UPDATE OF d`;

const FIND_HOLDERS = `SELECT h.collection, h.scope, h.key, h.document_id
  FROM unnest($1::text[], $2::text[], $3::text[]) AS k (collection, scope, key)
  JOIN document_keys h ON h.collection = k.collection AND h.scope = k.scope AND h.key = k.key`;

const removal = (table: string, column: string) => `DELETE FROM ${table} t
  USING unnest($1::text[], $2::text[], $3::text[]) AS k (collection, scope, id)
  WHERE t.collection = k.collection AND t.scope = k.scope AND t.${column} = k.id`;

const INSERT = `INSERT INTO documents (collection, scope, id, version, body, created_at_ms, expires_at_ms)
  SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::bigint[], $7::bigint[])`;

const UPDATE = `UPDATE documents d SET version = k.version, body = k.body, created_at_ms = k.created_at_ms,
    expires_at_ms = k.expires_at_ms
  FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::bigint[], $7::bigint[])
    AS k (collection, scope, id, version, body, created_at_ms, expires_at_ms)
  WHERE d.collection = k.collection AND d.scope = k.scope AND d.id = k.id`;

const INSERT_KEYS = `INSERT INTO document_keys (collection, scope, key, document_id)
  SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[])`;

const INSERT_TAGS = `INSERT INTO document_tags (collection, scope, tag, created_at_ms, document_id)
  SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[])`;

export function createDocumentStage(): DocumentStage {
  const states = createKeyed<State>();
  const holders = createKeyed<string>();

  function findConflict({ put = [], remove = [] }: DocumentUnit): DocumentResult {
    const versionOf = (document: DocumentKey) => states.find(...keyOf(document))?.version ?? 0;
    for (const document of remove) if (versionOf(document) !== document.version) return stale(document);
    for (const document of put) if (versionOf(document) !== document.version - 1) return stale(document);
    const leaving = new Set([...remove, ...put].map((document) => JSON.stringify(keyOf(document))));
    const taken = new Set<string>();
    for (const document of put) {
      const { collection, scope } = document;
      for (const key of new Set(document.keys)) {
        const holder = holders.find(collection, scope, key);
        const isHeld = holder !== undefined && !leaving.has(JSON.stringify([collection, scope, holder]));
        const name = JSON.stringify([collection, scope, key]);
        if (isHeld || taken.has(name)) return { ok: false, reason: "key_taken", document: nameOf(document), key };
        taken.add(name);
      }
    }
    return { ok: true };
  }

  function release({ collection, scope, id }: DocumentKey): void {
    const known = [...holders.wanted(), ...holders.changes().map(({ key }) => key)];
    for (const key of known) {
      if (key[0] === collection && key[1] === scope && holders.find(...key) === id) holders.set(key, undefined);
    }
  }

  return {
    want({ put = [], remove = [] }) {
      for (const document of [...put, ...remove]) states.want(...keyOf(document));
      for (const { collection, scope, keys = [] } of put) for (const key of keys) holders.want(collection, scope, key);
    },
    apply(unit) {
      const conflict = findConflict(unit);
      if (!conflict.ok) return conflict;
      const { put = [], remove = [] } = unit;
      for (const document of [...remove, ...put]) release(document);
      for (const document of remove) states.set(keyOf(document), { version: 0, document: undefined });
      for (const document of put) {
        const { collection, scope, id, version, keys = [] } = document;
        states.set(keyOf(document), { version, document });
        for (const key of keys) holders.set([collection, scope, key], id);
      }
      return conflict;
    },
    load() {
      const loads: Load[] = [];
      const keys = states.wanted();
      if (keys.length > 0) {
        const take = (rows: Row[]) => {
          for (const [collection, scope, id, version] of rows as [string, string, string, string][]) {
            states.keep([collection, scope, id], { version: readInteger(version), document: undefined });
          }
        };
        loads.push({ sql: LOCK, params: toColumns(keys, 3), take });
      }
      const unique = holders.wanted();
      if (unique.length > 0) {
        const take = (rows: Row[]) => {
          for (const [collection, scope, key, id] of rows as [string, string, string, string][]) {
            holders.keep([collection, scope, key], id);
          }
        };
        loads.push({ sql: FIND_HOLDERS, params: toColumns(unique, 3), take });
      }
      return loads;
    },
    flush() {
      const changed = states.changes();
      const statements: Statement[] = [];
      const add = (sql: string, rows: Row[], width: number) => {
        if (rows.length > 0) statements.push({ sql, params: toColumns(rows, width) });
      };
      const stored = changed.filter(({ before }) => before !== undefined).map(({ key }) => key);
      for (const table of ["document_keys", "document_tags"]) add(removal(table, "document_id"), stored, 3);
      const gone = changed.filter(({ value, before }) => value!.document === undefined && before !== undefined);
      add(
        removal("documents", "id"),
        gone.map(({ key }) => key),
        3,
      );
      const live = changed.filter(({ value }) => value!.document !== undefined);
      const rowOf = ({ key, value }: (typeof live)[number]) => {
        const { version, body, createdAtMs, expiresAtMs } = value!.document!;
        return [...key, version, body, createdAtMs, expiresAtMs ?? null];
      };
      add(UPDATE, live.filter(({ before }) => before !== undefined).map(rowOf), 7);
      add(INSERT, live.filter(({ before }) => before === undefined).map(rowOf), 7);
      const documents = live.map(({ value }) => value!.document!);
      const keys = documents.flatMap(({ collection, scope, id, keys: own = [] }) =>
        [...new Set(own)].map((key) => [collection, scope, key, id]),
      );
      add(
        INSERT_KEYS,
        keys.sort((left, right) => (left[2]! < right[2]! ? -1 : 1)),
        4,
      );
      const tags = documents.flatMap(({ collection, scope, id, createdAtMs, tags: own = [] }) =>
        [...new Set(own)].map((tag) => [collection, scope, tag, createdAtMs, id]),
      );
      add(INSERT_TAGS, tags, 5);
      return statements;
    },
  };
}

function keyOf({ collection, scope, id }: DocumentKey): string[] {
  return [collection, scope, id];
}

function nameOf({ collection, scope, id }: DocumentKey): DocumentKey {
  return { collection, scope, id };
}

function stale(document: DocumentKey): DocumentResult {
  return { ok: false, reason: "stale", document: nameOf(document) };
}
