import { createPublicKey } from "node:crypto";
import type { appRoutes } from "@mandate/contract/apps";
import { ApiError } from "../../api-error.ts";
import { findApp } from "../../apps/app-settings.ts";
import type { RouteHandler } from "../handler.ts";

/** RFC 7517; what `@privy-io/node` verifies tokens with. */
export const getAppJwks: RouteHandler<typeof appRoutes.getAppJwks> = async (deps, { params }) => {
  const app = await findApp(deps, params.app_id);
  if (app === undefined) throw new ApiError("not_found");
  const { kty, crv, x, y } = createPublicKey(app.tokenKey.publicKeyPem).export({ format: "jwk" });
  return { status: 200, body: { keys: [{ kty, crv, x, y, kid: app.tokenKey.kid, use: "sig", alg: "ES256" }] } };
};
