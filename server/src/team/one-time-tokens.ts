import { makeId } from "../make-id.ts";
import type { DocumentStore, StoredDocument } from "../storage/documents.ts";
import { hashToken, makeToken } from "./token.ts";

export type OneTimeKind = "login_link" | "invitation";

export type OneTimeToken<Facts> = { id: string; facts: Facts; createdAtMs: number; expiresAtMs: number };

const LIST_MAX = 200;

/** Links that work once. Storage holds hashes; of two who take the same one, one gets it. */
export async function makeOneTimeToken<Facts extends object>(
  documents: DocumentStore,
  kind: OneTimeKind,
  facts: Facts,
  nowMs: number,
  lifetimeMs: number,
): Promise<OneTimeToken<Facts> & { token: string }> {
  const token = makeToken();
  const id = makeId();
  const made = { id, facts, createdAtMs: nowMs, expiresAtMs: nowMs + lifetimeMs };
  await documents.writeDocuments({
    put: [
      {
        ...keyOf(kind, id),
        version: 1,
        body: JSON.stringify(facts),
        createdAtMs: nowMs,
        expiresAtMs: made.expiresAtMs,
        keys: [hashToken(token)],
      },
    ],
  });
  return { ...made, token };
}

/** INVARIANT: the removal names the version it saw, so a token is given out to one taker at most. */
export async function takeOneTimeToken<Facts>(
  documents: DocumentStore,
  kind: OneTimeKind,
  token: string,
  nowMs: number,
): Promise<OneTimeToken<Facts> | undefined> {
  const document = await documents.findDocumentByKey(collectionOf(kind), "", hashToken(token));
  if (document === undefined) return undefined;
  const removal = { ...keyOf(kind, document.id), version: document.version };
  const result = await documents.writeDocuments({ remove: [removal] });
  const taken = read<Facts>(document);
  return result.ok && taken.expiresAtMs > nowMs ? taken : undefined;
}

export async function listOneTimeTokens<Facts>(
  documents: DocumentStore,
  kind: OneTimeKind,
  nowMs: number,
): Promise<OneTimeToken<Facts>[]> {
  const list = { collection: collectionOf(kind), scope: "", order: "newest" as const };
  const { data } = await documents.listDocuments(list, { cursor: undefined, limit: LIST_MAX });
  return data.map((document) => read<Facts>(document)).filter((token) => token.expiresAtMs > nowMs);
}

/** False when there is none (any more). */
export async function revokeOneTimeToken(documents: DocumentStore, kind: OneTimeKind, id: string): Promise<boolean> {
  const document = await documents.findDocument(keyOf(kind, id));
  if (document === undefined) return false;
  return (await documents.writeDocuments({ remove: [{ ...keyOf(kind, id), version: document.version }] })).ok;
}

function collectionOf(kind: OneTimeKind): string {
  return `team_${kind}s`;
}

function keyOf(kind: OneTimeKind, id: string) {
  return { collection: collectionOf(kind), scope: "", id };
}

function read<Facts>(document: StoredDocument): OneTimeToken<Facts> {
  const { id, createdAtMs, expiresAtMs = 0, body } = document;
  return { id, createdAtMs, expiresAtMs: expiresAtMs ?? 0, facts: JSON.parse(body) as Facts };
}
