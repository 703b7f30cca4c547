import { parseWalletRequest } from "@mandate/core/chains/wallet-request";
import { decodeHex0x } from "@mandate/core/encoding/hex";
import type { JsonValue } from "@mandate/core/encoding/json-value";
import { compilePolicy, evaluateAll } from "@mandate/core/policy/evaluate";
import { type Policy, parsePolicyInput } from "@mandate/core/policy/policy";

export type Question = {
  chainType: "ethereum" | "solana" | "tron";
  address: string;
  /** 0x hex. */
  publicKey: string;
  rules: JsonValue;
  /** Of `POST /v1/wallets/{wallet_id}/rpc`. */
  body: JsonValue;
};

/**
 * What the signer does between a request and its verdict: read the policy, decode the request, evaluate. Text in, text
 * out, so that a page and Node can be asked the same and their answers compared letter by letter.
 */
export function decide(question: string): string {
  const { chainType, address, publicKey, rules, body } = JSON.parse(question) as Question;
  const policy = parsePolicyInput({ version: "1.0", name: "P", chain_type: chainType, rules });
  if (!policy.ok) return JSON.stringify(policy);
  const numbered = policy.policy.rules.map((rule, index) => ({ ...rule, id: `rules[${index}]` }));
  const compiled = compilePolicy({ id: "p", chain_type: chainType, rules: numbered } as unknown as Policy);
  const ethereumFill = { nonce: 0n, gasLimit: 0n, maxFeePerGas: 0n, maxPriorityFeePerGas: 0n };
  const request = parseWalletRequest(body, chainType, { address, publicKey: decodeHex0x(publicKey)!, ethereumFill });
  if (!request.ok) return JSON.stringify(request);
  return JSON.stringify(evaluateAll(compiled, request.value.operations, { nowS: 1_800_000_000 }, { explain: true }));
}
