import type { Condition } from "@mandate/core/policy/policy";
import type { Draft } from "./draft.ts";

const names: Readonly<Record<string, string>> = {
  "1": "Ethereum",
  "10": "Optimism",
  "56": "BNB Smart Chain",
  "137": "Polygon",
  "8453": "Base",
  "42161": "Arbitrum One",
  "43114": "Avalanche",
  "84532": "Base Sepolia",
  "11155111": "Sepolia",
  "31337": "Local test chain",
};

/** The chain that all conditions about a chain name, where they name one and the same. */
export function chainOf(draft: Draft): string | undefined {
  const chains = draft.rules.flatMap(({ conditions }) => conditions.filter(namesOneChain).map(({ value }) => value));
  return chains.every((chain) => chain === chains[0]) ? (chains[0] as string | undefined) : undefined;
}

/** The same policy about another chain. */
export function withChain(draft: Draft, chainId: string): Draft {
  return {
    ...draft,
    rules: draft.rules.map((rule) => ({
      ...rule,
      conditions: rule.conditions.map((one) => (namesOneChain(one) ? { ...one, value: chainId } : one)),
    })),
  };
}

/** The server's own chains first: only there can it send. */
export function chainChoices(serverChains: readonly string[], current: string | undefined) {
  const own = serverChains.flatMap((caip2) => /^eip155:([0-9]+)$/.exec(caip2)?.[1] ?? []);
  const ids = new Set([...own, ...Object.keys(names), ...(current === undefined ? [] : [current])]);
  return [...ids].map((value) => ({
    value,
    label: `${names[value] ?? "Chain"} (${value})${own.includes(value) ? ", this server sends there" : ""}`,
  }));
}

function namesOneChain({ field_source: source, field, operator, value }: Condition): boolean {
  return source === "ethereum_transaction" && field === "chain_id" && operator === "eq" && typeof value === "string";
}
