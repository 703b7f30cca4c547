import { setTimeout as sleep } from "node:timers/promises";
import { type ErrorCode, errors } from "@mandate/contract/errors";
import { SignerUnavailableError } from "@mandate/signer/client";
import type { SignerAccepted, SignerAnswered, SignerRefused } from "@mandate/signer/protocol";
import { ApiError } from "../api-error.ts";
import { SendQueue } from "../chains/send-queue.ts";
import type { Deps } from "../deps.ts";
import type { HttpRequest } from "../http/request.ts";
import type { HttpResponse } from "../http/response.ts";
import { entryOf } from "../records/record-log.ts";
import type { IdempotencyEntry, StoredAnswer } from "../storage/storage.ts";
import { askSigner, loadConcerned } from "./ask-signer.ts";
import type { AuthorityPlan } from "./authority-plan.ts";
import { describeReceipt, titleOf } from "./index-facts.ts";
import type { RecordLoader } from "./record-loader.ts";
import {
  answerIdempotent,
  answerRepetition,
  findEarlierAnswer,
  idempotencyEntry,
  replayDigest,
} from "./repetitions.ts";

export type Released = { answer: StoredAnswer; accepted: SignerAccepted | undefined };

const ATTEMPTS_MAX = 12;
const NONCE_WAIT_MS = 60;

/**
 * The life of a request that needs authority (architecture §3): load, let the signer authorize, decide and sign, commit
 * on condition that every version it used is still current, release. A decision whose versions moved on is thrown away
 * and made again, a bounded number of times. There is no other way for a signature to leave.
 */
export async function decideAndCommit(deps: Deps, request: HttpRequest, plan: AuthorityPlan): Promise<Released> {
  const idempotency = idempotencyEntry(deps, request, plan);
  const earlier = await findEarlierAnswer(deps, request, plan, idempotency);
  if (earlier !== undefined) return { answer: earlier, accepted: undefined };

  // What needs the chain first is decided on records that are read after the chain answered.
  const loaded = plan.prepare === undefined ? await loadConcerned(deps, plan) : undefined;
  const counted = loaded === undefined ? [] : countingAggregations(request, loaded);
  if (counted.length === 0) return attempt(deps, request, plan, idempotency, loaded);
  // One after the other in this process, so that many clients at once do not use up each other's attempts.
  const keys = counted.map((id) => `${plan.appId}/${id}`);
  return runInTurn(keys, () => attempt(deps, request, plan, idempotency, undefined));
}

const counting = new SendQueue();

function runInTurn<T>(keys: readonly string[], run: () => Promise<T>): Promise<T> {
  const [first, ...rest] = keys.toSorted();
  return first === undefined ? run() : counting.run(first, () => runInTurn(rest, run));
}

/** The aggregations that the wallet's policies refer to, for the methods that are counted (spec 06 §3). */
function countingAggregations(request: HttpRequest, loaded: RecordLoader): string[] {
  const { body } = request;
  const method = typeof body === "object" && body !== null && "method" in body ? body.method : undefined;
  return method === "eth_signTransaction" || method === "eth_signUserOperation" ? loaded.idsOf("aggregation") : [];
}

async function attempt(
  deps: Deps,
  request: HttpRequest,
  plan: AuthorityPlan,
  idempotency: IdempotencyEntry | undefined,
  loaded: RecordLoader | undefined,
): Promise<Released> {
  for (let count = 0; count < ATTEMPTS_MAX; count++) {
    const prepared = await plan.prepare?.();
    const loader = count === 0 && loaded !== undefined ? loaded : await loadConcerned(deps, plan);
    const decision = await askSigner(deps, request, plan, loader, prepared);
    if (decision === "stale") continue;
    if (decision.outcome === "answered") throw new Error("the signer answered without a decision");
    if (decision.outcome === "refused") {
      // A copy of this request may have been executed meanwhile, and be what used up the limit that refuses this one.
      const isAuthorized = decision.code === "policy_violation";
      const executed = await findEarlierAnswer(deps, request, plan, idempotency, isAuthorized);
      if (executed !== undefined) return { answer: executed, accepted: undefined };
      throw await recordRefusal(deps, plan, decision, idempotency);
    }
    if (prepared?.failure !== undefined) throw prepared.failure;

    const answer = plan.answer(decision);
    const replay = replayDigest(request);
    const consume = decision.consume.map(({ digest, expiresAtMs }) => ({ digest, expiresAtMs }));
    if (replay !== undefined && decision.requestExpiryMs !== undefined && consume.length > 0) {
      consume.push({ digest: replay, expiresAtMs: decision.requestExpiryMs + 1 });
    }
    if (isExpired(deps, decision)) throw new ApiError("request_expired");
    const extension = plan.extend?.(decision);
    const result = await deps.storage.commit({
      appId: plan.appId,
      nowMs: deps.nowMs(),
      expect: decision.used,
      put: decision.put.map(({ wallet, expiresAtMs, ...put }) => ({
        ...put,
        ...titleOf(put),
        ...(wallet === undefined ? {} : { wallet: { ...wallet, externalId: wallet.externalId } }),
        ...(expiresAtMs === undefined ? {} : { expiresAtMs }),
      })),
      walletSecrets: decision.walletSecrets.map((secret) => ({ ...secret, sealedSeed: secret.sealedSeed })),
      receipt: describeReceipt(decision.receipt, deps.nowMs()),
      consume,
      ...(idempotency === undefined ? {} : { idempotency }),
      ...(consume.length > 0 || idempotency !== undefined ? { answer } : {}),
      ...extension,
    });
    if (result.ok) {
      deps.records.note(plan.appId);
      const changed = decision.put.filter((put) => put.type !== "user_key").map((put) => put.sealed);
      if (changed.length > 0) await noteCommitted(deps, changed);
      if (isExpired(deps, decision)) throw await withdraw(deps, plan, extension?.transaction?.id);
      addReceiptHeader(request, decision);
      return { answer, accepted: decision };
    }
    switch (result.reason) {
      case "stale":
        continue;
      case "consumed":
        if (plan.consumed !== undefined) throw plan.consumed;
        return { answer: await answerRepetition(plan, decision, result.answer), accepted: undefined };
      case "idempotency_key_used":
        return { answer: answerIdempotent(idempotency!, result), accepted: undefined };
      case "conflict":
        if (result.on === "nonce") {
          // Another server is sending for this wallet; its transaction will have left in a moment.
          await sleep(Math.random() * NONCE_WAIT_MS * (count + 1));
          continue;
        }
        throw conflictError(plan, result.on, result.value);
    }
  }
  throw new ApiError("resource_conflict");
}

