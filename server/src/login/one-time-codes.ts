import { randomInt, timingSafeEqual } from "node:crypto";
import { ApiError } from "../api-error.ts";
import type { Deps } from "../deps.ts";
import { getServerKey } from "../server-key.ts";
import type { StoredDocument } from "../storage/documents.ts";

/**
 * One-time codes by address. Six digits withstand guessing only because guesses are counted: five per code, ten per
 * address before it is locked. Everything is kept under keyed hashes, and the same is done for addresses that are
 * nobody's as for those of users, so that neither answers nor their time tell which is which.
 */
export const CODE_LIFETIME_MS = 10 * 60 * 1000;
export const GUESSES_PER_CODE = 5;
export const GUESSES_BEFORE_LOCK = 10;
export const LOCK_MS = 15 * 60 * 1000;
/** Codes that an address is sent within ten minutes. */
export const CODES_MAX = 5;

type Body = {
  /** Hex; null once used or guessed at too often. */
  codeHash: string | null;
  codeExpiresAtMs: number;
  guessesLeft: number;
  /** Since the last right one, while the address is not locked. */
  wrong: number;
  lockedUntilMs: number;
  /** When the last codes were sent. */
  sentAtMs: number[];
};

export type CodeScope = { appId: string; purpose: string; address: string };

const COLLECTION = "one_time_codes";
const ATTEMPTS_MAX = 20;
const NOTHING: Body = { codeHash: null, codeExpiresAtMs: 0, guessesLeft: 0, wrong: 0, lockedUntilMs: 0, sentAtMs: [] };

/** A new code, which replaces the one before. Throws `too_many_requests` while the address is locked or has had enough. */
export async function issueCode(deps: Deps, scope: CodeScope): Promise<string> {
  const code = String(randomInt(1_000_000)).padStart(6, "0");
  const codeHash = await hashCode(deps, scope, code);
  await change(deps, scope, (body) => {
    const sentAtMs = body.sentAtMs.filter((atMs) => deps.nowMs() - atMs < CODE_LIFETIME_MS);
    if (sentAtMs.length >= CODES_MAX) throw tooMany("too many codes were asked for; wait ten minutes");
    return {
      ...body,
      codeHash,
      codeExpiresAtMs: deps.nowMs() + CODE_LIFETIME_MS,
      guessesLeft: GUESSES_PER_CODE,
      sentAtMs: [...sentAtMs, deps.nowMs()],
    };
  });
  return code;
}

/** Uses the code up. Throws `invalid_credentials` for every wrong one, whatever is wrong with it. */
export async function useCode(deps: Deps, scope: CodeScope, code: string): Promise<void> {
  const given = Buffer.from(await hashCode(deps, scope, code), "hex");
  let isRight = false;
  await change(deps, scope, (body) => {
    const expected = Buffer.from(body.codeHash ?? "00".repeat(32), "hex");
    const isLive = body.codeHash !== null && body.codeExpiresAtMs > deps.nowMs();
    isRight = timingSafeEqual(expected, given) && isLive;
    return isRight ? { ...NOTHING, sentAtMs: body.sentAtMs } : countWrong(deps, body);
  });
  if (!isRight) throw wrongCode();
}

/** For codes that are checked elsewhere: counts a wrong one, or forgets those before a right one. */
export async function noteGuess(deps: Deps, scope: CodeScope, isRight: boolean): Promise<void> {
  await change(deps, scope, (body) => (isRight ? { ...body, wrong: 0 } : countWrong(deps, body)));
}

/** Throws `too_many_requests` while the address is locked. */
export async function assertNotLocked(deps: Deps, scope: CodeScope): Promise<void> {
  const document = await deps.documents.findDocument(await keyOf(deps, scope));
  if (document !== undefined) assertOpen(deps, readBody(document));
}

export function wrongCode(): ApiError {
  return new ApiError("invalid_credentials", "Invalid email and code combination");
}

function countWrong(deps: Deps, body: Body): Body {
  const wrong = body.wrong + 1;
  const guessesLeft = Math.max(0, body.guessesLeft - 1);
  const counted = { ...body, wrong, guessesLeft, ...(guessesLeft === 0 ? { codeHash: null } : {}) };
  return wrong < GUESSES_BEFORE_LOCK
    ? counted
    : { ...counted, codeHash: null, wrong: 0, lockedUntilMs: deps.nowMs() + LOCK_MS };
}

/** Reads, changes and writes; begins again when somebody else was faster, so that no guess goes uncounted. */
async function change(deps: Deps, scope: CodeScope, next: (body: Body) => Body): Promise<void> {
  const key = await keyOf(deps, scope);
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const document = await deps.documents.findDocument(key);
    const body = document === undefined ? NOTHING : readBody(document);
    assertOpen(deps, body);
    const result = await deps.documents.writeDocuments({
      put: [
        {
          ...key,
          version: (document?.version ?? 0) + 1,
          body: JSON.stringify(next(body)),
          createdAtMs: document?.createdAtMs ?? deps.nowMs(),
          expiresAtMs: deps.nowMs() + 24 * 3600 * 1000,
        },
      ],
    });
    if (result.ok) return;
  }
  throw tooMany("too many sign-ins at the same moment; try again");
}

function assertOpen(deps: Deps, body: Body): void {
  if (body.lockedUntilMs > deps.nowMs())
    throw tooMany("too many wrong codes: this address is locked for 15 minutes after the last of them");
}

function tooMany(message: string): ApiError {
  return new ApiError("too_many_requests", message);
}

function readBody(document: StoredDocument): Body {
  return JSON.parse(document.body) as Body;
}

async function keyOf(deps: Deps, { appId, purpose, address }: CodeScope) {
  const id = (await getServerKey(deps)).mac("one-time code address", purpose, address).toString("base64url");
  return { collection: COLLECTION, scope: appId, id };
}

async function hashCode(deps: Deps, { appId, purpose, address }: CodeScope, code: string): Promise<string> {
  return (await getServerKey(deps)).mac("one-time code", appId, purpose, address, code).toString("hex");
}
