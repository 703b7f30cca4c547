import { aptos, movement } from "../aptos/chain-type.ts";
import { bitcoinSegwit, bitcoinTaproot } from "../bitcoin/chain-type.ts";
import { cosmos } from "../cosmos/chain-type.ts";
import { near } from "../near/chain-type.ts";
import { solana } from "../solana/chain-type.ts";
import { starknet } from "../starknet/chain-type.ts";
import { stellar } from "../stellar/chain-type.ts";
import { sui } from "../sui/chain-type.ts";
import { ton } from "../ton/chain-type.ts";
import { tron } from "../tron/chain-type.ts";
import { xrpl } from "../xrpl/chain-type.ts";
import type { ChainType } from "./chain-type.ts";
import { ethereum } from "./ethereum.ts";

/**
 * Every chain type that a wallet can have (spec 04 §3). A new one is a folder with a `chain-type.ts` and a line here.
 * The rpc methods of Ethereum and Solana are decoded by `core/ethereum/request` and `core/solana/request`.
 */
const table = {
  ethereum,
  solana,
  tron,
  cosmos,
  "bitcoin-segwit": bitcoinSegwit,
  "bitcoin-taproot": bitcoinTaproot,
  stellar,
  sui,
  aptos,
  movement,
  near,
  ton,
  starknet,
  xrpl,
} as const satisfies Readonly<Record<string, ChainType>>;

export type ChainTypeName = keyof typeof table;

export const chainTypes: Readonly<Record<ChainTypeName, ChainType>> = Object.freeze(table);

export function isChainType(name: string): name is ChainTypeName {
  return Object.hasOwn(table, name);
}

/** The wire's text for an address that `isAddress` refuses (spec 04 §7). */
export const INVALID_ADDRESS = "Invalid address for specified chain type.";
