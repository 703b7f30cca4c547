import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { type ErrorCode, errors, messages } from "@mandate/contract/errors";
import { canonicalize } from "@mandate/core/encoding/canonical-json";
import { SignerUnavailableError } from "@mandate/signer/client";
import type {
  LoginFacts,
  SignerAccepted,
  SignerAnswer,
  SignerAnswered,
  SignerRefused,
  TransactionFill,
} from "@mandate/signer/protocol";
import { ApiError } from "../api-error.ts";
import { SendQueue } from "../chains/send-queue.ts";
import type { Deps } from "../deps.ts";
import type { HttpRequest } from "../http/request.ts";
import type { HttpResponse } from "../http/response.ts";
import { entryOf } from "../records/record-log.ts";
import type { CommitUnit, IdempotencyEntry, RecordKey, StoredAnswer } from "../storage/storage.ts";
import { describeReceipt, titleOf } from "./index-facts.ts";
import { findEvenDeleted, RecordLoader } from "./record-loader.ts";

/** What one operation adds to the path that all of them share. */
export type AuthorityPlan = {
  appId: string;
  /** Records that are certainly concerned; the signer asks for others. */
  records: RecordKey[];
  /** Whether `privy-idempotency-key` counts here; elsewhere it is only signed. */
  idempotent: boolean;
  /** The resource in the path, and what to answer when there is none. */
  target?: { key: RecordKey; missing: ErrorCode };
  walletSecret?: string;
  walletSeed?: string;
  importKey?: string;
  leaveOut?: number[];
  jwks?: unknown;
  /** For sign-ins and sessions. */
  login?: LoginFacts;
  /** For sends: asks the chain for what the caller left open, once for every decision. */
  prepare?(): Promise<Preparation>;
  /** The answer to the caller. It is stored with the commit, so a repeated request gets the same one. */
  answer(accepted: SignerAccepted): StoredAnswer;
  /** What else becomes durable in the same commit. */
  extend?(accepted: SignerAccepted): Partial<CommitUnit>;
  /** What to say when something that the request uses up is used up already; the stored answer unless given. */
  consumed?: ApiError;
  /** What to say when there are as many as there may be (`fewerThan` of the unit). */
  full?: ApiError;
  /** For control changes: the answer as the resource stands now; tells a harmless repetition from a stale one. */
  current?(): Promise<StoredAnswer | undefined>;
};

/** With a `failure` the signer is only asked whether the policy allows: its refusal says more than the chain's. */
export type Preparation = { fill: TransactionFill; failure?: ApiError };

export type Released = { answer: StoredAnswer; accepted: SignerAccepted | undefined };

const ATTEMPTS_MAX = 12;
const NONCE_WAIT_MS = 60;
const NEED_ROUNDS_MAX = 5;
/** A decision can do without these: what refers to them is then not known. */
const OPTIONAL_TYPES: ReadonlySet<string> = new Set(["condition_set", "aggregation", "aggregation_window"]);
const IDEMPOTENCY_MS = 24 * 3600 * 1000;

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

async function loadConcerned(deps: Deps, plan: Pick<AuthorityPlan, "appId" | "records" | "target">) {
  const loader = new RecordLoader(deps.storage, plan.appId, deps.nowMs());
  await loader.load([
    { type: "app", id: plan.appId },
    ...(plan.target === undefined ? [] : [plan.target.key]),
    ...plan.records,
  ]);
  if (plan.target !== undefined && (loader.get(plan.target.key)?.deleted ?? true))
    throw new ApiError(plan.target.missing);
  return loader;
}

