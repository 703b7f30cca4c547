import type { JsonObject, JsonValue } from "@mandate/core/encoding/json-value";
import { ApiError } from "../../api-error.ts";
import type { Preparation } from "../../authority/decide-and-commit.ts";
import { toBroadcastError, toHexFill } from "../../chains/chains.ts";
import type { EvmChain } from "../../chains/evm-chain.ts";
import { SendQueue } from "../../chains/send-queue.ts";
import type { Deps } from "../../deps.ts";
import type { HttpRequest } from "../../http/request.ts";
import type { HttpResponse } from "../../http/response.ts";
import { viewWallet } from "../../views/wallet.ts";
import { commitAndBroadcast } from "./commit-and-broadcast.ts";

const queue = new SendQueue();

/** eth_sendTransaction: what is missing is filled in from the chain, then it is a send like others. */
export async function sendTransaction(
  deps: Deps,
  request: HttpRequest,
  appId: string,
  walletId: string,
  walletSecret: string,
): Promise<HttpResponse> {
  const body = request.body as JsonObject;
  const caip2 = typeof body.caip2 === "string" ? body.caip2 : "";
  const transaction = readTransaction(body);
  const chain = deps.chains.evm(caip2);
  const prepare = async () => {
    const wallet = await deps.storage.findRecord(appId, { type: "wallet", id: walletId });
    if (wallet === undefined) throw new ApiError("not_found");
    return fillFromChain(chain, viewWallet(wallet.sealed).address, transaction);
  };
  return queue.run(`${appId}/${walletId}/${caip2}`, () =>
    commitAndBroadcast(deps, { request, appId, walletId, walletSecret, chain, prepare }),
  );
}

function readTransaction(body: JsonObject): JsonObject {
  const params = body.params as JsonObject | undefined;
  const transaction: JsonValue | undefined = params?.transaction;
  if (typeof transaction !== "object" || transaction === null || Array.isArray(transaction)) {
    throw new ApiError("invalid_data", "Required at params.transaction");
  }
  return transaction;
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
