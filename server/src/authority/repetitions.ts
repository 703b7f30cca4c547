/** What was asked before: idempotency keys, and payloads that were executed (I28, spec 00 §6). */
import { createHash } from "node:crypto";
import { messages } from "@mandate/contract/errors";
import { canonicalize } from "@mandate/core/encoding/canonical-json";
import type { SignerAccepted } from "@mandate/signer/protocol";
import { ApiError } from "../api-error.ts";
import type { Deps } from "../deps.ts";
import type { HttpRequest } from "../http/request.ts";
import type { IdempotencyEntry, StoredAnswer } from "../storage/storage.ts";
import type { AuthorityPlan } from "./authority-plan.ts";

const IDEMPOTENCY_MS = 24 * 3600 * 1000;

export function idempotencyEntry(deps: Deps, request: HttpRequest, plan: AuthorityPlan): IdempotencyEntry | undefined {
  const key = request.headers["privy-idempotency-key"];
  if (!plan.idempotent || key === undefined || key === "") return undefined;
  const body = request.body === undefined ? "" : canonicalize(request.body);
  return {
    // Users of one app do not share keys: nobody gets the stored answer of somebody else by naming theirs.
    key: request.userId === undefined ? key : createHash("sha256").update(`${request.userId}\0${key}`).digest("hex"),
    target: `${request.method} ${request.path}`,
    bodyDigest: createHash("sha256").update(body).digest("hex"),
    expiresAtMs: deps.nowMs() + IDEMPOTENCY_MS,
  };
}

export async function findEarlierAnswer(
  deps: Deps,
  request: HttpRequest,
  plan: AuthorityPlan,
  idempotency: IdempotencyEntry | undefined,
  isAuthorized = (request.headers["privy-authorization-signature"] ?? "") === "",
): Promise<StoredAnswer | undefined> {
  // A signed request is authorised anew before its stored answer is given: an idempotency key is no credential.
  if (idempotency !== undefined && isAuthorized) {
    const found = await deps.storage.findIdempotent(plan.appId, idempotency.key, deps.nowMs());
    if (found !== undefined) return answerIdempotent(idempotency, found);
  }
  // Byte for byte the request that was executed, signatures included: a client that did not hear our answer.
  const replay = request.headers["privy-request-expiry"] === undefined ? undefined : replayDigest(request);
  return replay === undefined ? undefined : deps.storage.findConsumed(plan.appId, replay, deps.nowMs());
}

export function answerIdempotent(
  ours: IdempotencyEntry,
  found: { entry: IdempotencyEntry; answer: StoredAnswer },
): StoredAnswer {
  if (found.entry.target !== ours.target || found.entry.bodyDigest !== ours.bodyDigest) {
    throw new ApiError("invalid_data", messages.idempotencyKeyReused);
  }
  return found.answer;
}

/**
 * A payload that was executed before is not executed again. Where it carried an expiry its stored answer says it all.
 * A change without one may have been undone since; then the old answer would be a lie, and the caller is told.
 */
export async function answerRepetition(
  plan: AuthorityPlan,
  decision: SignerAccepted,
  stored: StoredAnswer,
): Promise<StoredAnswer> {
  if (decision.requestExpiryMs !== undefined || plan.current === undefined) return stored;
  const current = await plan.current();
  if (current?.body === stored.body) return stored;
  throw new ApiError(
    "invalid_state",
    "this exact signed request was executed before and the resource has changed since; sign it again with a privy-request-expiry header",
  );
}

export function replayDigest(request: HttpRequest): string | undefined {
  const signature = request.headers["privy-authorization-signature"];
  if (signature === undefined || signature === "") return undefined;
  const hash = createHash("sha256");
  for (const part of [
    request.method,
    request.target,
    request.headers["privy-app-id"],
    request.headers["privy-idempotency-key"],
    request.headers["privy-request-expiry"],
    signature,
  ]) {
    hash.update(`${part?.length ?? -1}:${part ?? ""}`);
  }
  return `h:${hash.update(request.rawBody).digest("hex")}`;
}
