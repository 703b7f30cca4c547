import type { JsonObject, JsonValue } from "@mandate/core/encoding/json-value";
import { parseEthereumAddress } from "@mandate/core/ethereum/address";
import { parseCalls, transactionOfCalls } from "@mandate/core/ethereum/send-calls";
import { ApiError } from "../../api-error.ts";
import type { Preparation } from "../../authority/authority-plan.ts";
import { toBroadcastError, toHexFill } from "../../chains/chains.ts";
import type { EvmChain } from "../../chains/evm-chain.ts";
import { SendQueue } from "../../chains/send-queue.ts";
import type { Deps } from "../../deps.ts";
import type { HttpRequest } from "../../http/request.ts";
import type { HttpResponse } from "../../http/response.ts";
import { viewWallet } from "../../views/wallet.ts";
import { commitAndBroadcast } from "./commit-and-broadcast.ts";

const queue = new SendQueue();

/** eth_sendTransaction and wallet_sendCalls: what is missing is filled in from the chain, then it is a send like others. */
export async function sendTransaction(
  deps: Deps,
  request: HttpRequest,
  appId: string,
  walletId: string,
  walletSecret: string,
): Promise<HttpResponse> {
  const body = request.body as JsonObject;
  const caip2 = typeof body.caip2 === "string" ? body.caip2 : "";
  const readTransaction = body.method === "wallet_sendCalls" ? readCalls(body) : readGiven(body);
  const chain = deps.chains.evm(caip2);
  const prepare = async () => {
    const wallet = await deps.storage.findRecord(appId, { type: "wallet", id: walletId });
    if (wallet === undefined) throw new ApiError("not_found");
    const { address } = viewWallet(wallet.sealed);
    const transaction = readTransaction(address);
    return (await refuseBatch(chain, address, body, transaction)) ?? fillFromChain(chain, address, transaction);
  };
  return queue.run(`${appId}/${walletId}/${caip2}`, () =>
    commitAndBroadcast(deps, { request, appId, walletId, walletSecret, chain, prepare }),
  );
}

/** What is to be sent, once it is known from which address. */
type ReadTransaction = (address: string) => JsonObject;

function readGiven(body: JsonObject): ReadTransaction {
  const params = body.params as JsonObject | undefined;
  const transaction: JsonValue | undefined = params?.transaction;
  if (typeof transaction !== "object" || transaction === null || Array.isArray(transaction)) {
    throw new ApiError("invalid_data", "Required at params.transaction");
  }
  return () => transaction;
}

function readCalls(body: JsonObject): ReadTransaction {
  const calls = parseCalls(body.params);
  if (!calls.ok) throw new ApiError("invalid_data", calls.message);
  return (address) => {
    const from = parseEthereumAddress(address);
    if (from === undefined) throw new ApiError("invalid_data", "`wallet_sendCalls` is a method of Ethereum wallets");
    return transactionOfCalls(calls.value, from);
  };
}

/** EIP-7702: the code of a delegated account is 0xef0100 and the address of its implementation. */
const DELEGATED = /^0xef0100[0-9a-f]{40}$/i;

/** Several calls are made by the wallet's own code. Without any, a transaction to itself would do nothing and look done. */
async function refuseBatch(
  chain: EvmChain,
  address: string,
  body: JsonObject,
  transaction: JsonObject,
): Promise<Preparation | undefined> {
  const { calls } = (body.params ?? {}) as JsonObject;
  if (body.method !== "wallet_sendCalls" || !Array.isArray(calls) || calls.length < 2) return undefined;
  try {
    if (DELEGATED.test(await chain.code(address))) return undefined;
  } catch (error) {
    return { fill: provisional(transaction), failure: toBroadcastError(error) };
  }
  const failure = new ApiError(
    "not_supported",
    "several calls at once need a wallet with code on this chain; delegate it by an EIP-7702 authorization to an account with `executeBatch`, or send the calls one by one",
  );
  return { fill: provisional(transaction), failure };
}

