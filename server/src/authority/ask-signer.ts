import type { SignerAccepted, SignerAnswer, SignerAnswered, SignerRefused } from "@mandate/signer/protocol";
import { ApiError } from "../api-error.ts";
import type { Deps } from "../deps.ts";
import type { HttpRequest } from "../http/request.ts";
import type { RecordKey } from "../storage/storage.ts";
import type { AuthorityPlan, Preparation } from "./authority-plan.ts";
import { findEvenDeleted, RecordLoader } from "./record-loader.ts";

const NEED_ROUNDS_MAX = 5;
/** A decision can do without these: what refers to them is then not known. */
const OPTIONAL_TYPES: ReadonlySet<string> = new Set(["condition_set", "aggregation", "aggregation_window"]);

export async function loadConcerned(deps: Deps, plan: Pick<AuthorityPlan, "appId" | "records" | "target">) {
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

/** Asks until the signer has every record that it needs, or one of those has moved on. */
export async function askSigner(
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
