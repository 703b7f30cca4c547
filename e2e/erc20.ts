import { type Hex, pad, type TestClient, toHex } from "viem";

/**
 * A token of 6 decimals in the EVM's own words: the balance of an account lies in the slot with its number. Knows
 * `decimals`, `balanceOf` and `transfer`; reverts on anything else.
 */
const CODE = [
  "5f3560e01c", // the selector
  "8063313ce56714602757", // decimals: go to 0x27
  "806370a0823114603057", // balanceOf: go to 0x30
  "8063a9059cbb14603b57", // transfer: go to 0x3b
  "5b5f5ffd", // 0x23: revert
  "5b60065f5260205ff3", // 0x27: return 6
  "5b600435545f5260205ff3", // 0x30: return the slot of the argument
  "5b602435335481811060235781900333556004358054820190555060015f5260205ff3", // 0x3b: move, or revert
].join("");

/** Puts the token at an address of the local chain and gives accounts their balances. */
export async function deployErc20(
  chain: TestClient,
  token: Hex,
  balances: { [account: string]: bigint },
): Promise<void> {
  await chain.setCode({ address: token, bytecode: `0x${CODE}` });
  for (const [account, amount] of Object.entries(balances)) {
    const [index, value] = [pad(account as Hex, { size: 32 }), pad(toHex(amount), { size: 32 })];
    await chain.setStorageAt({ address: token, index, value });
  }
}
