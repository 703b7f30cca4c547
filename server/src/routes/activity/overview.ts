import type { activityRoutes } from "@mandate/contract/activity";
import { readSealedRecord } from "@mandate/signer/protocol";
import type { Deps } from "../../deps.ts";
import { requireApp } from "../app-resources/for-team.ts";
import type { RouteHandler } from "../handler.ts";

/** Among the newest authorization keys; an app that has set one up has it there. */
const KEYS_LOOKED_AT = 20;

export const getOverview: RouteHandler<typeof activityRoutes.getOverview> = async (deps, { params }) => {
  const appId = params.app_id;
  const app = readSealedRecord((await requireApp(deps, appId)).sealed).body;
  const one = { cursor: undefined, limit: 1 };
  const { storage } = deps;
  const [users, decisions, keys, policies, wallets, refusals, signerIds] = await Promise.all([
    storage.countUsers(appId),
    storage.findLastSequence(appId),
    storage.listRecords(appId, "key_quorum", { titled: true }, { ...one, limit: KEYS_LOOKED_AT, order: "newest" }),
    storage.listRecords(appId, "policy", {}, one),
    storage.listWallets(appId, {}, one),
    storage.listLatestReceipts(appId, { decision: "DENY" }, undefined, 1),
    findSignerIds(deps, appId),
  ]);
  const signatures = await Promise.all(signerIds.map((signerId) => findAllowedSignature(deps, appId, signerId)));
  return {
    status: 200,
    body: {
      users,
      decisions,
      checklist: {
        has_secret: (app.secrets as unknown[]).length > 0,
        server_side_access: app.server_side_access === true,
        has_authorization_key: keys.data.length > 0,
        has_policy: policies.data.length > 0,
        has_wallet: wallets.data.length > 0,
        has_session_signer: signerIds.length > 0,
        has_allowed_signature: signatures.some((found) => found),
        has_refusal: refusals.length > 0,
      },
    },
  };
};

/** Key quorums that are a session signer of some wallet, among the newest, with and without a name. */
async function findSignerIds(deps: Deps, appId: string): Promise<string[]> {
  const page = { cursor: undefined, limit: KEYS_LOOKED_AT, order: "newest" as const };
  const pages = await Promise.all([
    deps.storage.listRecords(appId, "key_quorum", { titled: true }, page),
    deps.storage.listRecords(appId, "key_quorum", {}, page),
  ]);
  const ids = [...new Set(pages.flatMap(({ data }) => data.map(({ id }) => id)))];
  const referrers = await Promise.all(ids.map((id) => deps.storage.findReferrers(appId, ["signer"], id, 1)));
  return ids.filter((_, at) => referrers[at]!.length > 0);
}

async function findAllowedSignature(deps: Deps, appId: string, signerId: string): Promise<boolean> {
  const filter = { signerId, decision: "ALLOW" as const };
  return (await deps.storage.listLatestReceipts(appId, filter, undefined, 1)).length > 0;
}
