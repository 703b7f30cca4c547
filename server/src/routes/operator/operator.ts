import type { operatorRoutes } from "@mandate/contract/operator";
import type { SignerAccepted } from "@mandate/signer/protocol";
import { ApiError } from "../../api-error.ts";
import { readAppSettings } from "../../apps/app-settings.ts";
import { decideAndCommit, jsonAnswer, toHttpResponse } from "../../authority/decide-and-commit.ts";
import type { Deps } from "../../deps.ts";
import type { HttpRequest } from "../../http/request.ts";
import type { HttpResponse } from "../../http/response.ts";
import { listInbox as listInboxEntries } from "../../mail/mailer.ts";
import { isAdmin } from "../../team/team-caller.ts";
import type { RouteHandler } from "../handler.ts";
import { putOf } from "../put-of.ts";

export const getStatus: RouteHandler<typeof operatorRoutes.getStatus> = async (deps) => {
  const { config } = deps;
  const signer = await deps.signer.send({ kind: "status" });
  if (signer.outcome !== "status") throw new ApiError("unavailable");
  await deps.storage.check();
  const { phase, rootKey, primitives, notes, origins } = signer;
  return {
    status: 200,
    body: {
      url: config.publicOrigins[0] ?? `http://${config.host}:${config.port}`,
      dataDir: config.dataDir,
      database: deps.storage.kind,
      signer: { phase, root_key_provider: rootKey.provider, root_key_id: rootKey.id, primitives, notes, origins },
      chains: Object.fromEntries(config.rpcUrls),
      mail: deps.mailer.kind,
      version: config.version,
    },
  };
};

export const listApps: RouteHandler<typeof operatorRoutes.listApps> = async (deps) => {
  const apps = await deps.storage.listApps();
  return { status: 200, body: { data: apps.map((record) => viewOperatorApp(record.sealed)) } };
};

/** Only while mails are kept: a server that sends them keeps none. */
export const listInbox: RouteHandler<typeof operatorRoutes.listInbox> = async (deps, { request }) => {
  if (deps.mailer.kind !== "inbox")
    throw new ApiError("feature_not_enabled", "this server sends its mail; only one in development keeps it");
  return { status: 200, body: { data: await listInboxEntries(deps.documents, deps.nowMs(), isAdmin(request)) } };
};

/** The secret is made where it is used and never comes here; its hash does. The signer checks the operator's signature. */
export const createApp: RouteHandler<typeof operatorRoutes.createApp> = async (deps, { request, body }) => {
  const appId = body.id;
  assertAppHeader(request, appId, "id");
  const existing = await deps.storage.findRecord(appId, { type: "app", id: appId }, { includeDeleted: true });
  if (existing !== undefined)
    throw new ApiError("resource_already_exists", `an app with the id \`${appId}\` exists already`);
  const { answer } = await decideAndCommit(deps, request, {
    appId,
    records: [],
    idempotent: false,
    answer: (accepted) => jsonAnswer(viewOperatorApp(putOf(accepted, "app").sealed)),
  });
  return toHttpResponse(answer);
};

export const getOperatorApp: RouteHandler<typeof operatorRoutes.getOperatorApp> = async (deps, { params }) => {
  const record = await deps.storage.findRecord(params.app_id, { type: "app", id: params.app_id });
  if (record === undefined) throw new ApiError("not_found");
  return { status: 200, body: viewOperatorApp(record.sealed) };
};

/** The signer checks the operator's signature and seals what the app is from here on. */
export const updateApp: RouteHandler<typeof operatorRoutes.updateApp> = async (deps, { request, params }) =>
  changeApp(deps, request, params.app_id, (accepted) => viewOperatorApp(putOf(accepted, "app").sealed));

/** As with `createApp`, only the hash of the secret comes here. */
export const createAppSecret: RouteHandler<typeof operatorRoutes.createAppSecret> = async (deps, { request, params }) =>
  changeApp(deps, request, params.app_id, (accepted) => accepted.result);

export const deleteApp: RouteHandler<typeof operatorRoutes.deleteApp> = async (deps, { request, params }) =>
  changeApp(deps, request, params.app_id, (accepted) => accepted.result);

export const deleteAppSecret: RouteHandler<typeof operatorRoutes.deleteAppSecret> = async (deps, { request, params }) =>
  changeApp(deps, request, params.app_id, (accepted) => accepted.result);

/** What the operator signs names the app in a header; a member of the team, who signs nothing, need not. */
function assertAppHeader(request: HttpRequest, appId: string, what: string): void {
  const header = request.headers["privy-app-id"];
  if (header === appId || (header === undefined && request.team?.type === "member")) return;
  throw new ApiError("invalid_data", `${what} must equal the privy-app-id header`);
}

async function changeApp(
  deps: Deps,
  request: HttpRequest,
  appId: string,
  view: (accepted: SignerAccepted) => unknown,
): Promise<HttpResponse> {
  if ((await deps.storage.findRecord(appId, { type: "app", id: appId })) === undefined) throw new ApiError("not_found");
  assertAppHeader(request, appId, "the app in the path");
  const { answer } = await decideAndCommit(deps, request, {
    appId,
    target: { key: { type: "app", id: appId }, missing: "not_found" },
    records: [],
    idempotent: false,
    answer: (accepted) => jsonAnswer(view(accepted)),
  });
  return toHttpResponse(answer);
}

function viewOperatorApp(sealed: string) {
  const app = readAppSettings(sealed);
  return {
    id: app.id,
    name: app.name,
    created_at: app.createdAtMs,
    allowed_origins: app.allowedOrigins,
    clients: app.clients.map(({ id, name, allowedOrigins }) => ({ id, name, allowed_origins: allowedOrigins })),
    custom_jwt_auth: app.jwt !== null,
    jwt: app.jwt,
    oauth_providers: app.oauthProviders,
    server_side_access: app.serverSideAccess,
    login_methods: app.loginMethods,
    test_accounts: app.testAccountEmails.map((email) => ({ email })),
    access_token_seconds: app.accessTokenSeconds,
    refresh_token_seconds: app.refreshTokenSeconds,
    identity_tokens: app.identityTokens,
    secrets: app.secrets.map(({ id, createdAtMs }) => ({ id, created_at: createdAtMs })),
  };
}
