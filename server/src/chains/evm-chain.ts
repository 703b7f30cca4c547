import type { HoldingChain, SendingChain } from "./chains.ts";
import { asQuantity, callRpc, RpcError } from "./json-rpc.ts";

export type EvmChain = SendingChain &
  HoldingChain & {
    /** The account's next nonce, counting what waits in the pool. */
    nextNonce(address: string): Promise<bigint>;
    /** Also the simulation: throws RpcError when the call would fail. */
    estimateGas(call: { [member: string]: unknown }): Promise<bigint>;
    /** The code at the address, as 0x hex; `0x` where there is none. */
    code(address: string): Promise<string>;
    fees(): Promise<{ maxFeePerGas: bigint; maxPriorityFeePerGas: bigint } | { gasPrice: bigint }>;
  };

export function evmChain(caip2: string, url: string): EvmChain {
  return {
    caip2,
    nextNonce: async (address) => asQuantity(await callRpc(url, "eth_getTransactionCount", [address, "pending"])),
    code: async (address) => String(await callRpc(url, "eth_getCode", [address, "latest"])),
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
    balance: async (address) => asQuantity(await callRpc(url, "eth_getBalance", [address, "latest"])),
    tokenBalance: (token, owner) =>
      readWord(url, token, `${BALANCE_OF}${owner.slice(2).toLowerCase().padStart(64, "0")}`),
    async tokenDecimals(token) {
      const decimals = await readWord(url, token, DECIMALS);
      return decimals === undefined || decimals > 255n ? undefined : Number(decimals);
    },
    knows: async (hash) => (await callRpc(url, "eth_getTransactionByHash", [hash])) !== null,
    async receipt(hash) {
      const receipt = (await callRpc(url, "eth_getTransactionReceipt", [hash])) as { status?: unknown } | null;
      return receipt === null ? undefined : { succeeded: receipt.status === "0x1" };
    },
  };
}

/** Selectors of ERC-20: balanceOf(address) and decimals(). */
const BALANCE_OF = "0x70a08231";
const DECIMALS = "0x313ce567";

/** What a call returns as one word; undefined where no contract answers that way. */
async function readWord(url: string, to: string, data: string): Promise<bigint | undefined> {
  try {
    const answer = await callRpc(url, "eth_call", [{ to, data }, "latest"]);
    return typeof answer === "string" && /^0x[0-9a-fA-F]{64}$/.test(answer) ? BigInt(answer) : undefined;
  } catch (error) {
    if (error instanceof RpcError && error.rpcCode !== undefined && /revert|invalid opcode/i.test(error.message)) {
      return undefined;
    }
    throw error;
  }
}

async function priorityFee(url: string): Promise<bigint> {
  try {
    return asQuantity(await callRpc(url, "eth_maxPriorityFeePerGas", []));
  } catch (error) {
    if (error instanceof RpcError && error.rpcCode !== undefined) return 1_000_000_000n;
    throw error;
  }
}
