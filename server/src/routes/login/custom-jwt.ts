import type { loginRoutes } from "@mandate/contract/login";
import { ApiError } from "../../api-error.ts";
import type { AppSettings } from "../../apps/app-settings.ts";
import { readTokenMember } from "../../authenticate/token-member.ts";
import type { Deps } from "../../deps.ts";
import { completeLogin, type ProvedLogin } from "../../login/complete-login.ts";
import { linkAccount } from "../../login/link-account.ts";
import type { RouteHandler } from "../handler.ts";

export const authenticateWithCustomJwt: RouteHandler<typeof loginRoutes.authenticateWithCustomJwt> = async (
  deps,
  { request, app, body },
) => completeLogin(deps, request, app, await describe(deps, app, body.token));

export const linkCustomJwt: RouteHandler<typeof loginRoutes.linkCustomJwt> = async (
  deps,
  { request, app, user, body },
) => linkAccount(deps, request, app, user!, await describe(deps, app, body.token));

/** Whom the token names, unverified: the signer verifies it and refuses what does not hold. */
async function describe(
  deps: Deps,
  app: AppSettings,
  token: string,
): Promise<ProvedLogin & { account: { type: string } }> {
  if (app.jwt === null) throw new ApiError("disallowed_login_method", "this app has no identity provider of its own");
  const subject = readTokenMember(token, 1, app.jwt.subject_claim);
  if (subject === undefined || subject === "") throw new ApiError("missing_or_invalid_token");
  const { jwks_url: url } = app.jwt;
  return {
    identity: `custom_auth:${subject}`,
    account: { type: "custom_auth", custom_user_id: subject },
    ...(url === null ? {} : { jwks: await deps.jwks.get(url, readTokenMember(token, 0, "kid")) }),
  };
}
