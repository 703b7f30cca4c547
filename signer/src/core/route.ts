/**
 * The operations that need authority, found from the method and path the caller signed. `/v1/x` and `/api/v1/x` name
 * the same operation; a doubled slash in front is what a base URL with a trailing slash produces (spec 00 §2).
 */
export type AuthorityRoute = {
  operation: AuthorityOperation;
  /** As in the table below. */
  pattern: string;
  params: { [name: string]: string };
};

const ROUTES = [
  ["createApp", "POST", "/operator/v1/apps"],
  ["updateApp", "PATCH", "/operator/v1/apps/:id"],
  ["deleteApp", "DELETE", "/operator/v1/apps/:id"],
  ["createAppSecret", "POST", "/operator/v1/apps/:id/secrets"],
  ["deleteAppSecret", "DELETE", "/operator/v1/apps/:id/secrets/:secret"],
  ["createKeyQuorum", "POST", "/key_quorums"],
  ["updateKeyQuorum", "PATCH", "/key_quorums/:id"],
  ["deleteKeyQuorum", "DELETE", "/key_quorums/:id"],
  ["createPolicy", "POST", "/policies"],
  ["updatePolicy", "PATCH", "/policies/:id"],
  ["deletePolicy", "DELETE", "/policies/:id"],
  ["createPolicyRule", "POST", "/policies/:id/rules"],
  ["updatePolicyRule", "PATCH", "/policies/:id/rules/:rule"],
  ["deletePolicyRule", "DELETE", "/policies/:id/rules/:rule"],
  ["simulatePolicy", "POST", "/policies/simulate"],
  ["createConditionSet", "POST", "/condition_sets"],
  ["updateConditionSet", "PATCH", "/condition_sets/:id"],
  ["deleteConditionSet", "DELETE", "/condition_sets/:id"],
  ["addConditionSetItems", "POST", "/condition_sets/:id/condition_set_items"],
  ["replaceConditionSetItems", "PUT", "/condition_sets/:id/condition_set_items"],
  ["deleteConditionSetItem", "DELETE", "/condition_sets/:id/condition_set_items/:item"],
  ["createAggregation", "POST", "/aggregations"],
  ["deleteAggregation", "DELETE", "/aggregations/:id"],
  ["createUser", "POST", "/users"],
  ["deleteUser", "DELETE", "/users/:id"],
  ["createUserWallets", "POST", "/users/:id/wallets"],
  ["createWalletsForUser", "POST", "/apps/:id/users/wallet"],
  ["unlinkUserAccount", "POST", "/users/:id/accounts/unlink"],
  ["getTestCredentials", "GET", "/apps/:id/test_credentials"],
  ["authenticateUser", "POST", "/wallets/authenticate"],
  ["authenticateUser", "POST", "/user_signers/authenticate"],
  ["createWallet", "POST", "/wallets"],
  ["createWallets", "POST", "/wallets/batch"],
  ["initImport", "POST", "/wallets/import/init"],
  ["submitImport", "POST", "/wallets/import/submit"],
  ["updateWallet", "PATCH", "/wallets/:id"],
  ["walletRpc", "POST", "/wallets/:id/rpc"],
  ["rawSign", "POST", "/wallets/:id/raw_sign"],
  ["exportWallet", "POST", "/wallets/:id/export"],
  ["assignEntity", "POST", "/wallets/:id/entity"],
  ["archiveWallet", "POST", "/wallets/:id/archive"],
  ["issueChallenge", "POST", "/passkeys/register/init"],
  ["issueChallenge", "POST", "/passkeys/authenticate/init"],
  ["issueChallenge", "POST", "/passkeys/link/init"],
  ["getIdentityToken", "GET", "/users/me"],
  ["refreshSession", "POST", "/sessions"],
  ["endSession", "POST", "/sessions/logout"],
  ["login", "POST", "/:method/authenticate"],
  ["login", "POST", "/:method/register"],
  ["linkAccount", "POST", "/:method/link"],
  ["updateAccount", "POST", "/:method/update"],
  ["unlinkAccount", "POST", "/:method/unlink"],
] as const;

export type AuthorityOperation = (typeof ROUTES)[number][0];

export function matchAuthorityRoute(method: string, target: string): AuthorityRoute | undefined {
  const path = routePath(target);
  if (path === undefined) return undefined;
  const { appId, rest } = splitTeamPath(path);
  const segments = rest.split("/");
  for (const [operation, routeMethod, pattern] of ROUTES) {
    if (routeMethod !== method) continue;
    const params = matchPattern(pattern.split("/"), segments);
    if (params === undefined) continue;
    return { operation, pattern, params: appId === undefined ? params : { ...params, app: appId } };
  }
  return undefined;
}

const TEAM_PATH =
  /^\/operator\/v1\/apps\/([a-z0-9]+)(\/(?:aggregations|condition_sets|key_quorums|policies|users|wallets)(?:\/.*)?)$/;

/** `/operator/v1/apps/{app}/policies/…` is the team's way to `/policies/…` of that app. */
function splitTeamPath(path: string): { appId: string | undefined; rest: string } {
  const match = TEAM_PATH.exec(path);
  return match === null ? { appId: undefined, rest: path } : { appId: match[1]!, rest: match[2]! };
}

function routePath(target: string): string | undefined {
  const path = target.split("?", 1)[0]!.replace(/^\/\/+/, "/");
  if (path.startsWith("/operator/")) return path;
  const match = /^\/(?:api\/)?v1(\/.+)$/.exec(path);
  return match?.[1];
}

/** A parameter equals a segment, percent-decoded. Literal routes stand before patterns that would also match. */
function matchPattern(pattern: string[], segments: string[]): { [name: string]: string } | undefined {
  if (pattern.length !== segments.length) return undefined;
  const params: { [name: string]: string } = {};
  for (const [at, part] of pattern.entries()) {
    const segment = segments[at]!;
    if (!part.startsWith(":")) {
      if (part !== segment) return undefined;
      continue;
    }
    const value = decodeSegment(segment);
    if (value === undefined || value === "") return undefined;
    params[part.slice(1)] = value;
  }
  return params;
}

function decodeSegment(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
