import { makeId } from "../make-id.ts";
import type { DocumentStore, StoredDocument } from "../storage/documents.ts";
import { hashToken, makeToken } from "./token.ts";

export type SignInMethod = "link" | "email" | "passkey" | "invitation";

export type Session = {
  id: string;
  memberId: string;
  signedInAtMs: number;
  signedInWith: SignInMethod;
  lastSeenAtMs: number;
  expiresAtMs: number;
  userAgent: string;
  remoteAddress: string;
};

export const SESSION_MS = 12 * 3600 * 1000;
/** How long after a sign-in the acts that ask for a recent one are open. */
export const RECENT_MS = 15 * 60 * 1000;
const SEEN_EVERY_MS = 5 * 60 * 1000;
const LIST_MAX = 200;
const COLLECTION = "team_sessions";

type Body = Omit<Session, "id"> & { tokenSha256: string };

export async function startSession(
  documents: DocumentStore,
  start: { memberId: string; signedInWith: SignInMethod; userAgent: string; remoteAddress: string },
  nowMs: number,
): Promise<{ session: Session; token: string }> {
  const token = makeToken();
  const session: Session = {
    id: makeId(),
    ...start,
    userAgent: start.userAgent.slice(0, 300).replace(/[^\x20-\x7e]/g, "?"),
    signedInAtMs: nowMs,
    lastSeenAtMs: nowMs,
    expiresAtMs: nowMs + SESSION_MS,
  };
  await documents.writeDocuments({ put: [toDocument(session, hashToken(token), 1)] });
  return { session, token };
}

/** Undefined for a token that opens none, or none any more. */
export async function findSession(
  documents: DocumentStore,
  token: string,
  nowMs: number,
): Promise<Session | undefined> {
  const document = await documents.findDocumentByKey(COLLECTION, "", hashToken(token));
  if (document === undefined) return undefined;
  const { tokenSha256, ...session } = readBody(document);
  if (session.expiresAtMs <= nowMs) return undefined;
  if (nowMs - session.lastSeenAtMs >= SEEN_EVERY_MS) {
    session.lastSeenAtMs = nowMs;
    // Of two at once one fails, which says the same.
    await documents.writeDocuments({ put: [toDocument(session, tokenSha256, document.version + 1)] });
  }
  return session;
}

export async function listSessions(documents: DocumentStore, memberId: string, nowMs: number): Promise<Session[]> {
  const list = { collection: COLLECTION, scope: "", tags: [`member:${memberId}`], order: "newest" as const };
  const { data } = await documents.listDocuments(list, { cursor: undefined, limit: LIST_MAX });
  return data.map(readBody).filter((session) => session.expiresAtMs > nowMs);
}

export async function findSessionById(documents: DocumentStore, id: string): Promise<Session | undefined> {
  const document = await documents.findDocument({ collection: COLLECTION, scope: "", id });
  return document === undefined ? undefined : readBody(document);
}

/** From here on its token opens nothing. Ending one that has ended is no error. */
export async function endSession(documents: DocumentStore, id: string): Promise<void> {
  const key = { collection: COLLECTION, scope: "", id };
  for (;;) {
    const document = await documents.findDocument(key);
    if (document === undefined) return;
    const result = await documents.writeDocuments({ remove: [{ ...key, version: document.version }] });
    if (result.ok) return;
  }
}

export async function endSessionsOf(documents: DocumentStore, memberId: string): Promise<void> {
  for (const session of await listSessions(documents, memberId, 0)) await endSession(documents, session.id);
}

function toDocument({ id, ...session }: Session, tokenSha256: string, version: number) {
  return {
    collection: COLLECTION,
    scope: "",
    id,
    version,
    body: JSON.stringify({ ...session, tokenSha256 } satisfies Body),
    createdAtMs: session.signedInAtMs,
    expiresAtMs: session.expiresAtMs,
    keys: [tokenSha256],
    tags: [`member:${session.memberId}`],
  };
}

function readBody(document: StoredDocument): Session & { tokenSha256: string } {
  return { id: document.id, ...(JSON.parse(document.body) as Body) };
}
