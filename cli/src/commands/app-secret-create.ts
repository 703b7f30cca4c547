import { registerAppSecret } from "../app-registration.ts";
import { CliError } from "../cli-error.ts";
import type { CommandContext } from "../command.ts";
import { findDataFolder } from "../data-folder.ts";
import { findServer } from "../operator-request.ts";
import { readSecret, warnOfShortSecret } from "../secret-flag.ts";

export type AppSecretCreateValues = { id?: string; secret?: string };

/** `mandate app secret create`: one more secret for an app, which is nowhere to be had afterwards. */
export async function appSecretCreate(values: AppSecretCreateValues, context: CommandContext): Promise<number> {
  if (values.id === undefined || !/^[a-z0-9]{25}$/.test(values.id)) {
    throw new CliError("usage", "Name the app: --id ID, 25 lower-case letters and digits (npx mandate app list).", 2);
  }
  const secret = readSecret(values.secret);
  warnOfShortSecret(secret, context);
  const server = findServer(context.environment, findDataFolder(context.environment, context.cwd));
  const made = await registerAppSecret(server, { id: values.id, ...(secret !== undefined && { secret }) }, Date.now());
  if (context.json) context.stdout(`${JSON.stringify(made)}\n`);
  else context.stdout(`id      ${made.id}\nsecret  ${made.secret}\n\nThe secret is shown this once.\n`);
  return 0;
}
