import type { Operation } from "./operation.ts";
import { authenticateApp } from "./operation.ts";
import type { AppBody, UserBody, WalletBody } from "./records.ts";
import { Refusal } from "./refusal.ts";
import type { AuthorityRecord } from "./seal.ts";
import { type AccessToken, verifyAccessToken } from "./tokens.ts";

/** Who opens the door. What may be done behind it is decided by signatures, where there is an owner. */
export type Caller = { kind: "app" } | (AccessToken & { kind: "user"; user: AuthorityRecord<UserBody> });

/** The app's server with its secret, or a user of the app with an access token. */
export function authenticateCaller(op: Operation): Caller {
  // What a member of the team presents is for the API; the team's paths are the app's here.
  if (!isBearer(op) || op.team !== undefined || op.route.params.app !== undefined) {
    authenticateApp(op);
    return { kind: "app" };
  }
  return authenticateUserToken(op);
}

export function authenticateUserToken(op: Operation): Extract<Caller, { kind: "user" }> {
  const app = requireLiveApp(op);
  const token = /^Bearer ([\x21-\x7e]{1,16384})$/i.exec(op.request.headers.authorization ?? "")?.[1];
  const verdict = token === undefined ? undefined : verifyAccessToken(op, app, token);
  if (verdict === undefined || !verdict.ok)
    throw new Refusal(401, "missing_or_invalid_token", verdict?.message ?? "this operation needs an access token");
  const { userId, sessionId, expiresAtMs } = verdict;
  return { kind: "user", userId, sessionId, expiresAtMs, user: requireLiveUser(op, userId) };
}

/** The app that the request names. Anybody may name it. */
export function requireLiveApp(op: Operation): AuthorityRecord<AppBody> {
  const app = op.records.get("app", op.appId);
  if (app.deleted)
    throw new Refusal(400, "missing_or_invalid_privy_app_id", "there is no app with the ID of privy-app-id");
  op.records.markUsed(app);
  return app;
}

/** A deleted user's tokens are worth nothing, however long they would have lived. */
export function requireLiveUser(op: Operation, userId: string): AuthorityRecord<UserBody> {
  const user = op.records.get("user", userId);
  if (user.deleted) throw new Refusal(401, "missing_or_invalid_token", "the user of this token was deleted");
  op.records.markUsed(user);
  return user;
}

/** A user sees the wallets whose owner quorum the user belongs to, directly or through a quorum inside it. */
export function assertMayUse(op: Operation, caller: Caller, wallet: WalletBody): void {
  if (caller.kind === "app") return;
  if (wallet.owner_id !== null && isMember(op, wallet.owner_id, caller.userId, 0)) return;
  throw new Refusal(404, "not_found", "Wallet not found");
}

function isMember(op: Operation, quorumId: string, userId: string, depth: number): boolean {
  const quorum = op.records.get("key_quorum", quorumId);
  if (quorum.deleted || depth > 1) return false;
  const { user_ids, key_quorum_ids } = quorum.body;
  return user_ids.includes(userId) || key_quorum_ids.some((id) => isMember(op, id, userId, depth + 1));
}

export function isBearer(op: Operation): boolean {
  return /^bearer /i.test(op.request.headers.authorization ?? "");
}
