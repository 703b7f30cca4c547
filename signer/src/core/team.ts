import type { Operation } from "./operation.ts";
import { Refusal } from "./refusal.ts";
import type { AuthorityOperation } from "./route.ts";

/** What the team may do in place of an app's secret. Nothing here signs, exports or gives a user's key away. */
const FOR_APPS: ReadonlySet<AuthorityOperation> = new Set([
  "createKeyQuorum",
  "updateKeyQuorum",
  "deleteKeyQuorum",
  "createPolicy",
  "updatePolicy",
  "deletePolicy",
  "simulatePolicy",
  "createConditionSet",
  "updateConditionSet",
  "deleteConditionSet",
  "addConditionSetItems",
  "replaceConditionSetItems",
  "deleteConditionSetItem",
  "createAggregation",
  "deleteAggregation",
  "createUser",
  "deleteUser",
  "createUserWallets",
  "createWallet",
  "updateWallet",
] as const);

/** What the team may do in place of the operator's key. */
const OF_APPS: ReadonlySet<AuthorityOperation> = new Set([
  "createApp",
  "updateApp",
  "deleteApp",
  "createAppSecret",
  "deleteAppSecret",
] as const);

/**
 * The API says that a member of the team asks. The signer cannot verify which one, so what it admits on that word is
 * bounded here (docs/decisions/0010): where owners exist their signatures are asked for as ever.
 */
export function authorizeTeam(op: Operation, inPlaceOf: "app secret" | "operator key"): void {
  if (!op.ctx.teamAllowed) {
    throw new Refusal(400, "feature_not_enabled", "this server runs without a dashboard (MANDATE_DASHBOARD=0)");
  }
  const allowed = inPlaceOf === "app secret" ? FOR_APPS : OF_APPS;
  if (op.team === undefined || !allowed.has(op.route.operation)) {
    throw new Refusal(401, "invalid_credentials", "members of the team cannot do this");
  }
  if (inPlaceOf === "app secret") {
    if (op.route.params.app !== op.appId) throw new Refusal(401, "invalid_credentials", "this is another app's path");
    return;
  }
  assertVouchingUntouched(op);
}

/** INVARIANT I21: who may vouch for an app's users is said with the operator's key alone. */
function assertVouchingUntouched(op: Operation): void {
  const { body } = op;
  if (typeof body !== "object" || body === null || Array.isArray(body)) return;
  if (Object.hasOwn(body, "jwt") && !(op.route.operation === "createApp" && body.jwt === null)) {
    throw new Refusal(
      400,
      "feature_not_enabled",
      "an app's identity provider is set with the operator's key, from the command line: npx mandate app create --jwt-public-key",
    );
  }
  if (Object.hasOwn(body, "oauth_providers")) {
    throw new Refusal(
      400,
      "feature_not_enabled",
      "whose sign-ins an app believes is set with the operator's key, from the command line: npx mandate app provider set",
    );
  }
}
