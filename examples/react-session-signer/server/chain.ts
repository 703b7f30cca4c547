/** The local chain: balances, receipts, and play money that it gives to anybody. */
import { createPublicClient, createTestClient, formatEther, type Hex, http, parseEther } from "viem";
import { anvil } from "viem/chains";

const RECEIPT_TIMEOUT_MS = 15_000;

export type Chain = {
  /** In ether, as text. */
  balanceOf(address: string): Promise<string>;
  /** The number of the block that holds the transaction; throws when it was not mined, or failed. */
  waitForBlock(hash: string): Promise<string>;
  /** Sees to it that there is something to spend. Only a test chain can do this. */
  fund(address: string): Promise<void>;
};

export function connectChain(rpcUrl: string): Chain {
  const transport = http(rpcUrl);
  const client = createPublicClient({ chain: anvil, transport, pollingInterval: 100, cacheTime: 0 });
  const faucet = createTestClient({ chain: anvil, mode: "anvil", transport });
  return {
    balanceOf: async (address) => formatEther(await client.getBalance({ address: address as Hex })),
    async waitForBlock(hash) {
      const receipt = await client.waitForTransactionReceipt({ hash: hash as Hex, timeout: RECEIPT_TIMEOUT_MS });
      if (receipt.status !== "success") throw new Error("the chain has reverted the transaction");
      return receipt.blockNumber.toString();
    },
    async fund(address) {
      const balance = await client.getBalance({ address: address as Hex });
      if (balance < parseEther("0.1")) await faucet.setBalance({ address: address as Hex, value: parseEther("1") });
    },
  };
}
