/**
 * Documents: state of the server that carries no authority. Sessions, one-time codes, members of the team, invitations,
 * audit entries. No decision of the signer rests on one; whoever can write them can show wrong things or sign people
 * out, and cannot move money. Modules such as `sessions.ts` ask their own questions and keep their documents here.
 *
 * A document lives in a `collection` (one per module) and a `scope` (an app id, or "" for the deployment) and is
 * changed by compare-and-set on its version.
 */
export type DocumentKey = { collection: string; scope: string; id: string };

export type PutDocument = DocumentKey & {
  /** 1 demands that there is none; n that version n - 1 is stored. */
  version: number;
  /** JSON text. */
  body: string;
  createdAtMs: number;
  /** Removed by `prune` some time after this. Readers compare it themselves. */
  expiresAtMs?: number;
  /** Each unique in its collection and scope; found with `findDocumentByKey`. Replaces those of before. */
  keys?: string[];
  /** For filtering lists. Replaces those of before. */
  tags?: string[];
};

export type StoredDocument = DocumentKey & {
  version: number;
  body: string;
  createdAtMs: number;
  expiresAtMs: number | undefined;
};

/** All of it or nothing. A removal names the version it saw, so that of two takers one fails. */
export type DocumentUnit = {
  put?: PutDocument[];
  remove?: (DocumentKey & { version: number })[];
};

export type DocumentResult =
  | { ok: true }
  /** Another version is stored, or none, or there is one where none should be. */
  | { ok: false; reason: "stale"; document: DocumentKey }
  | { ok: false; reason: "key_taken"; document: DocumentKey; key: string };

export type DocumentList = {
  collection: string;
  scope: string;
  /** Only documents with all of these. At most 4. */
  tags?: string[];
  /** By creation, then id. */
  order: "newest" | "oldest";
};

export interface DocumentStore {
  findDocument(key: DocumentKey): Promise<StoredDocument | undefined>;
  findDocumentByKey(collection: string, scope: string, key: string): Promise<StoredDocument | undefined>;
  /** Cursors are opaque and bound to the list; a malformed one is `InvalidCursorError`. Limits are 1 to 10,000. */
  listDocuments(
    list: DocumentList,
    page: { cursor: string | undefined; limit: number },
  ): Promise<{ data: StoredDocument[]; nextCursor: string | undefined }>;
  countDocuments(collection: string, scope: string, tag?: string): Promise<number>;
  /** Durable when it resolves; shares the group commit. */
  writeDocuments(unit: DocumentUnit): Promise<DocumentResult>;
}
