import type { ListPosition } from "../../cursor.ts";
import type {
  DocumentKey,
  DocumentList,
  DocumentResult,
  DocumentUnit,
  PutDocument,
  StoredDocument,
} from "../../documents.ts";
import type { Connection, ReadStatement } from "../connection.ts";

export type DocumentTable = {
  find(key: DocumentKey): StoredDocument | undefined;
  findByKey(collection: string, scope: string, key: string): StoredDocument | undefined;
  list(list: DocumentList, after: ListPosition | undefined, limit: number): StoredDocument[];
  count(collection: string, scope: string, tag: string | undefined): number;
  /** All conditions are looked at before anything is written. */
  apply(unit: DocumentUnit): DocumentResult;
  /** Removes at most `limit` that expired before `nowMs`; returns how many. */
  removeExpired(nowMs: number, limit: number): number;
};

type Row = [string, string, string, number, string, number, number | null];

const COLUMNS = "d.collection, d.scope, d.id, d.version, d.body, d.created_at_ms, d.expires_at_ms";
const SAME = "collection = ? AND scope = ?";

export function createDocumentTable(connection: Connection): DocumentTable {
  const find = connection.prepareRead<Row>(
    `SELECT ${COLUMNS} FROM documents d WHERE d.collection = ? AND d.scope = ? AND d.id = ?`,
  );
  const findByKey = connection.prepareRead<Row>(
    `SELECT ${COLUMNS} FROM document_keys k
     CROSS JOIN documents d ON d.collection = k.collection AND d.scope = k.scope AND d.id = k.document_id
     WHERE k.collection = ? AND k.scope = ? AND k.key = ?`,
  );
  const findKeyHolder = connection.prepareRead<[string]>(
    `SELECT document_id FROM document_keys WHERE ${SAME} AND key = ?`,
  );
  const count = connection.prepareRead<[number]>(`SELECT COUNT(*) FROM documents WHERE ${SAME}`);
  const countTagged = connection.prepareRead<[number]>(`SELECT COUNT(*) FROM document_tags WHERE ${SAME} AND tag = ?`);
  const put = connection.prepareWrite(
    `INSERT INTO documents (collection, scope, id, version, body, created_at_ms, expires_at_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (collection, scope, id) DO UPDATE SET version = excluded.version, body = excluded.body,
       created_at_ms = excluded.created_at_ms, expires_at_ms = excluded.expires_at_ms`,
  );
  const insertKey = connection.prepareWrite(
    "INSERT INTO document_keys (collection, scope, key, document_id) VALUES (?, ?, ?, ?)",
  );
  const insertTag = connection.prepareWrite(
    "INSERT INTO document_tags (collection, scope, tag, created_at_ms, document_id) VALUES (?, ?, ?, ?, ?)",
  );
  const removals = ["document_keys", "document_tags"].map((table) =>
    connection.prepareWrite(`DELETE FROM ${table} WHERE ${SAME} AND document_id = ?`),
  );
  const remove = connection.prepareWrite(`DELETE FROM documents WHERE ${SAME} AND id = ?`);
  const findExpired = connection.prepareRead<[string, string, string]>(
    "SELECT collection, scope, id FROM documents WHERE expires_at_ms < ? LIMIT ?",
  );
  const lists = new Map<string, ReadStatement<Row>>();

  function versionOf({ collection, scope, id }: DocumentKey): number {
    return find.findRow([collection, scope, id])?.[3] ?? 0;
  }

  function findConflict({ put: puts = [], remove: removed = [] }: DocumentUnit): DocumentResult {
    for (const document of removed) if (versionOf(document) !== document.version) return stale(document);
    for (const document of puts) if (versionOf(document) !== document.version - 1) return stale(document);
    const leaving = new Set([...removed, ...puts].map(nameOf));
    const taken = new Set<string>();
    for (const document of puts) {
      const { collection, scope } = document;
      for (const key of new Set(document.keys)) {
        const holder = findKeyHolder.findRow([collection, scope, key])?.[0];
        const isHeld = holder !== undefined && !leaving.has(nameOf({ collection, scope, id: holder }));
        const name = nameOf({ collection, scope, id: key });
        if (isHeld || taken.has(name)) return { ok: false, reason: "key_taken", document: keyOf(document), key };
        taken.add(name);
      }
    }
    return { ok: true };
  }

  function removeIndex({ collection, scope, id }: DocumentKey): void {
    for (const removal of removals) removal.run([collection, scope, id]);
  }

  function insert(document: PutDocument): void {
    const { collection, scope, id, version, body, createdAtMs, expiresAtMs, keys, tags } = document;
    put.run([collection, scope, id, version, body, createdAtMs, expiresAtMs ?? null]);
    for (const key of new Set(keys)) insertKey.run([collection, scope, key, id]);
    for (const tag of new Set(tags)) insertTag.run([collection, scope, tag, createdAtMs, id]);
  }

  return {
    find: ({ collection, scope, id }) => readDocument(find.findRow([collection, scope, id])),
    findByKey: (collection, scope, key) => readDocument(findByKey.findRow([collection, scope, key])),
    list({ collection, scope, tags = [], order }, after, limit) {
      const sql = listSql(tags.length, order, after !== undefined);
      let statement = lists.get(sql);
      if (statement === undefined) {
        statement = connection.prepareRead<Row>(sql);
        lists.set(sql, statement);
      }
      const position = after === undefined ? [] : [after.createdAtMs, after.id];
      return statement.findRows([collection, scope, ...tags, ...position, limit]).map((row) => readDocument(row)!);
    },
    count(collection, scope, tag) {
      const row =
        tag === undefined ? count.findRow([collection, scope]) : countTagged.findRow([collection, scope, tag]);
      return row?.[0] ?? 0;
    },
    apply(unit) {
      const conflict = findConflict(unit);
      if (!conflict.ok) return conflict;
      const { put: puts = [], remove: removed = [] } = unit;
      for (const document of [...removed, ...puts]) removeIndex(document);
      for (const { collection, scope, id } of removed) remove.run([collection, scope, id]);
      for (const document of puts) insert(document);
      return { ok: true };
    },
    removeExpired(nowMs, limit) {
      const expired = findExpired.findRows([nowMs, limit]);
      for (const [collection, scope, id] of expired) {
        removeIndex({ collection, scope, id });
        remove.run([collection, scope, id]);
      }
      return expired.length;
    },
  };
}

