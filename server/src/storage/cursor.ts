import { createHmac, timingSafeEqual } from "node:crypto";
import { InvalidCursorError, type Paged } from "./storage.ts";

/** A place in a list ordered by creation, then id: the last row that was given out. */
export type ListPosition = { createdAtMs: number; id: string };

/** The list that a cursor belongs to. A cursor of one scope is refused in another. */
export type CursorScope = { list: "wallets" | "users" | "documents" | "records" | "transactions"; appId: string };

const TAG_BYTES = 16;

/**
 * A cursor is base64url of `tag || createdAtMs ":" id`, where the tag is HMAC-SHA-256 (RFC 2104), cut to 16 bytes,
 * over the scope and the position. The key is the database's own, so cursors outlive a restart and hold on every
 * replica. The tag keeps clients from building on the format, and one app's cursor from being read in another.
 */
export function encodeCursor(key: Uint8Array, scope: CursorScope, position: ListPosition): string {
  const text = `${position.createdAtMs}:${position.id}`;
  return Buffer.concat([tagPosition(key, scope, text), Buffer.from(text, "utf8")]).toString("base64url");
}

/** Throws `InvalidCursorError` for whatever `encodeCursor` did not make with this key and scope. */
export function decodeCursor(key: Uint8Array, scope: CursorScope, cursor: string): ListPosition {
  const bytes = Buffer.from(cursor, "base64url");
  // Buffer skips what it cannot read; only the one spelling that we make is a cursor.
  if (bytes.length <= TAG_BYTES || bytes.toString("base64url") !== cursor) throw invalidCursor();
  const text = bytes.subarray(TAG_BYTES).toString("utf8");
  if (!timingSafeEqual(bytes.subarray(0, TAG_BYTES), tagPosition(key, scope, text))) throw invalidCursor();
  const colon = text.indexOf(":");
  return { createdAtMs: Number(text.slice(0, colon)), id: text.slice(colon + 1) };
}

/** A page of one row more than wanted. Where it holds no more, the list goes on after `end`, if it does at all. */
export function cutPage<T extends ListPosition>(
  rows: readonly T[],
  limit: number,
  end: ListPosition | undefined,
  encode: (position: ListPosition) => string,
): Paged<T> {
  const data = rows.slice(0, limit);
  const last = rows.length > limit ? data.at(-1) : end;
  return { data, nextCursor: last === undefined ? undefined : encode(last) };
}

function tagPosition(key: Uint8Array, scope: CursorScope, text: string): Uint8Array {
  const message = JSON.stringify([scope.list, scope.appId, text]);
  return createHmac("sha256", key).update(message, "utf8").digest().subarray(0, TAG_BYTES);
}

function invalidCursor(): InvalidCursorError {
  return new InvalidCursorError("the cursor is not one of this list; start again without a cursor");
}
