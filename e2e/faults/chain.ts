/** What the tests ask of the development chain. */
import { randomBytes } from "node:crypto";

export const CAIP2 = "eip155:31337";

export type ChainTransaction = { hash: string; from: string; to: string; value: bigint; nonce: number };

/** An account that nobody has. */
export function randomAddress(): string {
  return `0x${randomBytes(20).toString("hex")}`;
}

export async function callChain(url: string, method: string, params: unknown[]): Promise<unknown> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
  });
  const { result, error } = (await response.json()) as { result?: unknown; error?: { message: string } };
  if (error !== undefined) throw new Error(`${method}: ${error.message}`);
  return result;
}

export async function fund(url: string, address: string): Promise<void> {
  await callChain(url, "anvil_setBalance", [address, `0x${(10n ** 21n).toString(16)}`]);
}

/** As chains do, and not a block for each transaction: anvil copies all accounts for each block, longer and longer. */
export async function mineEverySecond(url: string): Promise<void> {
  await callChain(url, "evm_setAutomine", [false]);
  await callChain(url, "evm_setIntervalMining", [1]);
}

/** Every transaction of every block, in order. */
export async function listTransactions(url: string): Promise<ChainTransaction[]> {
  const last = Number(await callChain(url, "eth_blockNumber", []));
  const found: ChainTransaction[] = [];
  for (let number = 0; number <= last; number++) {
    const block = (await callChain(url, "eth_getBlockByNumber", [`0x${number.toString(16)}`, true])) as {
      transactions: { hash: string; from: string; to: string; value: string; nonce: string }[];
    };
    for (const { hash, from, to, value, nonce } of block.transactions) {
      found.push({ hash, from, to: to.toLowerCase(), value: BigInt(value), nonce: Number(nonce) });
    }
  }
  return found;
}
