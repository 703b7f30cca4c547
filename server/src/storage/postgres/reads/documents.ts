import type { ListPosition } from "../../cursor.ts";
import type { DocumentKey, DocumentList, StoredDocument } from "../../documents.ts";
import { type Reader, readInteger } from "../statement.ts";

export type DocumentReads = {
  find(key: DocumentKey): Promise<StoredDocument | undefined>;
  findByKey(collection: string, scope: string, key: string): Promise<StoredDocument | undefined>;
  list(list: DocumentList, after: ListPosition | undefined, limit: number): Promise<StoredDocument[]>;
  count(collection: string, scope: string, tag: string | undefined): Promise<number>;
};

type DocumentRow = [string, string, string, string, string, string, string | null];

const COLUMNS = "d.collection, d.scope, d.id, d.version, d.body, d.created_at_ms, d.expires_at_ms";
const FIND = `SELECT ${COLUMNS} FROM documents d WHERE d.collection = $1 AND d.scope = $2 AND d.id = $3`;
const FIND_BY_KEY = `SELECT ${COLUMNS} FROM document_keys k
  JOIN documents d ON d.collection = k.collection AND d.scope = k.scope AND d.id = k.document_id
  WHERE k.collection = $1 AND k.scope = $2 AND k.key = $3`;
const COUNT = "SELECT count(*) FROM documents WHERE collection = $1 AND scope = $2";
const COUNT_TAGGED = "SELECT count(*) FROM document_tags WHERE collection = $1 AND scope = $2 AND tag = $3";

export function createDocumentReads(reader: Reader): DocumentReads {
  return {
    find: async ({ collection, scope, id }) =>
      readDocument(await reader.findRow<DocumentRow>(FIND, [collection, scope, id])),
    findByKey: async (collection, scope, key) =>
      readDocument(await reader.findRow<DocumentRow>(FIND_BY_KEY, [collection, scope, key])),
    async list({ collection, scope, tags = [], order }, after, limit) {
      const position = after === undefined ? [] : [after.createdAtMs, after.id];
      const sql = listSql(tags.length, order, after !== undefined);
      const rows = await reader.findRows<DocumentRow>(sql, [collection, scope, ...tags, ...position, limit]);
      return rows.map((row) => readDocument(row)!);
    },
    async count(collection, scope, tag) {
      const params = [collection, scope, ...(tag === undefined ? [] : [tag])];
      const row = await reader.findRow<[string]>(tag === undefined ? COUNT : COUNT_TAGGED, params);
      return row === undefined ? 0 : readInteger(row[0]);
    },
  };
}

/** The first tag, where there is one, leads: its index has the order of the list. The others are looked up. */
function listSql(tagCount: number, order: DocumentList["order"], hasPosition: boolean): string {
  const [compare, direction] = order === "newest" ? ["<", "DESC"] : [">", "ASC"];
  const [lead, id] = tagCount === 0 ? ["d", "d.id"] : ["t", "t.document_id"];
  const from =
    tagCount === 0
      ? "documents d"
      : `document_tags t
         JOIN documents d ON d.collection = t.collection AND d.scope = t.scope AND d.id = t.document_id`;
  const conditions = [`${lead}.collection = $1`, `${lead}.scope = $2`];
  for (let index = 0; index < tagCount; index++) {
    const tag = `$${index + 3}`;
    conditions.push(
      index === 0
        ? `t.tag = ${tag}`
        : `EXISTS (SELECT 1 FROM document_tags o WHERE o.collection = t.collection AND o.scope = t.scope
             AND o.tag = ${tag} AND o.created_at_ms = t.created_at_ms AND o.document_id = t.document_id)`,
    );
  }
  const next = tagCount + 3;
  if (hasPosition) conditions.push(`(${lead}.created_at_ms, ${id}) ${compare} ($${next}::bigint, $${next + 1})`);
  return `SELECT ${COLUMNS} FROM ${from} WHERE ${conditions.join(" AND ")}
    ORDER BY ${lead}.created_at_ms ${direction}, ${id} ${direction} LIMIT $${hasPosition ? next + 2 : next}::bigint`;
}

function readDocument(row: DocumentRow | undefined): StoredDocument | undefined {
  if (row === undefined) return undefined;
  const [collection, scope, id, version, body, createdAtMs, expiresAtMs] = row;
  const times = {
    createdAtMs: readInteger(createdAtMs),
    expiresAtMs: expiresAtMs === null ? undefined : readInteger(expiresAtMs),
  };
  return { collection, scope, id, version: readInteger(version), body, ...times };
}