/** Gas carries a fifth on top where code runs, since its cost may grow until the transaction is mined. */
const GAS_MARGIN = { numerator: 6n, denominator: 5n };
const PLAIN_TRANSFER_GAS = 21_000n;

async function fillFromChain(chain: EvmChain, from: string, transaction: JsonObject): Promise<Preparation> {
  const fill: { [name: string]: bigint } = {};
  try {
    if (transaction.nonce === undefined) fill.nonce = await chain.nextNonce(from);
    Object.assign(fill, await fillFees(chain, transaction));
  } catch (error) {
    return { fill: provisional(transaction), failure: toBroadcastError(error) };
  }
  if (transaction.gas_limit !== undefined) return { fill: toHexFill(fill) };
  try {
    const gas = await chain.estimateGas(toCall(from, transaction));
    fill.gas_limit = gas === PLAIN_TRANSFER_GAS ? gas : (gas * GAS_MARGIN.numerator) / GAS_MARGIN.denominator;
    return { fill: toHexFill(fill) };
  } catch (error) {
    return { fill: toHexFill({ ...fill, gas_limit: PLAIN_TRANSFER_GAS }), failure: toBroadcastError(error) };
  }
}

async function fillFees(chain: EvmChain, transaction: JsonObject): Promise<{ [name: string]: bigint }> {
  const { type, gas_price, max_fee_per_gas, max_priority_fee_per_gas } = transaction;
  const isLegacy = type === 0 || type === 1 || type === "0x0" || type === "0x1";
  const namesFeeCaps = max_fee_per_gas !== undefined || max_priority_fee_per_gas !== undefined;
  if (isLegacy || (gas_price !== undefined && !namesFeeCaps && type === undefined)) {
    if (gas_price !== undefined) return {};
    const fees = await chain.fees();
    return { gas_price: "gasPrice" in fees ? fees.gasPrice : fees.maxFeePerGas };
  }
  if (max_fee_per_gas !== undefined && max_priority_fee_per_gas !== undefined) return {};
  const fees = await chain.fees();
  const caps = "gasPrice" in fees ? { maxFeePerGas: fees.gasPrice, maxPriorityFeePerGas: fees.gasPrice } : fees;
  const given = (value: JsonValue | undefined) => (value === undefined ? undefined : toBigInt(value));
  const maxFee = given(max_fee_per_gas) ?? caps.maxFeePerGas + (given(max_priority_fee_per_gas) ?? 0n);
  const priority = caps.maxPriorityFeePerGas < maxFee ? caps.maxPriorityFeePerGas : maxFee;
  return {
    ...(max_fee_per_gas === undefined ? { max_fee_per_gas: maxFee } : {}),
    ...(max_priority_fee_per_gas === undefined ? { max_priority_fee_per_gas: priority } : {}),
  };
}

/** Malformed quantities are the signer's to refuse; here they count as nothing. */
function toBigInt(value: JsonValue): bigint {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return BigInt(value);
  return typeof value === "string" && /^0x[0-9a-fA-F]{1,64}$/.test(value) ? BigInt(value) : 0n;
}

function toCall(from: string, transaction: JsonObject): { [member: string]: unknown } {
  const hex = (value: JsonValue | undefined) => (value === undefined ? undefined : `0x${toBigInt(value).toString(16)}`);
  const { to, data, value } = transaction;
  return {
    from,
    ...(to === undefined ? {} : { to }),
    ...(data === undefined ? {} : { data }),
    ...(value === undefined ? {} : { value: hex(value) }),
  };
}

/** Enough for the signer to decode and decide by; nothing is signed with it. */
function provisional(transaction: JsonObject) {
  return toHexFill({
    ...(transaction.nonce === undefined ? { nonce: 0n } : {}),
    ...(transaction.gas_limit === undefined ? { gas_limit: PLAIN_TRANSFER_GAS } : {}),
    gas_price: 0n,
    max_fee_per_gas: 0n,
    max_priority_fee_per_gas: 0n,
  });
}