/** The first tag, where there is one, leads: its index has the order of the list. The others are looked up. */
function listSql(tagCount: number, order: DocumentList["order"], hasPosition: boolean): string {
  const [compare, direction] = order === "newest" ? ["<", "DESC"] : [">", "ASC"];
  const lead = tagCount === 0 ? "d" : "t";
  const id = tagCount === 0 ? "d.id" : "t.document_id";
  const from =
    tagCount === 0
      ? "documents d"
      : `document_tags t
         CROSS JOIN documents d ON d.collection = t.collection AND d.scope = t.scope AND d.id = t.document_id`;
  const others = Array.from(
    { length: Math.max(0, tagCount - 1) },
    (_, index) => `AND EXISTS (SELECT 1 FROM document_tags o${index} WHERE o${index}.collection = t.collection
       AND o${index}.scope = t.scope AND o${index}.tag = ? AND o${index}.created_at_ms = t.created_at_ms
       AND o${index}.document_id = t.document_id)`,
  );
  return `SELECT ${COLUMNS} FROM ${from} WHERE ${lead}.collection = ? AND ${lead}.scope = ?
    ${tagCount === 0 ? "" : "AND t.tag = ?"} ${others.join(" ")}
    ${hasPosition ? `AND (${lead}.created_at_ms, ${id}) ${compare} (?, ?)` : ""}
    ORDER BY ${lead}.created_at_ms ${direction}, ${id} ${direction} LIMIT ?`;
}

function readDocument(row: Row | undefined): StoredDocument | undefined {
  if (row === undefined) return undefined;
  const [collection, scope, id, version, body, createdAtMs, expiresAtMs] = row;
  return { collection, scope, id, version, body, createdAtMs, expiresAtMs: expiresAtMs ?? undefined };
}

function stale(document: DocumentKey): DocumentResult {
  return { ok: false, reason: "stale", document: keyOf(document) };
}

function keyOf({ collection, scope, id }: DocumentKey): DocumentKey {
  return { collection, scope, id };
}

function nameOf({ collection, scope, id }: DocumentKey): string {
  return JSON.stringify([collection, scope, id]);
}
