import type { loginRoutes } from "@mandate/contract/login";
import { ApiError } from "../../api-error.ts";
import type { AppSettings } from "../../apps/app-settings.ts";
import type { Deps } from "../../deps.ts";
import { completeLogin } from "../../login/complete-login.ts";
import { assertLinked, linkAccount, replaceAccount, unlinkAccount } from "../../login/link-account.ts";
import {
  assertNotLocked,
  CODE_LIFETIME_MS,
  type CodeScope,
  issueCode,
  noteGuess,
  useCode,
} from "../../login/one-time-codes.ts";
import type { RouteHandler } from "../handler.ts";

/** Known and unknown addresses go the same way: a code is made and mailed, whoever it is. */
export const initEmail: RouteHandler<typeof loginRoutes.initEmail> = async (deps, { app, body }) => {
  assertOn(app);
  const address = body.email.toLowerCase();
  // A test account's code is fixed and known to the app; no mail goes out.
  if (app.testAccountEmails.includes(address)) return { status: 200, body: { success: true } };
  if (deps.mailer.kind === "none")
    throw new ApiError("feature_not_enabled", "this server cannot send mail: its operator has to set MANDATE_SMTP_URL");
  const code = await issueCode(deps, scopeOf(app, address));
  await deps.mailer.send({
    appId: app.id,
    to: address,
    subject: `${code} is your code for ${app.name.replace(/\s+/g, " ")}`,
    text: `Your code for ${app.name} is ${code}.\n\nIt works once, within ${CODE_LIFETIME_MS / 60_000} minutes. If you did not ask for it, somebody mistyped their address: there is nothing to do.\n`,
  });
  return { status: 200, body: { success: true } };
};

export const authenticateWithEmail: RouteHandler<typeof loginRoutes.authenticateWithEmail> = async (
  deps,
  { request, app, body },
) => {
  assertOn(app);
  return withCode(deps, app, body, (facts) => {
    const address = body.email.toLowerCase();
    return completeLogin(deps, request, app, {
      identity: `email:${address}`,
      account: { type: "email", address },
      facts,
    });
  });
};

export const linkEmail: RouteHandler<typeof loginRoutes.linkEmail> = async (deps, { request, app, user, body }) => {
  assertOn(app);
  return withCode(deps, app, body, (facts) => {
    const address = body.email.toLowerCase();
    return linkAccount(deps, request, app, user!, {
      identity: `email:${address}`,
      account: { type: "email", address },
      facts,
    });
  });
};

export const unlinkEmail: RouteHandler<typeof loginRoutes.unlinkEmail> = async (deps, { request, app, user, body }) =>
  unlinkAccount(deps, request, app, user!, `email:${body.address.toLowerCase()}`);

export const updateEmail: RouteHandler<typeof loginRoutes.updateEmail> = async (
  deps,
  { request, app, user, body: { oldAddress, newAddress, code } },
) => {
  assertOn(app);
  const replaced = `email:${oldAddress.toLowerCase()}`;
  await assertLinked(deps, app, user!, replaced);
  const address = newAddress.toLowerCase();
  return withCode(deps, app, { email: address, code }, (facts) =>
    replaceAccount(deps, request, app, user!, replaced, {
      identity: `email:${address}`,
      account: { type: "email", address },
      facts,
    }),
  );
};

/** A mailed code is used up here; the code of a test account is compared by the signer, and counted all the same. */
async function withCode<T>(
  deps: Deps,
  app: AppSettings,
  body: { email: string; code: string },
  proceed: (facts: { attested?: string }) => Promise<T>,
): Promise<T> {
  const address = body.email.toLowerCase();
  const scope = scopeOf(app, address);
  if (!app.testAccountEmails.includes(address)) {
    await useCode(deps, scope, body.code);
    return proceed({ attested: `email:${address}` });
  }
  await assertNotLocked(deps, scope);
  try {
    const answer = await proceed({});
    await noteGuess(deps, scope, true);
    return answer;
  } catch (error) {
    if (error instanceof ApiError && error.code === "invalid_credentials") await noteGuess(deps, scope, false);
    throw error;
  }
}

function scopeOf(app: AppSettings, address: string): CodeScope {
  return { appId: app.id, purpose: "sign-in", address };
}

function assertOn(app: AppSettings): void {
  if (!app.loginMethods.includes("email")) throw new ApiError("disallowed_login_method");
}
