import { isStorableText } from "./commit-unit.ts";
import type { CursorScope } from "./cursor.ts";
import type { DocumentList, DocumentUnit } from "./documents.ts";
import { InvalidUnitError } from "./storage.ts";

const TAGS_MAX = 4;

/** Refuses what no caller should have built, with `InvalidUnitError`, before any of it is written. */
export function assertDocumentUnit({ put = [], remove = [] }: DocumentUnit): void {
  for (const { collection, scope, id, version } of [...put, ...remove]) {
    for (const text of [collection, scope, id]) assertText(text, "the name of a document");
    if (!Number.isSafeInteger(version) || version < 1) throw new InvalidUnitError("version of a document is not >= 1");
  }
  for (const { body, createdAtMs, expiresAtMs = 0, keys = [], tags = [] } of put) {
    for (const text of [body, ...keys, ...tags]) assertText(text, "a document");
    for (const time of [createdAtMs, expiresAtMs]) {
      if (!Number.isSafeInteger(time)) throw new InvalidUnitError("a time of a document is not a safe integer");
    }
  }
  const names = [...put, ...remove].map(({ collection, scope, id }) => JSON.stringify([collection, scope, id]));
  if (new Set(names).size !== names.length) throw new InvalidUnitError("one unit names the same document twice");
}

export function assertDocumentList({ tags = [] }: DocumentList): void {
  if (tags.length > TAGS_MAX) throw new RangeError(`a list is filtered by at most ${TAGS_MAX} tags`);
}

/** A cursor of one list, order and filter is refused in another. */
export function documentScope({ collection, scope, tags = [], order }: DocumentList): CursorScope {
  return { list: "documents", appId: JSON.stringify([collection, scope, order, ...tags]) };
}

function assertText(value: unknown, what: string): void {
  if (!isStorableText(value)) throw new InvalidUnitError(`${what} holds text that cannot be stored`);
}
