import { readFileSync } from "node:fs";
import type { JsonObject, JsonValue } from "@mandate/core/encoding/json-value";
import { CliError } from "../cli-error.ts";
import type { CommandContext } from "../command.ts";
import { findDataFolder } from "../data-folder.ts";
import { readJwtPublicKey } from "../jwt-public-key.ts";
import {
  findServer,
  memberOf,
  operatorChange,
  operatorGet,
  operatorSend,
  type ServerAddress,
} from "../operator-request.ts";

export type AppProviderValues = {
  id?: string;
  provider?: string;
  "client-id"?: string;
  "client-secret-file"?: string;
  issuer?: string;
  "public-key"?: string;
  "jwks-url"?: string;
  "authorization-endpoint"?: string;
  "token-endpoint"?: string;
  "userinfo-endpoint"?: string;
  scope?: string[];
  "display-name"?: string;
  "trust-api"?: boolean;
};

/** `mandate app provider set`: lets users sign in with a provider, or replaces what was said about it. */
export async function appProviderSet(values: AppProviderValues, context: CommandContext): Promise<number> {
  const { server, path, id } = findApp(values, context);
  const provider = requireFlag(values.provider, "--provider NAME: google, apple, github, discord or custom:<name>");
  const pin = describeProvider(values, provider, requireFlag(values["client-id"], "--client-id ID"));
  const secret = readClientSecret(values["client-secret-file"]);
  const others = (await readProviders(server, path)).filter((one) => memberOf(one, "provider") !== provider);
  await change(server, path, id, [...others, pin]);
  if (secret !== undefined)
    await operatorSend(server, `${path}/oauth_client_secrets`, { provider, client_secret: secret });
  const callback = `${server.url}/api/v1/oauth/callback`;
  if (context.json) context.stdout(`${JSON.stringify({ id, provider, redirect_uri: callback })}\n`);
  else context.stdout(`${provider} is set. Register this redirect URI with it: ${callback}\n`);
  return 0;
}

/** `mandate app provider remove`: nobody signs in with it any more; accounts stay linked. */
export async function appProviderRemove(values: AppProviderValues, context: CommandContext): Promise<number> {
  const { server, path, id } = findApp(values, context);
  const provider = requireFlag(values.provider, "--provider NAME");
  const known = await readProviders(server, path);
  const others = known.filter((one) => memberOf(one, "provider") !== provider);
  if (others.length === known.length) throw new CliError("not_found", `The app has no provider ${provider}.`);
  await change(server, path, id, others);
  await operatorSend(server, `${path}/oauth_client_secrets`, { provider, client_secret: null });
  if (context.json) context.stdout(`${JSON.stringify({ id, provider })}\n`);
  else context.stdout(`${provider} is removed.\n`);
  return 0;
}

/** `mandate app provider list`: without secrets, which never come out again. */
export async function appProviderList(values: AppProviderValues, context: CommandContext): Promise<number> {
  const { server, path } = findApp(values, context);
  const providers = await readProviders(server, path);
  if (context.json) context.stdout(`${JSON.stringify({ data: providers })}\n`);
  else if (providers.length === 0) context.stdout("No providers yet.\n");
  for (const one of context.json ? [] : providers) {
    const words = memberOf(one, "proof") === "api" ? "on the API's word" : String(memberOf(one, "issuer"));
    context.stdout(`${String(memberOf(one, "provider"))}  ${String(memberOf(one, "client_id"))}  ${words}\n`);
  }
  return 0;
}

function findApp(values: AppProviderValues, context: CommandContext) {
  const { id } = values;
  if (id === undefined || !/^[a-z0-9]{25}$/.test(id))
    throw new CliError("usage", "Name the app: --id ID, 25 lower-case letters and digits (npx mandate app list).", 2);
  const server = findServer(context.environment, findDataFolder(context.environment, context.cwd));
  return { server, id, path: `/operator/v1/apps/${id}` };
}

function describeProvider(values: AppProviderValues, provider: string, clientId: string): JsonObject {
  const key = values["public-key"];
  const members: [string, JsonValue | undefined][] = [
    ["proof", values["trust-api"] === true ? "api" : undefined],
    ["issuer", values.issuer],
    ["public_key_pem", key === undefined ? undefined : readJwtPublicKey(key)],
    ["jwks_url", values["jwks-url"]],
    ["authorization_endpoint", values["authorization-endpoint"]],
    ["token_endpoint", values["token-endpoint"]],
    ["userinfo_endpoint", values["userinfo-endpoint"]],
    ["scopes", values.scope],
    ["display_name", values["display-name"]],
  ];
  const given = members.filter((member): member is [string, JsonValue] => member[1] !== undefined);
  return { provider, client_id: clientId, ...Object.fromEntries(given) };
}

/** From a file, or with `-` from standard input: a command line can be read by every process of the machine. */
function readClientSecret(path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  let text: string;
  try {
    text = readFileSync(path === "-" ? 0 : path, "utf8").trim();
  } catch {
    throw new CliError("usage", `--client-secret-file ${path} cannot be read.`, 2);
  }
  if (!/^[\x21-\x7e]{1,8192}$/.test(text))
    throw new CliError("usage", "--client-secret-file must hold one line of printable ASCII characters.", 2);
  return text;
}

async function readProviders(server: ServerAddress, path: string): Promise<JsonObject[]> {
  const providers = memberOf(await operatorGet(server, path), "oauth_providers");
  return Array.isArray(providers) ? (providers as JsonObject[]) : [];
}

function change(server: ServerAddress, path: string, appId: string, providers: JsonObject[]): Promise<JsonValue> {
  const body = { oauth_providers: providers };
  return operatorChange(server, { method: "PATCH", path, appId, body }, Date.now());
}

function requireFlag(value: string | undefined, what: string): string {
  if (value === undefined || value === "") throw new CliError("usage", `Give ${what}.`, 2);
  return value;
}
