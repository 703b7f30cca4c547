import { randomBytes } from "node:crypto";
import type { loginRoutes } from "@mandate/contract/login";
import { isOriginAllowed } from "@mandate/core/login/origin";
import { relyingPartyOf } from "@mandate/core/login/passkey";
import { ApiError } from "../../api-error.ts";
import type { AppSettings } from "../../apps/app-settings.ts";
import { askOnly } from "../../authority/decide-and-commit.ts";
import type { Deps } from "../../deps.ts";
import type { HttpRequest } from "../../http/request.ts";
import { completeLogin } from "../../login/complete-login.ts";
import { linkAccount, unlinkAccount } from "../../login/link-account.ts";
import { readProfile } from "../../views/user.ts";
import type { RouteHandler } from "../handler.ts";

/** How long the browser waits for somebody to touch the authenticator; the challenge lives a little longer. */
const TIMEOUT_MS = 5 * 60 * 1000;

export const initPasskeyRegistration: RouteHandler<typeof loginRoutes.initPasskeyRegistration> = async (
  deps,
  { request, app, body },
) => ({
  status: 200,
  body: await registrationOptions(deps, request, app, body.relying_party, { name: app.name, known: [] }),
});

export const registerPasskey: RouteHandler<typeof loginRoutes.registerPasskey> = (deps, { request, app, body }) =>
  completeLogin(deps, request, app, describe(body.authenticator_response.id));

export const initPasskey: RouteHandler<typeof loginRoutes.initPasskey> = async (deps, { request, app, body }) => {
  const { rpId, relying_party } = readRelyingParty(request, app, body.relying_party);
  const challenge = await getChallenge(deps, request, app);
  // Which passkeys there are is the authenticator's to say: a list would tell who is a user.
  const options = { challenge, rp_id: rpId, timeout: TIMEOUT_MS, allow_credentials: [], user_verification: "required" };
  return { status: 200, body: { options, relying_party } };
};

/** Only a passkey that is somebody's signs in; it makes no user. The signer verifies the signature by the sealed key. */
export const authenticateWithPasskey: RouteHandler<typeof loginRoutes.authenticateWithPasskey> = async (
  deps,
  { request, app, body },
) => {
  const login = describe(body.authenticator_response.id);
  if (app.loginMethods.includes("passkey") && !(await isRegistered(deps, app, login.identity)))
    throw new ApiError("passkey_not_registered");
  return completeLogin(deps, request, app, login);
};

export const initPasskeyLink: RouteHandler<typeof loginRoutes.initPasskeyLink> = async (
  deps,
  { request, app, user: caller, body },
) => {
  const user = await deps.storage.findUser(app.id, caller!.id);
  if (user === undefined) throw new ApiError("user_does_not_exist");
  const accounts = readProfile(user).linked_accounts;
  const email = accounts.find(({ type }) => type === "email")?.address;
  const known = accounts.filter(({ type }) => type === "passkey").map(({ credential_id }) => String(credential_id));
  const name = typeof email === "string" ? email : app.name;
  return { status: 200, body: await registrationOptions(deps, request, app, body.relying_party, { name, known }) };
};

export const linkPasskey: RouteHandler<typeof loginRoutes.linkPasskey> = (deps, { request, app, user, body }) =>
  linkAccount(deps, request, app, user!, describe(body.authenticator_response.id));

export const unlinkPasskey: RouteHandler<typeof loginRoutes.unlinkPasskey> = (deps, { request, app, user, body }) =>
  unlinkAccount(deps, request, app, user!, `passkey:${body.credential_id}`);

async function registrationOptions(
  deps: Deps,
  request: HttpRequest,
  app: AppSettings,
  asked: string | null | undefined,
  { name, known }: { name: string; known: string[] },
) {
  const { rpId, relying_party } = readRelyingParty(request, app, asked);
  const options = {
    challenge: await getChallenge(deps, request, app),
    rp: { id: rpId, name: app.name },
    // Random, so that it tells nothing of the user and no passkey takes another one's place on the authenticator.
    user: { id: randomBytes(32).toString("base64url"), name, display_name: name },
    pub_key_cred_params: [{ type: "public-key", alg: -7 }],
    timeout: TIMEOUT_MS,
    attestation: "none",
    authenticator_selection: {
      resident_key: "required",
      require_resident_key: true,
      user_verification: "required",
    },
    exclude_credentials: known.map((id) => ({ type: "public-key", id })),
  };
  return { options, relying_party };
}

/** The signer makes challenges, so that it knows by itself when they were answered. */
async function getChallenge(deps: Deps, request: HttpRequest, app: AppSettings): Promise<string> {
  const { challenge } = await askOnly(deps, request, { appId: app.id, records: [] });
  return challenge as string;
}

/** The page that asks, or the one that it names: a page above it, or any for a program that is no browser. */
function readRelyingParty(request: HttpRequest, app: AppSettings, asked: string | null | undefined) {
  const { origin } = request.headers;
  const page = origin ?? asked;
  if (page == null)
    throw new ApiError("invalid_data", "relying_party is missing: name a page of the app, such as https://app.example");
  const origins = [...app.allowedOrigins, ...app.clients.flatMap(({ allowedOrigins }) => allowedOrigins ?? [])];
  for (const one of [page, asked ?? page])
    if (!isOriginAllowed(one, origins))
      throw new ApiError(
        "invalid_origin",
        "passkeys are for pages of the app's allowed origins only; add it in the app's settings",
      );
  const rpId = relyingPartyOf(page, asked ?? undefined);
  if (rpId === undefined)
    throw new ApiError(
      "invalid_data",
      "passkeys are for a host with a name: one of a page above, and no address; use http://localhost for development",
    );
  return { rpId, relying_party: asked ?? page };
}

async function isRegistered(deps: Deps, app: AppSettings, identity: string): Promise<boolean> {
  return (await deps.storage.findUserByAccount(app.id, identity)) !== undefined;
}

function describe(credentialId: string) {
  const account = { type: "passkey", credential_id: credentialId, enrolled_in_mfa: false };
  return { identity: `passkey:${credentialId}`, account };
}
