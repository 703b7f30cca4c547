import type { walletRoutes } from "@mandate/contract/wallets";
import { ApiError } from "../../api-error.ts";
import { type AppSettings, findApp } from "../../apps/app-settings.ts";
import { type SignedInUser, verifyAccessToken } from "../../authenticate/access-token.ts";
import { readTokenMember } from "../../authenticate/token-member.ts";
import { decideAndCommit, jsonAnswer, toHttpResponse } from "../../authority/decide-and-commit.ts";
import type { Deps } from "../../deps.ts";
import type { HttpRequest } from "../../http/request.ts";
import { revokeSessionKeys } from "../../login/revoke-session-keys.ts";
import { findSession } from "../../login/sessions.ts";
import type { RecordKey } from "../../storage/storage.ts";
import { viewWallet, type WalletView } from "../../views/wallet.ts";
import type { RouteHandler } from "../handler.ts";

const WALLETS_MAX = 100;

/**
 * For a token of the app's own provider the server finds the user by the subject, for an access token of its own by
 * the session. Both only choose the records; the signer verifies the token and decides.
 */
export const authenticateUser: RouteHandler<typeof walletRoutes.authenticateUser> = async (
  deps,
  { request, appId, body, user: caller },
) => {
  const app = await findApp(deps, appId);
  if (app === undefined) throw new ApiError("invalid_credentials");
  const isOurs = readTokenMember(body.user_jwt, 0, "kid") === app.tokenKey.kid;
  const session = isOurs ? await verifyAccessToken(deps, app, body.user_jwt) : undefined;
  if (isOurs && session === undefined) throw new ApiError("missing_or_invalid_token");
  const users = session === undefined ? await findBySubject(deps, app, body.user_jwt) : [userKey(session.id)];
  const url = isOurs ? null : (app.jwt?.jwks_url ?? null);
  const jwks = url === null ? undefined : await deps.jwks.get(url, readTokenMember(body.user_jwt, 0, "kid"));

  const wallets: WalletView[] = [];
  for (const { id } of users) {
    const page = await deps.storage.listWallets(appId, { userId: id }, { cursor: undefined, limit: WALLETS_MAX });
    wallets.push(...page.data.map((record) => viewWallet(record.sealed)));
  }
  const { answer } = await decideAndCommit(deps, request, {
    appId,
    records: caller === undefined ? users : [...users, userKey(caller.id)],
    idempotent: false,
    ...(jwks === undefined ? {} : { jwks }),
    answer: (accepted) => jsonAnswer({ ...accepted.result, wallets }),
  });
  await assertStillLive(deps, request, appId, session);
  return toHttpResponse(answer);
};

/** A logout ends the session, then the keys it finds. One that was being made meanwhile is found here. */
async function assertStillLive(
  deps: Deps,
  request: HttpRequest,
  appId: string,
  session: SignedInUser | undefined,
): Promise<void> {
  if (session === undefined || (await findSession(deps, appId, session.sessionId)) !== undefined) return;
  await revokeSessionKeys(deps, request, appId, { id: session.sessionId, userId: session.id });
  throw new ApiError("missing_or_invalid_token");
}

async function findBySubject(deps: Deps, app: AppSettings, token: string): Promise<RecordKey[]> {
  const subject = app.jwt === null ? undefined : readTokenMember(token, 1, app.jwt.subject_claim);
  return subject === undefined ? [] : deps.storage.findReferrers(app.id, ["identity"], `custom_auth:${subject}`, 1);
}

function userKey(id: string): RecordKey {
  return { type: "user", id };
}
