import { operatorChange, operatorSend } from "@mandate/cli/operator-request";
import { type OidcIssuer, oidcClient } from "../login/oidc-issuer.ts";
import type { App, Stack } from "../stack.ts";

export const LOCAL_PROVIDER = "custom:local";

/** Users of the app may sign in with the issuer's accounts from now on; its key is pinned. */
export async function pinLocalProvider({ instance }: Stack, app: App, issuer: OidcIssuer): Promise<void> {
  const path = `/operator/v1/apps/${app.id}`;
  const pin = {
    provider: LOCAL_PROVIDER,
    client_id: oidcClient.id,
    issuer: issuer.url,
    public_key_pem: issuer.publicKeyPem,
  };
  const change = { method: "PATCH" as const, path, appId: app.id, body: { oauth_providers: [pin] } };
  await operatorChange(instance.server, change, Date.now());
  const secret = { provider: LOCAL_PROVIDER, client_secret: oidcClient.secret };
  await operatorSend(instance.server, `${path}/oauth_client_secrets`, secret);
}