/** The commit stands whether the signer hears of it or not: it learns the versions from the next request at the latest. */
async function noteCommitted(deps: Deps, records: string[]): Promise<void> {
  try {
    await deps.signer.send({ kind: "committed", records });
  } catch (error) {
    if (!(error instanceof SignerUnavailableError)) throw error;
  }
}

/** A question to the signer, of which nothing becomes durable. */
export async function askOnly(
  deps: Deps,
  request: HttpRequest,
  plan: Pick<AuthorityPlan, "appId" | "records">,
): Promise<SignerAnswered["result"]> {
  for (let count = 0; count < ATTEMPTS_MAX; count++) {
    const answer = await askSigner(deps, request, plan, await loadConcerned(deps, plan), undefined);
    if (answer === "stale") continue;
    if (answer.outcome === "refused") throw toApiError(answer);
    if (answer.outcome === "accepted") throw new Error("the signer decided where it was only asked");
    return answer.result;
  }
  throw new ApiError("resource_conflict");
}

/** An expiry binds until the answer leaves: a signer that was held up does not get an expired request released (I6). */
function isExpired(deps: Deps, decision: SignerAccepted): boolean {
  return decision.requestExpiryMs !== undefined && decision.requestExpiryMs < deps.nowMs();
}

/** What was committed too late is not released; a send among it must not be broadcast by anybody later either. */
async function withdraw(deps: Deps, plan: AuthorityPlan, transactionId: string | undefined): Promise<ApiError> {
  const error = new ApiError("request_expired");
  if (transactionId !== undefined)
    await deps.storage.settleTransaction(plan.appId, transactionId, "failed", error.toAnswer());
  return error;
}

/** Many clients refuse headers that are larger than this together; the receipt can always be fetched by its id. */
const HEADER_CHARACTERS_MAX = 8000;

/** The signer's promise that this decision is in the log, with the decision itself. Clients that do not know it ignore it. */
function addReceiptHeader(request: HttpRequest, { receipt: { receipt, signature } }: SignerAccepted): void {
  if (signature === undefined) return;
  const token = `${Buffer.from(entryOf(receipt), "utf8").toString("base64url")}.${signature}`;
  if (token.length <= HEADER_CHARACTERS_MAX) request.answerHeaders["mandate-receipt"] = token;
}

/** The refusal and its reason are durable before the caller reads them. */
async function recordRefusal(
  deps: Deps,
  plan: AuthorityPlan,
  refusal: SignerRefused,
  idempotency: IdempotencyEntry | undefined,
): Promise<ApiError> {
  const error = toApiError(refusal);
  const remembered = idempotency !== undefined && isRemembered(error);
  if (refusal.receipt !== undefined || remembered) {
    await deps.storage.commit({
      appId: plan.appId,
      nowMs: deps.nowMs(),
      expect: [],
      put: [],
      ...(refusal.receipt === undefined ? {} : { receipt: describeReceipt(refusal.receipt, deps.nowMs()) }),
      ...(remembered ? { idempotency, answer: error.toAnswer() } : {}),
    });
    if (refusal.receipt !== undefined) deps.records.note(plan.appId);
  }
  return error;
}

/** Authorisation is never remembered, nor a policy's verdict: both may be put right and the request repeated (spec 00 §6). */
function isRemembered(error: ApiError): boolean {
  return (
    error.status >= 400 &&
    error.status < 500 &&
    ![401, 409, 429].includes(error.status) &&
    error.code !== "policy_violation" &&
    error.code !== "request_expired"
  );
}

function toApiError(refusal: SignerRefused): ApiError {
  const code = (Object.hasOwn(errors, refusal.code) ? refusal.code : "internal_error") as ErrorCode;
  return new ApiError(code, refusal.error, { status: refusal.status, details: refusal.details });
}

function conflictError(
  plan: AuthorityPlan,
  on: "external_id" | "user_account" | "referenced" | "full",
  value: string,
): ApiError {
  switch (on) {
    case "external_id":
      return new ApiError("resource_already_exists", "a wallet with this external_id exists already in this app");
    case "user_account":
      return new ApiError("linked_to_another_user");
    case "full":
      return plan.full ?? new ApiError("invalid_data", `there are at most ${value}; delete one first`);
    case "referenced":
      return new ApiError(
        plan.target?.key.type === "key_quorum" ? "authorization_key_has_associated_wallets" : "invalid_data",
        `it is in use by ${value}; detach it there first`,
      );
  }
}

/** A stored answer as it goes out. */
export function toHttpResponse(answer: StoredAnswer): HttpResponse {
  return answer.body === "" ? { status: answer.status } : { status: answer.status, body: JSON.parse(answer.body) };
}

export function jsonAnswer(body: unknown, status = 200): StoredAnswer {
  return { status, body: body === undefined ? "" : JSON.stringify(body) };
}
