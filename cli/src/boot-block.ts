/**
 * The one block that a start prints when everything is ready. Plain text, for people. The one secret in it is the
 * dashboard's link, which works once and for a quarter of an hour.
 */
import { relative } from "node:path";

export type BootFacts = {
  version: string;
  elapsedMs: number;
  apiUrl: string;
  /** Undefined where the dashboard is off. */
  loginUrl: string | undefined;
  dataDir: string;
  chains: Record<string, string>;
  developmentAppId: string | undefined;
  cwd: string;
};

export function formatBootBlock(facts: BootFacts): string {
  const lines: [label: string, text: string][] = [];
  if (facts.loginUrl !== undefined) {
    lines.push(["Dashboard", facts.loginUrl]);
    lines.push(["", "works once, for 15 minutes; a new one: npx mandate login-link"]);
  }
  lines.push(["API", facts.apiUrl]);
  if (facts.developmentAppId !== undefined) {
    lines.push(["App ID", `${facts.developmentAppId}  ("Development")`]);
    lines.push(["Secret", `npx mandate app secret create --id ${facts.developmentAppId}`]);
  }
  lines.push(["New app", 'npx mandate app create --name "My app"']);
  const chains = Object.entries(facts.chains);
  for (const [chain, url] of chains)
    lines.push([chains[0]?.[0] === chain ? "Chains" : "", `${chain}  ${originOf(url)}`]);
  if (chains.length === 0) lines.push(["Chains", "none"]);
  lines.push(["Data", shorten(facts.dataDir, facts.cwd)]);
  lines.push(["Stop", "Ctrl-C"]);
  const width = Math.max(...lines.map(([label]) => label.length)) + 2;
  const body = lines.map(([label, text]) => `  ${label.padEnd(width)}${text}`);
  return ["", `Mandate ${facts.version} is ready (${(facts.elapsedMs / 1000).toFixed(1)} s)`, "", ...body, "", ""].join(
    "\n",
  );
}

/** Without path, query and credentials: that is where providers put API keys. */
function originOf(url: string): string {
  return new URL(url).origin;
}

function shorten(path: string, cwd: string): string {
  const short = relative(cwd, path);
  return short === "" || short.startsWith("..") ? path : short;
}
