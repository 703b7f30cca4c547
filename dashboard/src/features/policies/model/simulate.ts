import type { JsonValue } from "@mandate/core/encoding/json-value";
import { parseEthereumAddress } from "@mandate/core/ethereum/address";
import { parseEthereumRequest } from "@mandate/core/ethereum/request";
import { compilePolicy, type Decision, evaluatePolicy } from "@mandate/core/policy/evaluate";
import type { PolicyRequest } from "@mandate/core/policy/request";
import { parseSolanaAddress } from "@mandate/core/solana/address";
import { parseSolanaRequest } from "@mandate/core/solana/request";
import type { Draft } from "./draft.ts";

export type Simulation = { ok: true; decision: Decision } | { ok: false; message: string };

/** Decides a request of `POST /v1/wallets/{id}/rpc` by the evaluator that the signer has, here in the page. */
export function simulate(draft: Draft, body: string, walletAddress: string, nowS: number): Simulation {
  let json: JsonValue;
  try {
    json = JSON.parse(body) as JsonValue;
  } catch (error) {
    return { ok: false, message: error instanceof Error ? error.message : "This is not JSON" };
  }
  const read = readRequest(draft.chain_type, json, walletAddress);
  if (!read.ok) return read;
  const rules = draft.rules.map((rule, index) => ({ ...rule, id: `rule-${index}` }));
  const policy = compilePolicy({ id: "draft", chain_type: draft.chain_type, rules });
  return { ok: true, decision: evaluatePolicy(policy, read.request, { nowS }, { explain: true }) };
}

type ReadRequest = { ok: true; request: PolicyRequest } | { ok: false; message: string };

function readRequest(chainType: string, body: JsonValue, walletAddress: string): ReadRequest {
  const method = typeof body === "object" && body !== null && !Array.isArray(body) ? body.method : undefined;
  if (method === "exportPrivateKey" || method === "exportSeedPhrase") return { ok: true, request: { method } };
  if (chainType === "ethereum") {
    const address = parseEthereumAddress(walletAddress) ?? new Uint8Array(20);
    // What a sender leaves out is filled in from the chain before the policy is asked; here with plain stand-ins.
    const fill = { nonce: 0n, gasLimit: 21_000n, maxFeePerGas: 1n, maxPriorityFeePerGas: 1n };
    return parseEthereumRequest(body, { walletAddress: address, fill });
  }
  if (chainType === "solana") {
    const address = parseSolanaAddress(walletAddress) ?? new Uint8Array(32);
    return parseSolanaRequest(body, { walletAddress: address });
  }
  return { ok: false, message: "Requests can be simulated for Ethereum and Solana policies" };
}
