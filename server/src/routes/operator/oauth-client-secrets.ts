import type { oauthSecretRoutes } from "@mandate/contract/oauth-secrets";
import { ApiError } from "../../api-error.ts";
import { findApp } from "../../apps/app-settings.ts";
import type { Deps } from "../../deps.ts";
import { listClientSecrets, setClientSecret } from "../../oauth/client-secrets.ts";
import type { RouteHandler } from "../handler.ts";

export const listOAuthClientSecrets: RouteHandler<typeof oauthSecretRoutes.listOAuthClientSecrets> = async (
  deps,
  { params },
) => {
  await assertApp(deps, params.app_id);
  const known = await listClientSecrets(deps, params.app_id);
  return {
    status: 200,
    body: { data: known.map(({ provider, updatedAtMs }) => ({ provider, updated_at: updatedAtMs })) },
  };
};

/** It never comes out again, and may come before the provider is configured. */
export const setOAuthClientSecret: RouteHandler<typeof oauthSecretRoutes.setOAuthClientSecret> = async (
  deps,
  { params, body },
) => {
  await assertApp(deps, params.app_id);
  await setClientSecret(deps, params.app_id, body.provider, body.client_secret);
  return { status: 200, body: { success: true } };
};

async function assertApp(deps: Deps, appId: string): Promise<void> {
  if ((await findApp(deps, appId)) === undefined) throw new ApiError("not_found");
}