async function askSigner(
  deps: Deps,
  request: HttpRequest,
  plan: Omit<AuthorityPlan, "records" | "idempotent" | "target" | "answer">,
  loader: RecordLoader,
  prepared: Preparation | undefined,
): Promise<SignerAccepted | SignerRefused | SignerAnswered | "stale"> {
  for (let round = 0; round < NEED_ROUNDS_MAX; round++) {
    const answer: SignerAnswer = await deps.signer.send({
      kind: "request",
      method: request.method,
      target: request.target,
      headers: authorityHeaders(request, plan.appId),
      body: request.rawBody,
      records: loader.sealed(),
      ...teamOf(request),
      ...(loader.absent().length === 0 ? {} : { absent: loader.absent() }),
      ...(plan.walletSecret === undefined ? {} : { walletSecret: plan.walletSecret }),
      ...(plan.walletSeed === undefined ? {} : { walletSeed: plan.walletSeed }),
      ...(plan.importKey === undefined ? {} : { importKey: plan.importKey }),
      ...(plan.leaveOut === undefined ? {} : { leaveOut: plan.leaveOut }),
      ...(prepared === undefined ? {} : { fill: prepared.fill }),
      ...(prepared?.failure === undefined ? {} : { decideOnly: true as const }),
      ...(plan.jwks === undefined ? {} : { jwks: plan.jwks }),
      ...(plan.login === undefined ? {} : { login: plan.login }),
    });
    switch (answer.outcome) {
      case "accepted":
      case "answered":
        return answer;
      case "refused":
        if (answer.code === "record_integrity") deps.log.error(answer.error, { records: loader.names() });
        return answer;
      case "stale": {
        // A concurrent change is the usual cause; storage then has the newer version by now.
        const keys = answer.records.map(({ type, id }) => ({ type, id }));
        const now = await findEvenDeleted(deps.storage, plan.appId, keys);
        // What storage says of a version beside the seal counts for nothing: the same seal again is no newer one.
        const rolledBack = answer.records.some(
          (record, at) =>
            (now[at]?.version ?? 0) <= record.version || now[at]?.sealed === loader.get(keys[at]!)?.sealed,
        );
        if (!rolledBack) return "stale";
        deps.log.error(
          "storage holds a record older than, or other than, one the signer has seen: was the database restored or altered?",
          {
            records: answer.records,
          },
        );
        throw new ApiError("record_integrity");
      }
      case "need": {
        const missing = await loader.load(answer.records);
        const required = missing.find(({ type }) => !OPTIONAL_TYPES.has(type));
        if (required !== undefined) throw missingRecord(required);
        loader.noteAbsent(missing);
        continue;
      }
      default:
        throw new Error(`the signer answered ${answer.outcome} to a request`);
    }
  }
  // It was given what it asked for, by the name under which storage keeps it; so inside is something else.
  deps.log.error("storage holds another record under this one's name: was the database altered?", {
    records: loader.names(),
  });
  throw new ApiError("record_integrity");
}

function missingRecord({ type, id }: RecordKey): ApiError {
  if (type === "user") return new ApiError("invalid_data", `there is no user \`${id.slice(0, 80)}\` in this app`);
  return new ApiError("invalid_data", `there is no ${type.replace("_", " ")} \`${id.slice(0, 80)}\` in this app`);
}

const APP_RESOURCES =
  /^\/operator\/v1\/apps\/[^/]+\/(aggregations|condition_sets|key_quorums|policies|users|wallets)(\/|$)/;

/** Who of the team asks. The operator's own requests about apps carry the operator's signature instead. */
function teamOf({ team, path }: HttpRequest): { team?: { memberId: string } } {
  if (team === undefined) return {};
  if (team.type === "member") return { team: { memberId: team.member.id } };
  return APP_RESOURCES.test(path) ? { team: { memberId: "operator" } } : {};
}

function authorityHeaders(request: HttpRequest, appId: string) {
  const headers: { [name: string]: string } = {};
  // A member of the team names the app by the path; signatures cover its ID as this header all the same.
  if (request.team !== undefined) headers["privy-app-id"] = appId;
  for (const name of [
    "authorization",
    "privy-app-id",
    "privy-authorization-signature",
    "privy-idempotency-key",
    "privy-request-expiry",
  ]) {
    const value = request.headers[name];
    if (value !== undefined) headers[name] = value;
  }
  return headers;
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

function idempotencyEntry(deps: Deps, request: HttpRequest, plan: AuthorityPlan): IdempotencyEntry | undefined {
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

async function findEarlierAnswer(
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

function answerIdempotent(
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
async function answerRepetition(
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

function replayDigest(request: HttpRequest): string | undefined {
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

/** A stored answer as it goes out. */
export function toHttpResponse(answer: StoredAnswer): HttpResponse {
  return answer.body === "" ? { status: answer.status } : { status: answer.status, body: JSON.parse(answer.body) };
}

export function jsonAnswer(body: unknown, status = 200): StoredAnswer {
  return { status, body: body === undefined ? "" : JSON.stringify(body) };
}
