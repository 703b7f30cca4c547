import { encodeHex0x } from "@mandate/core/encoding/hex";
import { encodeExecuteBatch } from "@mandate/core/ethereum/account-calls";
import { type Address, encodeFunctionData, erc20Abi, type Hex, parseEther } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { describe, expect, it } from "vitest";
import { listSentTransfers } from "./sent-transfers.ts";

const account = privateKeyToAccount(`0x${"11".repeat(32)}`);
const TOKEN = "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48";
const RECIPIENT = "0x00000000000000000000000000000000000A11cE" as Address;
const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex.slice(2), "hex"));

const payment = (to: Address, amount: bigint) =>
  encodeFunctionData({ abi: erc20Abi, functionName: "transfer", args: [to, amount] });

async function sentBy(transaction: { to?: Address; value?: bigint; data?: Hex }) {
  const common = { chainId: 1, nonce: 0, gas: 21_000n, maxFeePerGas: 1n, maxPriorityFeePerGas: 1n } as const;
  const signed = await account.signTransaction({ type: "eip1559", ...common, ...transaction });
  return listSentTransfers({ caip2: "eip155:1", signed }, account.address);
}

describe("transfers of a send", () => {
  it("are none where nothing moves, or what moves cannot be told from the bytes", async () => {
    expect(listSentTransfers({ caip2: "eip155:1", signed: "0x02ff" }, account.address)).toEqual([]);
    expect(listSentTransfers({ caip2: "eip155:1", signed: "no hex" }, account.address)).toEqual([]);
    expect(listSentTransfers({ caip2: "solana:local", signed: "0x01" }, account.address)).toEqual([]);
    expect(await sentBy({ to: RECIPIENT })).toEqual([]);
    expect(await sentBy({ data: "0x6000", value: 1n })).toEqual([]);
    expect(await sentBy({ to: account.address, value: 1n })).toEqual([]);
    const good = payment(RECIPIENT, 5n);
    for (const data of [good.slice(0, -2), `${good}00`, `${good.slice(0, 10)}01${good.slice(12)}`]) {
      expect(await sentBy({ to: TOKEN, data: data as Hex }), data).toEqual([]);
    }
  });

  it("are its value and the ERC-20 transfer that it calls", async () => {
    expect(await sentBy({ to: RECIPIENT, value: parseEther("2") })).toEqual([
      { token: undefined, recipient: RECIPIENT, value: parseEther("2") },
    ]);
    expect(await sentBy({ to: TOKEN, data: payment(RECIPIENT, 2n ** 255n) })).toEqual([
      { token: TOKEN, recipient: RECIPIENT, value: 2n ** 255n },
    ]);
  });

  it("are those of each call that the wallet makes of itself", async () => {
    const batch = encodeExecuteBatch([
      { to: bytes(RECIPIENT), value: 7n, data: new Uint8Array() },
      { to: bytes(TOKEN), value: 0n, data: bytes(payment(RECIPIENT, 9n)) },
    ]);
    const expected = [
      { token: undefined, recipient: RECIPIENT, value: 7n },
      { token: TOKEN, recipient: RECIPIENT, value: 9n },
    ];
    expect(await sentBy({ to: account.address, data: encodeHex0x(batch) as Hex })).toEqual(expected);
    // Somebody else's batch is not the wallet's.
    expect(await sentBy({ to: RECIPIENT, data: encodeHex0x(batch) as Hex })).toEqual([]);
  });
});
