import { candidatePayloads, type SignedRequest } from "@mandate/core/authorization/authorization-payload";
import { parseAuthorizationSignatures } from "@mandate/core/authorization/authorization-signature";
import { explainMismatch } from "@mandate/core/authorization/explain-mismatch";
import { evaluateQuorum, type KeyQuorum, type QuorumVerdict } from "@mandate/core/authorization/key-quorum";
import { verifyApprovals } from "@mandate/core/authorization/verify-approvals";
import { sha256, verifyP256 } from "@mandate/core/crypto/primitives";
import { canonicalize } from "@mandate/core/encoding/canonical-json";
import { encodeHex } from "@mandate/core/encoding/hex";
import { decodeUtf8, encodeUtf8 } from "@mandate/core/encoding/utf8";
import type { RecordKey } from "../protocol.ts";
import type { Operation } from "./operation.ts";
import type { KeyQuorumBody, UserKeyBody } from "./records.ts";
import { Refusal } from "./refusal.ts";
import type { AuthorityRecord } from "./seal.ts";

/** Who may authorise the operation at hand. `self` is a key quorum that changes itself. */
export type Principal = { role: "owner" | "signer" | "self"; quorumId: string };

export type SatisfiedPrincipal = Principal & { approvedBy: QuorumVerdict["approvedBy"]; threshold: number };

/** Whose signatures over exactly this request satisfied which principals. `satisfied` is never empty here. */
export type Authorization = {
  satisfied: SatisfiedPrincipal[];
  /** The `r` of every signature that verified; names a signature whatever its encoding. */
  signatureRs: string[];
};

type LoadedPrincipal = Principal & { quorum: KeyQuorum; records: AuthorityRecord[] };

const VERIFICATIONS_MAX = 400;

/** Throws a 401 that says what was missing and, for the app's server, what we expected to be signed. */
export function authorize(op: Operation, principals: Principal[]): Authorization {
  const header = parseAuthorizationSignatures(op.signatureHeader);
  const signatures = header.ok ? header.signatures : [];
  if (op.signatureHeader === undefined) {
    throw new Refusal(
      401,
      "missing_or_empty_authorization_header",
      "Missing `privy-authorization-signature` header: this request must be signed with an authorization key or a user key.",
      { required: describePrincipals(principals), expected: expectedPayload(op) },
    );
  }

  const loaded = loadPrincipals(op, principals);
  const users = new Set(loaded.flatMap(({ quorum }) => usersOf(quorum)));
  const userKeys = [...users].flatMap((user) => liveUserKeys(op, user));
  const expiredKeys = [...users].flatMap((user) => op.records.userKeys(user).filter((key) => !isLive(op, key)));
  const keys = new Set([
    ...loaded.flatMap(({ quorum }) => keysOf(quorum)),
    ...userKeys.map((key) => key.body.public_key),
  ]);

  const verified = verifyApprovals({
    signatures,
    candidates: candidateTexts(op),
    keys: [...keys],
    verifyP256,
    verificationsMax: VERIFICATIONS_MAX,
  });
  const approvedUserKeys = userKeys.filter((key) => verified.approvals.has(key.body.public_key));
  const approvals = {
    keys: new Set(verified.approvals.keys()),
    users: new Set(approvedUserKeys.map((key) => key.body.user_id)),
  };

  const satisfied: SatisfiedPrincipal[] = [];
  let approvalsCounted = 0;
  for (const principal of loaded) {
    const verdict = evaluateQuorum(principal.quorum, approvals);
    approvalsCounted = Math.max(approvalsCounted, verdict.approvals);
    if (!verdict.satisfied) continue;
    // A deletion is final, so the commit need not depend on it; and it could not, for it expects live records.
    for (const record of principal.records) if (!record.deleted) op.records.markUsed(record);
    for (const key of approvedUserKeys) op.records.markUsed(key);
    const { role, quorumId } = principal;
    satisfied.push({ role, quorumId, approvedBy: verdict.approvedBy, threshold: verdict.threshold });
  }
  if (satisfied.length > 0)
    return { satisfied, signatureRs: [...new Set([...verified.approvals.values()].map(({ rHex }) => rHex))] };
  throw refuseUnauthorized(op, loaded, { signatures, approvalsCounted, keys: [...keys], users, userKeys, expiredKeys });
}

function loadPrincipals(op: Operation, principals: Principal[]): LoadedPrincipal[] {
  op.records.requireAll(principals.map(({ quorumId }) => ({ type: "key_quorum" as const, id: quorumId })));
  const children = principals.flatMap(({ quorumId }) => op.records.get("key_quorum", quorumId).body.key_quorum_ids);
  op.records.requireAll(children.map((id) => ({ type: "key_quorum" as const, id })));
  const users: RecordKey[] = [];
  for (const id of [...principals.map(({ quorumId }) => quorumId), ...children]) {
    for (const user of op.records.get("key_quorum", id).body.user_ids) users.push({ type: "user", id: user });
  }
  op.records.requireAll(users);
  return principals.map((principal) => {
    const records: AuthorityRecord[] = [];
    return { ...principal, quorum: buildQuorum(op, principal.quorumId, records, 0), records };
  });
}

