import type { TransactionFill } from "@mandate/signer/protocol";
import { ApiError } from "../api-error.ts";
import { asQuantity, callRpc, RpcError } from "./json-rpc.ts";

export type EvmChain = {
  caip2: string;
  /** The account's next nonce, counting what waits in the pool. */
  nextNonce(address: string): Promise<bigint>;
  /** Also the simulation: throws RpcError when the call would fail. */
  estimateGas(call: { [member: string]: unknown }): Promise<bigint>;
  fees(): Promise<{ maxFeePerGas: bigint; maxPriorityFeePerGas: bigint } | { gasPrice: bigint }>;
  /** Idempotent: bytes that the node knows already count as sent. */
  broadcast(signed: string): Promise<void>;
  receipt(hash: string): Promise<{ succeeded: boolean } | undefined>;
  /** Whether the node has the transaction, mined or waiting. */
  knows(hash: string): Promise<boolean>;
};

export type Chains = { urls: ReadonlyMap<string, string>; evm(caip2: string): EvmChain };

export function createChains(urls: ReadonlyMap<string, string>): Chains {
  return {
    urls,
    evm(caip2) {
      const url = urls.get(caip2);
      if (url === undefined) {
        throw new ApiError(
          "not_supported",
          `this server has no RPC node for ${caip2}; set MANDATE_RPC_URLS=${caip2}=<url>`,
        );
      }
      return evmChain(caip2, url);
    },
  };
}

function evmChain(caip2: string, url: string): EvmChain {
  return {
    caip2,
    nextNonce: async (address) => asQuantity(await callRpc(url, "eth_getTransactionCount", [address, "pending"])),
    estimateGas: async (call) => asQuantity(await callRpc(url, "eth_estimateGas", [call])),
    async fees() {
      const block = (await callRpc(url, "eth_getBlockByNumber", ["latest", false])) as {
        baseFeePerGas?: unknown;
      } | null;
      if (block?.baseFeePerGas === undefined) return { gasPrice: asQuantity(await callRpc(url, "eth_gasPrice", [])) };
      const maxPriorityFeePerGas = await priorityFee(url);
      // Twice the base fee stays valid through six full blocks (EIP-1559: at most 12.5 % more a block).
      return { maxPriorityFeePerGas, maxFeePerGas: asQuantity(block.baseFeePerGas) * 2n + maxPriorityFeePerGas };
    },
    async broadcast(signed) {
      try {
        await callRpc(url, "eth_sendRawTransaction", [signed]);
      } catch (error) {
        if (error instanceof RpcError && /already known|already imported|known transaction/i.test(error.message))
          return;
        throw error;
      }
    },
    knows: async (hash) => (await callRpc(url, "eth_getTransactionByHash", [hash])) !== null,
    async receipt(hash) {
      const receipt = (await callRpc(url, "eth_getTransactionReceipt", [hash])) as { status?: unknown } | null;
      return receipt === null ? undefined : { succeeded: receipt.status === "0x1" };
    },
  };
}

async function priorityFee(url: string): Promise<bigint> {
  try {
    return asQuantity(await callRpc(url, "eth_maxPriorityFeePerGas", []));
  } catch (error) {
    if (error instanceof RpcError && error.rpcCode !== undefined) return 1_000_000_000n;
    throw error;
  }
}

/** What a caller may know of a node's refusal. */
export function toBroadcastError(error: unknown): ApiError {
  if (!(error instanceof RpcError)) throw error;
  if (/insufficient funds|insufficient balance|out of (gas|fund)/i.test(error.message))
    return new ApiError("insufficient_funds");
  if (error.rpcCode === undefined) {
    return new ApiError("transaction_broadcast_failure", "the chain's node cannot be reached; nothing was sent");
  }
  if (/revert/i.test(error.message))
    return new ApiError("transaction_broadcast_failure", "the transaction would revert; nothing was sent");
  return new ApiError("transaction_broadcast_failure");
}

export function toHexFill(fill: { [name in keyof TransactionFill]?: bigint }): TransactionFill {
  return Object.fromEntries(Object.entries(fill).map(([name, value]) => [name, `0x${value.toString(16)}`]));
}
