import type { LoginMethod } from "@mandate/core/login/login-method";
import { loginMethodsOf } from "./app-settings.ts";
import type { AppBody } from "./records.ts";
import { Refusal } from "./refusal.ts";
import type { AuthorityRecord } from "./seal.ts";

export function assertOn(app: AuthorityRecord<AppBody>, method: LoginMethod): void {
  if (loginMethodsOf(app.body).includes(method)) return;
  throw new Refusal(403, "disallowed_login_method", `this app has the login method \`${method}\` switched off`);
}

/** Of the app's pages, those of its clients included. */
export function allowedOriginsOf({ body }: AuthorityRecord<AppBody>): string[] {
  return [...body.allowed_origins, ...body.clients.flatMap((client) => client.allowed_origins ?? [])];
}
