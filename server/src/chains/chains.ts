import type { TransactionFill } from "@mandate/signer/protocol";
import { ApiError } from "../api-error.ts";
import { type EvmChain, evmChain } from "./evm-chain.ts";
import { RpcError } from "./json-rpc.ts";
import { type SolanaChain, solanaChain } from "./solana-chain.ts";

/** A chain that signed transactions are sent to. */
export type SendingChain = {
  caip2: string;
  /** `signed` is 0x hex. Idempotent: bytes that the node knows already count as sent. */
  broadcast(signed: string, options?: { skipPreflight?: boolean }): Promise<void>;
  /** Undefined while the chain has not included the transaction for good, or for now. */
  receipt(hash: string): Promise<{ succeeded: boolean } | undefined>;
  /** Whether the node has the transaction, mined or waiting. */
  knows(hash: string): Promise<boolean>;
};

/** A chain whose accounts can be looked at. A token that is not there has no holdings and no decimals: undefined. */
export type HoldingChain = {
  /** In the smallest unit of what fees are paid in. */
  balance(address: string): Promise<bigint>;
  tokenBalance(token: string, owner: string): Promise<bigint | undefined>;
  tokenDecimals(token: string): Promise<number | undefined>;
};

export type Chains = {
  urls: ReadonlyMap<string, string>;
  evm(caip2: string): EvmChain;
  solana(caip2: string): SolanaChain;
  /** Of whatever kind. */
  sending(caip2: string): SendingChain;
  holding(caip2: string): HoldingChain;
};

export function createChains(urls: ReadonlyMap<string, string>): Chains {
  function requireUrl(caip2: string, namespace: string): string {
    if (!caip2.startsWith(`${namespace}:`)) {
      throw new ApiError("invalid_data", `caip2 must name a chain of the namespace \`${namespace}\``);
    }
    const url = urls.get(caip2);
    if (url === undefined) {
      throw new ApiError(
        "not_supported",
        `this server has no RPC node for ${caip2}; set MANDATE_RPC_URLS=${caip2}=<url>`,
      );
    }
    return url;
  }
  const evm = (caip2: string) => evmChain(caip2, requireUrl(caip2, "eip155"));
  const solana = (caip2: string) => solanaChain(caip2, requireUrl(caip2, "solana"));
  const any = (caip2: string) => (caip2.startsWith("solana:") ? solana(caip2) : evm(caip2));
  return { urls, evm, solana, sending: any, holding: any };
}

/**
 * Broadcasts a committed send. Another server may be at it with the same bytes, or have been before a crash, and then
 * the node refuses a nonce or a blockhash that this very transaction has used up: what the node knows has been sent.
 * Throws RpcError: with a code when the node refuses, without one when it does not answer.
 */
export async function ensureBroadcast(
  chain: SendingChain,
  { signed, hash }: { signed: string; hash: string },
  options?: { skipPreflight?: boolean },
): Promise<void> {
  try {
    await chain.broadcast(signed, options);
  } catch (error) {
    if (!(error instanceof RpcError) || error.rpcCode === undefined || !(await chain.knows(hash))) throw error;
  }
}

/** What a caller may know of a node's refusal. */
export function toBroadcastError(error: unknown): ApiError {
  if (!(error instanceof RpcError)) throw error;
  if (
    /insufficient (funds|balance|lamports)|out of (gas|fund)|debit an account but found no record/i.test(error.message)
  )
    return new ApiError("insufficient_funds");
  if (error.rpcCode === undefined) {
    return new ApiError("transaction_broadcast_failure", "the chain's node cannot be reached; nothing was sent");
  }
  if (/blockhash not found/i.test(error.message)) {
    const text = "the transaction's blockhash is unknown to the chain or too old; nothing was sent";
    return new ApiError("transaction_broadcast_failure", text);
  }
  if (/revert|simulation failed/i.test(error.message))
    return new ApiError("transaction_broadcast_failure", "the transaction would revert; nothing was sent");
  return new ApiError("transaction_broadcast_failure");
}

export function toHexFill(fill: { [name in keyof TransactionFill]?: bigint }): TransactionFill {
  return Object.fromEntries(Object.entries(fill).map(([name, value]) => [name, `0x${value.toString(16)}`]));
}
