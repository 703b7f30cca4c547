import { timingSafeEqual } from "node:crypto";
import type { Deps } from "../deps.ts";
import { makeId } from "../make-id.ts";
import { getServerKey } from "../server-key.ts";
import type { StoredDocument } from "../storage/documents.ts";

/**
 * Sessions of users. A refresh token is derived, not stored: it is a MAC over session and generation under the server's
 * key, so the database holds nothing that would open a session. Each use makes the next generation. One that was just
 * replaced still gets the current one for a while, since tabs refresh at the same moment and answers get lost; after
 * that it is taken for stolen and the session ends (RFC 9700 §4.14.2).
 */
export type Session = { id: string; userId: string };

type Body = {
  userId: string;
  generation: number;
  /** When generations were replaced, the newest last; those out of grace are dropped. */
  replaced: { generation: number; atMs: number }[];
  endedAtMs: number | null;
};

export type Refreshed = { ok: true; session: Session; refreshToken: string } | { ok: false };

const COLLECTION = "sessions";
export const REFRESH_GRACE_MS = 60_000;
const ATTEMPTS_MAX = 10;
/** How many of a user's sessions a list holds. */
export const SESSIONS_MAX = 100;

export function makeSessionId(): string {
  return makeId();
}

export async function startSession(deps: Deps, appId: string, session: Session, lifetimeS: number): Promise<string> {
  const body: Body = { userId: session.userId, generation: 1, replaced: [], endedAtMs: null };
  const result = await deps.documents.writeDocuments({
    put: [
      {
        ...keyOf(appId, session.id),
        version: 1,
        body: JSON.stringify(body),
        createdAtMs: deps.nowMs(),
        expiresAtMs: deps.nowMs() + lifetimeS * 1000,
        tags: [`user:${session.userId}`],
      },
    ],
  });
  if (!result.ok) throw new Error("a new session's id is taken");
  return makeToken(deps, appId, session.id, 1);
}

/** The session that lives, and whose it is. */
export async function findSession(deps: Deps, appId: string, id: string): Promise<Session | undefined> {
  const stored = await find(deps, appId, id);
  return stored === undefined ? undefined : { id, userId: stored.body.userId };
}

export async function refresh(deps: Deps, appId: string, token: string, lifetimeS: number): Promise<Refreshed> {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const named = await readToken(deps, appId, token);
    const stored = named === undefined ? undefined : await find(deps, appId, named.id);
    if (named === undefined || stored === undefined) return { ok: false };
    const { body } = stored;
    const session = { id: named.id, userId: body.userId };
    if (named.generation === body.generation) {
      const next = body.generation + 1;
      const replaced = [...inGrace(deps, body), { generation: body.generation, atMs: deps.nowMs() }];
      const isWritten = await put(deps, stored, { ...body, generation: next, replaced }, lifetimeS);
      if (!isWritten) continue;
      return { ok: true, session, refreshToken: await makeToken(deps, appId, named.id, next) };
    }
    if (inGrace(deps, body).some(({ generation }) => generation === named.generation))
      return { ok: true, session, refreshToken: await makeToken(deps, appId, named.id, body.generation) };
    if (await put(deps, stored, { ...body, endedAtMs: deps.nowMs() }, undefined)) return { ok: false };
  }
  return { ok: false };
}

export type LiveSession = { id: string; createdAtMs: number; refreshedAtMs: number | null; expiresAtMs: number };

/** The newest first. */
export async function listSessions(deps: Deps, appId: string, userId: string): Promise<LiveSession[]> {
  const live: LiveSession[] = [];
  let cursor: string | undefined;
  do {
    const list = { collection: COLLECTION, scope: appId, tags: [`user:${userId}`], order: "newest" as const };
    const page = await deps.documents.listDocuments(list, { cursor, limit: SESSIONS_MAX });
    for (const { id, body, createdAtMs, expiresAtMs } of page.data) {
      const { endedAtMs, replaced } = JSON.parse(body) as Body;
      if (endedAtMs !== null || expiresAtMs === undefined || expiresAtMs <= deps.nowMs()) continue;
      live.push({ id, createdAtMs, refreshedAtMs: replaced.at(-1)?.atMs ?? null, expiresAtMs });
    }
    cursor = page.nextCursor;
  } while (cursor !== undefined && live.length < SESSIONS_MAX);
  return live.slice(0, SESSIONS_MAX);
}

/** The session that a refresh token names, ended. Undefined when there is none, or it has ended. */
export async function endSessionOf(deps: Deps, appId: string, token: string): Promise<Session | undefined> {
  const named = await readToken(deps, appId, token);
  return named === undefined ? undefined : endSession(deps, appId, named.id);
}

export async function endSession(deps: Deps, appId: string, id: string): Promise<Session | undefined> {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const stored = await find(deps, appId, id);
    if (stored === undefined) return undefined;
    const isWritten = await put(deps, stored, { ...stored.body, endedAtMs: deps.nowMs() }, undefined);
    if (isWritten) return { id, userId: stored.body.userId };
  }
  throw new Error("a session could not be ended");
}

function inGrace(deps: Deps, body: Body): Body["replaced"] {
  return body.replaced.filter(({ atMs }) => deps.nowMs() - atMs < REFRESH_GRACE_MS).slice(-50);
}

async function find(
  deps: Deps,
  appId: string,
  id: string,
): Promise<{ document: StoredDocument; body: Body } | undefined> {
  const document = await deps.documents.findDocument(keyOf(appId, id));
  if (document === undefined || (document.expiresAtMs ?? 0) <= deps.nowMs()) return undefined;
  const body = JSON.parse(document.body) as Body;
  return body.endedAtMs === null ? { document, body } : undefined;
}

async function put(
  deps: Deps,
  { document }: { document: StoredDocument },
  body: Body,
  lifetimeS: number | undefined,
): Promise<boolean> {
  const { collection, scope, id, version, createdAtMs, expiresAtMs } = document;
  const result = await deps.documents.writeDocuments({
    put: [
      {
        ...{ collection, scope, id, createdAtMs },
        version: version + 1,
        body: JSON.stringify(body),
        expiresAtMs: lifetimeS === undefined ? expiresAtMs! : deps.nowMs() + lifetimeS * 1000,
        tags: [`user:${body.userId}`],
      },
    ],
  });
  return result.ok;
}

function keyOf(appId: string, id: string) {
  return { collection: COLLECTION, scope: appId, id };
}

async function makeToken(deps: Deps, appId: string, id: string, generation: number): Promise<string> {
  const mac = (await getServerKey(deps)).mac("refresh token", appId, id, String(generation));
  return `mrt_${id}_${generation}_${mac.toString("base64url")}`;
}

async function readToken(
  deps: Deps,
  appId: string,
  token: string,
): Promise<{ id: string; generation: number } | undefined> {
  const match = /^mrt_([a-z0-9]{24})_([1-9]\d{0,9})_[A-Za-z0-9_-]{43}$/.exec(token);
  if (match === null) return undefined;
  const [, id, generation] = match as unknown as [string, string, string];
  const expected = Buffer.from(await makeToken(deps, appId, id, Number(generation)));
  const given = Buffer.from(token);
  if (expected.length !== given.length || !timingSafeEqual(expected, given)) return undefined;
  return { id, generation: Number(generation) };
}
