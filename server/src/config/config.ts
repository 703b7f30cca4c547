import { resolve } from "node:path";
import type { EgressRules } from "../egress/address-rules.ts";

export type Config = {
  host: string;
  port: number;
  dataDir: string;
  /** A file path, `sqlite://<path>` or `postgres://…`. */
  databaseUrl: string;
  /** PostgreSQL only. */
  databaseConnectionsMax: number;
  publicOrigins: string[];
  /** RPC URL by CAIP-2 chain id. */
  rpcUrls: ReadonlyMap<string, string>;
  /** SHA-256 of the operator's token, hex. */
  operatorTokenSha256: string | undefined;
  requestsPerSecondMax: number;
  usersPerMinuteMax: number;
  /** Where mail is handed over; undefined sends none. */
  smtpUrl: string | undefined;
  mailFrom: string;
  isProduction: boolean;
  /** Where the server may connect to when an app's settings name the address. */
  egress: EgressRules;
  /** Requests that are worked on at once; more are turned away. */
  inFlightMax: number;
  /** Where metrics are served; undefined serves none. */
  metrics: { port: number; host: string } | undefined;
  /** Whether each request is written to the log, not only failures. */
  logRequests: boolean;
  /** Whether the dashboard is served and members of the team may sign in. */
  dashboard: boolean;
  version: string;
};

/** The settings are wrong. The message names the variable and what it should hold. */
export class ConfigError extends Error {
  override name = "ConfigError";
}

/** Reads the settings of docs/operations.md. Unknown `MANDATE_` names are not ours to refuse: the signer has its own. */
export function readConfig(env: { readonly [name: string]: string | undefined }, version: string): Config {
  const host = env.MANDATE_HOST ?? "127.0.0.1";
  const port = readInteger(env.MANDATE_PORT ?? "3000", "MANDATE_PORT", 1, 65_535);
  const dataDir = resolve(env.MANDATE_DATA_DIR ?? ".mandate");
  return {
    host,
    port,
    dataDir,
    databaseUrl: env.MANDATE_DATABASE_URL ?? resolve(dataDir, "mandate.db"),
    databaseConnectionsMax: readInteger(
      env.MANDATE_DATABASE_CONNECTIONS ?? "10",
      "MANDATE_DATABASE_CONNECTIONS",
      2,
      1000,
    ),
    publicOrigins: readOrigins(env.MANDATE_PUBLIC_URL),
    rpcUrls: readRpcUrls(env.MANDATE_RPC_URLS ?? ""),
    operatorTokenSha256: env.MANDATE_OPERATOR_TOKEN_SHA256,
    requestsPerSecondMax: readInteger(env.MANDATE_RATE_LIMIT ?? "2000", "MANDATE_RATE_LIMIT", 1, 1_000_000),
    usersPerMinuteMax: readInteger(env.MANDATE_USERS_PER_MINUTE ?? "240", "MANDATE_USERS_PER_MINUTE", 1, 1_000_000),
    smtpUrl: readSmtpUrl(env.MANDATE_SMTP_URL),
    mailFrom: env.MANDATE_MAIL_FROM ?? "Mandate <mandate@localhost>",
    isProduction: env.NODE_ENV === "production",
    egress: { loopback: env.NODE_ENV !== "production", private: env.MANDATE_EGRESS_PRIVATE === "1" },
    inFlightMax: readInteger(env.MANDATE_IN_FLIGHT_MAX ?? "256", "MANDATE_IN_FLIGHT_MAX", 1, 100_000),
    metrics: readMetrics(env),
    logRequests: env.MANDATE_LOG_REQUESTS === "1",
    dashboard: env.MANDATE_DASHBOARD === "1",
    version,
  };
}

function readSmtpUrl(text: string | undefined): string | undefined {
  if (text === undefined || text === "") return undefined;
  if (!/^smtps?:\/\/\S+$/.test(text))
    throw new ConfigError("MANDATE_SMTP_URL must be a URL such as smtps://user:password@mail.example.com");
  return text;
}

function readInteger(text: string, name: string, min: number, max: number): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < min || value > max)
    throw new ConfigError(`${name} must be a whole number from ${min} to ${max}`);
  return value;
}

function readMetrics(env: { readonly [name: string]: string | undefined }): Config["metrics"] {
  if (env.MANDATE_METRICS_PORT === undefined) return undefined;
  const port = readInteger(env.MANDATE_METRICS_PORT, "MANDATE_METRICS_PORT", 1, 65_535);
  return { port, host: env.MANDATE_METRICS_HOST ?? "127.0.0.1" };
}

/** Origins only: a signed URL begins with one of them and goes on with the path. */
function readOrigins(text: string | undefined): string[] {
  const origins = (text ?? "")
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
  for (const origin of origins) {
    if (!/^https?:\/\/[^/?#\s]+\/?$/.test(origin))
      throw new ConfigError(`MANDATE_PUBLIC_URL must list origins such as https://wallets.example.com, without a path`);
  }
  return origins.map((origin) => origin.replace(/\/$/, ""));
}

function readRpcUrls(text: string): Map<string, string> {
  const urls = new Map<string, string>();
  for (const item of text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "")) {
    const match = /^([-a-z0-9]{3,8}:[-_a-zA-Z0-9]{1,32})=(https?:\/\/\S+)$/.exec(item);
    if (match === null)
      throw new ConfigError(
        "MANDATE_RPC_URLS must list pairs such as eip155:1=https://rpc.example, separated by commas",
      );
    urls.set(match[1]!, match[2]!);
  }
  return urls;
}
