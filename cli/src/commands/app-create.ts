import { type AppRegistration, type JwtSettings, registerApp } from "../app-registration.ts";
import { CliError } from "../cli-error.ts";
import type { CommandContext } from "../command.ts";
import { findDataFolder } from "../data-folder.ts";
import { readJwtPublicKey } from "../jwt-public-key.ts";
import { findServer } from "../operator-request.ts";
import { readSecret, warnOfShortSecret } from "../secret-flag.ts";

export type AppCreateValues = {
  name?: string;
  id?: string;
  secret?: string;
  origin?: string[];
  "jwt-public-key"?: string;
  "jwks-url"?: string;
  "jwt-issuer"?: string;
  "jwt-audience"?: string;
  "jwt-subject-claim"?: string;
  "test-account"?: string[];
  "server-side-access"?: boolean;
};

/** `mandate app create`: makes an app and prints its secret, which is nowhere to be had afterwards. */
export async function appCreate(values: AppCreateValues, context: CommandContext): Promise<number> {
  const app = readRegistration(values);
  warnOfShortSecret(app.secret, context);
  const server = findServer(context.environment, findDataFolder(context.environment, context.cwd));
  const made = await registerApp(server, app, Date.now());
  if (context.json) context.stdout(`${JSON.stringify(made)}\n`);
  else
    context.stdout(
      `name    ${made.name}\nid      ${made.id}\nsecret  ${made.secret}\n\nThe secret is shown this once.\n`,
    );
  return 0;
}

/** What the flags describe. Throws a CliError with exit code 2 when they make no sense. */
export function readRegistration(values: AppCreateValues): AppRegistration {
  const name = values.name?.trim() ?? "";
  if (name === "") throw usage("Give the app a name: --name N.");
  if (values.id !== undefined && !/^[a-z0-9]{25}$/.test(values.id)) {
    throw usage("--id must be 25 lower-case letters and digits.");
  }
  const secret = readSecret(values.secret);
  const jwt = readJwt(values);
  return {
    name,
    ...(values.id !== undefined && { id: values.id }),
    ...(secret !== undefined && { secret }),
    allowedOrigins: (values.origin ?? []).map(readOrigin),
    jwt,
    testAccounts: (values["test-account"] ?? []).map(readTestAccount),
    serverSideAccess: values["server-side-access"] ?? false,
  };
}

function readJwt(values: AppCreateValues): JwtSettings | undefined {
  const keyFile = values["jwt-public-key"];
  const jwksUrl = values["jwks-url"];
  const optional = {
    ...(values["jwt-issuer"] !== undefined && { issuer: values["jwt-issuer"] }),
    ...(values["jwt-audience"] !== undefined && { audience: values["jwt-audience"] }),
    ...(values["jwt-subject-claim"] !== undefined && { subjectClaim: values["jwt-subject-claim"] }),
  };
  if (keyFile !== undefined && jwksUrl !== undefined) throw usage("Give --jwt-public-key or --jwks-url, not both.");
  if (keyFile !== undefined) return { publicKeyPem: readJwtPublicKey(keyFile), ...optional };
  if (jwksUrl !== undefined) {
    if (!/^https?:\/\//.test(jwksUrl) || !URL.canParse(jwksUrl)) throw usage("--jwks-url must be an http(s) URL.");
    return { jwksUrl, ...optional };
  }
  if (Object.keys(optional).length > 0) {
    throw usage("--jwt-issuer, --jwt-audience and --jwt-subject-claim need --jwt-public-key or --jwks-url.");
  }
  return undefined;
}

function readOrigin(text: string): string {
  if (/^https?:\/\//.test(text) && URL.canParse(text)) {
    const { origin } = new URL(text);
    if (text === origin || text === `${origin}/`) return origin;
  }
  throw usage(`--origin must be an origin such as https://app.example.com, not "${text}".`);
}

function readTestAccount(text: string): { email: string; otp: string } {
  const colon = text.lastIndexOf(":");
  const email = text.slice(0, Math.max(colon, 0));
  const otp = text.slice(colon + 1);
  if (/^[^\s@]+@[^\s@]+$/.test(email) && /^\d{6}$/.test(otp)) return { email, otp };
  throw usage("--test-account must be EMAIL:OTP with six digits, such as test@example.com:123456.");
}

function usage(message: string): CliError {
  return new CliError("usage", message, 2);
}
