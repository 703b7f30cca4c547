/** The settings of `mandate start`, read once from the environment (architecture §7). */
import { resolve } from "node:path";
import { CliError } from "./cli-error.ts";
import { findDataFolder } from "./data-folder.ts";

export type Settings = {
  /** 0 asks for any free port. */
  port: number;
  host: string;
  /** Absolute. */
  dataDir: string;
  databaseUrl: string | undefined;
  /** Origins that signed URLs may begin with; undefined means the loopback origins of the port in use. */
  publicUrls: string[] | undefined;
  /** CAIP-2 chain id → RPC URL. */
  rpcUrls: Record<string, string>;
  devChains: boolean;
  /** Off means: no page, no sign-in, and a signer that acts for nobody but apps and the operator. */
  dashboard: boolean;
  production: boolean;
};

/** Throws a CliError that names the variable and what it should look like. */
export function readSettings(environment: NodeJS.ProcessEnv, cwd: string): Settings {
  const production = environment.NODE_ENV === "production";
  return {
    port: readPort(environment.MANDATE_PORT),
    host: environment.MANDATE_HOST || "127.0.0.1",
    dataDir: resolve(cwd, findDataFolder(environment, cwd)),
    databaseUrl: environment.MANDATE_DATABASE_URL || undefined,
    publicUrls: readPublicUrls(environment.MANDATE_PUBLIC_URL),
    rpcUrls: readRpcUrls(environment.MANDATE_RPC_URLS),
    devChains: !production && environment.MANDATE_DEV_CHAINS !== "0",
    dashboard: environment.MANDATE_DASHBOARD !== "0",
    production,
  };
}

/** The URL at which this machine reaches a server that listens on `host`. */
export function localUrl(host: string, port: number): string {
  if (host === "0.0.0.0" || host === "localhost") return `http://127.0.0.1:${port}`;
  if (host === "::") return `http://[::1]:${port}`;
  return host.includes(":") ? `http://[${host}]:${port}` : `http://${host}:${port}`;
}

/** The origins to announce when the operator named none. */
export function defaultPublicUrls(host: string, port: number): string[] {
  return [...new Set([localUrl(host, port), `http://localhost:${port}`])];
}

function readPort(text: string | undefined): number {
  if (text === undefined || text === "") return 3000;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port >= 0 && port <= 65_535) return port;
  throw new CliError("invalid_setting", "MANDATE_PORT must be a number from 0 (any free port) to 65535.");
}

function readPublicUrls(text: string | undefined): string[] | undefined {
  if (text === undefined || text.trim() === "") return undefined;
  return text.split(",").map((entry) => {
    const url = parseHttpUrl(entry.trim());
    if (url === undefined || url.pathname !== "/" || url.search !== "" || url.hash !== "" || url.username !== "") {
      throw new CliError(
        "invalid_setting",
        "MANDATE_PUBLIC_URL must list origins, comma-separated, such as https://wallets.example.com,http://localhost:3000.",
      );
    }
    return url.origin;
  });
}

function readRpcUrls(text: string | undefined): Record<string, string> {
  const urls = new Map<string, string>();
  for (const entry of (text ?? "").split(",").map((part) => part.trim())) {
    if (entry === "") continue;
    const equals = entry.indexOf("=");
    const chain = entry.slice(0, Math.max(equals, 0));
    // CAIP-2: namespace:reference.
    const known = /^[-a-z0-9]{3,8}:[-_a-zA-Z0-9]{1,32}$/.test(chain);
    if (!known || urls.has(chain) || parseHttpUrl(entry.slice(equals + 1)) === undefined) {
      // The entry is not repeated: provider URLs carry API keys.
      throw new CliError(
        "invalid_setting",
        "MANDATE_RPC_URLS must list each chain once, comma-separated, such as eip155:1=https://rpc.example.com,eip155:31337=http://127.0.0.1:8545.",
      );
    }
    urls.set(chain, entry.slice(equals + 1));
  }
  return Object.fromEntries(urls);
}

function parseHttpUrl(text: string): URL | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  return url.protocol === "http:" || url.protocol === "https:" ? url : undefined;
}
