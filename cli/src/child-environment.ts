/**
 * What each process of the pair may know. The API never sees the root key's settings, the signer sees nothing that
 * concerns network or database, and neither sees the operator's token or private key.
 */
import { type Operator, operatorTokenSha256 } from "./operator.ts";

export type InstanceFacts = {
  port: number;
  host: string;
  dataDir: string;
  publicUrls: string[];
  rpcUrls: Record<string, string>;
  operator: Operator;
  dashboard: boolean;
};

// What node and the dynamic loader need. LD_ and FAKETIME are how an operator runs the whole tree under another
// allocator or clock.
const systemNames = /^(PATH|HOME|TMPDIR|TEMP|TMP|SystemRoot|TZ|LANG|LC_[A-Z]+|NODE_ENV|LD_[A-Z_]+|FAKETIME[A-Z_]*)$/;

/** NODE_OPTIONS is left out on purpose: it could open a debugger on the keys. */
export function signerEnvironment(inherited: NodeJS.ProcessEnv, facts: InstanceFacts): Record<string, string> {
  return {
    ...pick(inherited, (name) => systemNames.test(name) || isForSigner(name)),
    MANDATE_DATA_DIR: facts.dataDir,
    MANDATE_PUBLIC_URL: facts.publicUrls.join(","),
    MANDATE_OPERATOR_PUBLIC_KEY: facts.operator.publicKey,
    MANDATE_DASHBOARD: facts.dashboard ? "1" : "0",
  };
}

export function apiEnvironment(inherited: NodeJS.ProcessEnv, facts: InstanceFacts): Record<string, string> {
  const rpcUrls = Object.entries(facts.rpcUrls).map(([chain, url]) => `${chain}=${url}`);
  return {
    ...pick(inherited, (name) => !name.startsWith("MANDATE_ROOT_") && !name.startsWith("npm_")),
    MANDATE_PORT: String(facts.port),
    MANDATE_HOST: facts.host,
    MANDATE_DATA_DIR: facts.dataDir,
    MANDATE_PUBLIC_URL: facts.publicUrls.join(","),
    MANDATE_RPC_URLS: rpcUrls.join(","),
    MANDATE_DASHBOARD: facts.dashboard ? "1" : "0",
    MANDATE_OPERATOR_TOKEN_SHA256: operatorTokenSha256(facts.operator),
  };
}

/** The root key's settings, the operator's bound on what the API may spend on fees, what receipts hold. */
function isForSigner(name: string): boolean {
  return name.startsWith("MANDATE_ROOT_") || name === "MANDATE_FEE_BUDGET_WEI" || name === "MANDATE_RECORD_BODIES";
}

function pick(environment: NodeJS.ProcessEnv, wanted: (name: string) => boolean): Record<string, string> {
  const picked: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    if (value !== undefined && wanted(name)) picked[name] = value;
  }
  return picked;
}