/** A deleted quorum has no members and so is never satisfied; a deleted user never approves. */
function buildQuorum(op: Operation, id: string, records: AuthorityRecord[], depth: number): KeyQuorum {
  const record = op.records.get("key_quorum", id);
  records.push(record);
  const body: KeyQuorumBody = record.body;
  if (record.deleted) return { id, threshold: 1, publicKeys: [], userIds: [], children: [] };
  for (const user of body.user_ids) records.push(op.records.get("user", user));
  return {
    id,
    threshold: body.authorization_threshold ?? undefined,
    publicKeys: body.authorization_keys.map((key) => key.public_key),
    userIds: body.user_ids,
    // INVARIANT I3: one nested level. Deeper children are handed on so that the evaluation refuses, never ignored.
    children: depth > 1 ? [] : body.key_quorum_ids.map((child) => buildQuorum(op, child, records, depth + 1)),
  };
}

function keysOf(quorum: KeyQuorum): string[] {
  return [...quorum.publicKeys, ...quorum.children.flatMap(keysOf)];
}

function usersOf(quorum: KeyQuorum): string[] {
  return [...quorum.userIds, ...quorum.children.flatMap(usersOf)];
}

function liveUserKeys(op: Operation, userId: string): AuthorityRecord<UserKeyBody>[] {
  if (op.records.get("user", userId).deleted) return [];
  return op.records.userKeys(userId).filter((key) => isLive(op, key));
}

function isLive(op: Operation, key: AuthorityRecord<UserKeyBody>): boolean {
  return !key.deleted && key.body.expires_at > op.nowMs;
}

/** The request as its caller should have signed it. */
export function signedRequest(op: Operation): SignedRequest {
  return {
    method: op.method,
    target: op.target,
    origins: [...op.ctx.origins],
    appId: op.appId,
    ...(op.idempotencyKey === undefined ? {} : { idempotencyKey: op.idempotencyKey }),
    ...(op.requestExpiry === undefined ? {} : { requestExpiry: op.requestExpiry }),
    body: op.body,
  };
}

function* candidateTexts(op: Operation): Iterable<string> {
  for (const candidate of candidatePayloads(signedRequest(op))) yield candidate.canonical;
}

function expectedPayload(op: Operation): { canonical_payload: string; sha256: string } | undefined {
  for (const canonical of candidateTexts(op)) {
    return { canonical_payload: canonical, sha256: encodeHex(sha256(encodeUtf8(canonical))) };
  }
  return undefined;
}

type Failure = {
  signatures: { der: Uint8Array }[];
  approvalsCounted: number;
  keys: string[];
  users: Set<string>;
  userKeys: AuthorityRecord<UserKeyBody>[];
  expiredKeys: AuthorityRecord<UserKeyBody>[];
};

/** Clients match on this text (spec 00 §5.3); which of the causes it was stands in the code, and in `details.hints`. */
const NO_VALID_SIGNATURES =
  "No valid authorization signatures were provided. Your payload may be malformed or your signing keys may be incorrect or expired.";

function refuseUnauthorized(op: Operation, principals: LoadedPrincipal[], failure: Failure): Refusal {
  const required = principals.map(({ role, quorumId, quorum }) => ({
    role,
    key_quorum_id: quorumId,
    authorization_threshold: quorum.threshold ?? null,
    members: quorum.publicKeys.length + quorum.userIds.length + quorum.children.length,
  }));
  const refuse = (code: string, details: { [member: string]: unknown }) =>
    new Refusal(401, code, NO_VALID_SIGNATURES, { required, ...details });
  if (failure.approvalsCounted > 0) {
    return refuse("insufficient_correct_authorization_signatures", {
      approvals: failure.approvalsCounted,
      hints: ["the signatures verify, but too few members signed; each member counts once"],
    });
  }
  const matchesAny = (keys: string[]) => (canonical: string) =>
    failure.signatures.slice(0, 2).some(({ der }) => keys.some((key) => verifyP256(key, encodeUtf8(canonical), der)));
  const expected = expectedPayload(op);
  const expiredKeys = failure.expiredKeys.map((key) => key.body.public_key);
  if (expiredKeys.length > 0 && [...candidateTexts(op)].some(matchesAny(expiredKeys.slice(0, 3)))) {
    const hints = ["the user key that signed has expired; exchange a token of the user for a new one"];
    return refuse("user_session_keys_expired", { hints });
  }
  if (failure.users.size > 0 && failure.keys.length === 0) {
    const hints = ["the user holds no user key; exchange a token of the user for one at /v1/wallets/authenticate"];
    return refuse("no_valid_user_session_keys", { expected, hints });
  }
  const mismatched = { ...signedRequest(op), rawBody: decodeUtf8(op.rawBody) ?? "" };
  const { hints } = explainMismatch(mismatched, matchesAny(failure.keys.slice(0, 3)));
  return refuse("zero_correct_authorization_signatures", { expected, hints });
}

function describePrincipals(principals: Principal[]): { role: string; key_quorum_id: string }[] {
  return principals.map(({ role, quorumId }) => ({ role, key_quorum_id: quorumId }));
}

/**
 * What names a signed payload when it is executed at most once (I6): everything that was signed, but neither the origin
 * nor the spelling of an empty body, so that no equivalent form of the same request counts as another.
 */
export function payloadDigest(op: Operation): string {
  const text = canonicalize({
    v: 1,
    app_id: op.appId,
    method: op.method,
    path: op.target.split("?", 1)[0]!.replace(/^\/\/+/, "/"),
    idempotency_key: op.idempotencyKey ?? null,
    request_expiry: op.requestExpiry ?? null,
    body: op.body ?? {},
  });
  return encodeHex(sha256(encodeUtf8(text)));
}
