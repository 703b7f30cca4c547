import fc from "fast-check";
import { parseTransaction, recoverTransactionAddress } from "viem";
import { describe, expect, it } from "vitest";
import { secp256k1PublicKey } from "../crypto/primitives.ts";
import { ethereumAddressBytes, signRecoverable } from "../crypto/secp256k1.ts";
import { decodeHex0x } from "../encoding/hex.ts";
import type { JsonObject, JsonValue } from "../encoding/json-value.ts";
import { toChecksumAddress } from "./address.ts";
import {
  describeResult,
  type EthereumRequestContext,
  missingForSend,
  parseEthereumRequest,
  requestDigest,
} from "./request.ts";
import type { EthereumRequest } from "./types.ts";

const PRIVATE_KEY = decodeHex0x(`0x${"46".repeat(32)}`)!;
const walletAddress = ethereumAddressBytes(secp256k1PublicKey(PRIVATE_KEY, false));
const WALLET = toChecksumAddress(walletAddress);
const TO = "0x1111111111111111111111111111111111111abc";
const context: EthereumRequestContext = { walletAddress, walletId: "wallet" };
const fees = { max_fee_per_gas: "0x3b9aca00", max_priority_fee_per_gas: "0x1" };
const complete = { to: TO, value: "0x1", chain_id: 1, nonce: 0, gas_limit: "0x5208", ...fees };
const authorization = { contract: TO, chain_id: 1, nonce: 0, r: "0x1", s: "0x2", y_parity: 1 };

function signing(transaction: JsonValue, more: JsonObject = {}): JsonObject {
  return { method: "eth_signTransaction", params: { transaction }, ...more };
}

function sending(transaction: JsonValue, more: JsonObject = {}): JsonObject {
  return { method: "eth_sendTransaction", caip2: "eip155:1", params: { transaction }, ...more };
}

function accepted(body: JsonValue, more: Partial<EthereumRequestContext> = {}): EthereumRequest {
  const parsed = parseEthereumRequest(body, { ...context, ...more });
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed.request;
}

function transactionOf(body: JsonValue, more: Partial<EthereumRequestContext> = {}) {
  const request = accepted(body, more);
  if (!("transaction" in request)) throw new Error("no transaction");
  return request.transaction;
}

describe("parseEthereumRequest refuses", () => {
  const hello = { message: "hi", encoding: "utf-8" };
  it.each<[string, JsonValue]>([
    ["null", null],
    ["an array", []],
    ["an unknown method", { method: "eth_sign", params: {} }],
    ["a method of the prototype", { method: "constructor", params: {} }],
    ["a method that is no string", { method: ["personal_sign"], params: hello }],
    ["no params", { method: "personal_sign" }],
    ["an unknown body member", { method: "personal_sign", params: hello, extra: 1 }],
    ["`sponsor` where it means nothing", { method: "personal_sign", params: hello, sponsor: false }],
    ["another address", { method: "personal_sign", params: hello, address: TO }],
    ["another chain type", { method: "personal_sign", params: hello, chain_type: "solana" }],
    ["another wallet", { method: "personal_sign", params: hello, wallet_id: "other" }],
    ["a malformed caip2", { method: "personal_sign", params: hello, caip2: "1" }],
    ["another chain's caip2", { method: "personal_sign", params: hello, caip2: "solana:x" }],
    ["an unknown signature type", { method: "personal_sign", params: hello, signature_options: { type: "x" } }],
    ["a second params member of typed data", { method: "eth_signTypedData_v4", params: { typed_data: {}, x: 1 } }],
    ["a short hash", { method: "secp256k1_sign", params: { hash: "0x1234" } }],
    ["a hash without prefix", { method: "secp256k1_sign", params: { hash: `${"12".repeat(33)}` } }],
    ["a hash with more beside it", { method: "secp256k1_sign", params: { hash: `0x${"12".repeat(32)}`, x: 1 } }],
    ["a sending request without caip2", { method: "eth_sendTransaction", params: { transaction: complete } }],
    ["a long reference", sending(complete, { reference_id: "x".repeat(65) })],
    ["an empty reference", sending(complete, { reference_id: "" })],
    ["a sponsor that is no boolean", sending(complete, { sponsor: "true" })],
    ["chain_id and caip2 that differ", sending({ ...complete, chain_id: 8453 })],
    ["chain_id and caip2 that differ, when signing", signing({ ...complete, chain_id: 8453 }, { caip2: "eip155:1" })],
    ["no chain", signing({ to: TO })],
    ["chain 0", signing({ ...complete, chain_id: 0 })],
    ["another sender", signing({ ...complete, from: TO })],
    ["camelCase", signing({ ...complete, chainId: 1 })],
    ["two spellings", signing({ ...complete, gasLimit: "0x1" })],
    ["an access list", signing({ ...complete, access_list: [] })],
    ["`to` that is 0x", signing({ ...complete, to: "0x" })],
    ["`to` that is null", signing({ ...complete, to: null })],
    ["`to` of 32 bytes", signing({ ...complete, to: `0x${"00".repeat(12)}${TO.slice(2)}` })],
    ["a value that is an array", signing({ ...complete, value: ["0x1"] })],
    ["a decimal value", signing({ ...complete, value: "9" })],
    ["a negative value", signing({ ...complete, value: -1 })],
    ["a value of 2^256", signing({ ...complete, value: `0x1${"0".repeat(64)}` })],
    ["a nonce of 2^64 - 1", signing({ ...complete, nonce: "0xffffffffffffffff" })],
    ["a gas limit of 2^64", signing({ ...complete, gas_limit: "0x10000000000000000" })],
    ["odd data", signing({ ...complete, data: "0xabc" })],
    ["data without prefix", signing({ ...complete, data: "ab" })],
    ["data that is too long", signing({ ...complete, data: `0x${"00".repeat(150_001)}` })],
    ["type 3", signing({ ...complete, type: 3 })],
    ["type 99", signing({ ...complete, type: 99 })],
    ["a type that is a string", signing({ ...complete, type: "0x2" })],
    ["fee caps on type 0", signing({ ...complete, type: 0 })],
    ["fee caps on type 1", signing({ ...complete, type: 1 })],
    ["a tip above the cap", signing({ ...complete, max_priority_fee_per_gas: "0x3b9aca01" })],
    ["a tip without a cap", signing({ to: TO, chain_id: 1, max_priority_fee_per_gas: "0x1" })],
    ["a malformed gas price beside fee caps", signing({ ...complete, gas_price: "x" })],
    ["type 4 without authorizations", signing({ ...complete, type: 4 })],
    ["an empty authorization list", signing({ ...complete, authorization_list: [] })],
    ["authorizations on type 2", signing({ ...complete, type: 2, authorization_list: [authorization] })],
    ["11 authorizations", signing({ ...complete, authorization_list: Array(11).fill(authorization) })],
    [
      "an authorization without signature",
      signing({ ...complete, authorization_list: [{ contract: TO, chain_id: 1, nonce: 0 }] }),
    ],
    ["a parity of 2", signing({ ...complete, authorization_list: [{ ...authorization, y_parity: 2 }] })],
    ["type 4 that creates a contract", signing({ chain_id: 1, authorization_list: [authorization] })],
  ])("%s", (_, body) => {
    const parsed = parseEthereumRequest(body, context);
    expect(parsed).toMatchObject({ ok: false, status: 400, code: "invalid_data" });
    expect(parsed.ok || parsed.missing).toBeUndefined();
  });

  it.each<[string, JsonValue]>([
    ["exportPrivateKey", { method: "exportPrivateKey", params: {} }],
    ["sponsoring", sending(complete, { sponsor: true })],
    ["sponsor options", sending(complete, { sponsor: false, sponsor_options: {} })],
    ["data suffixes", sending(complete, { experimental_data_suffix: "0x" })],
    [
      "smart-account signatures",
      { method: "personal_sign", params: { message: "", encoding: "hex" }, signature_options: { type: "erc1271" } },
    ],
    ["type 118", signing({ type: 118, calls: [] })],
  ])("%s as not built", (_, body) => {
    expect(parseEthereumRequest(body, context)).toMatchObject({ ok: false, status: 400, code: "not_supported" });
  });

  it("a wallet_id that it cannot check", () => {
    const body = { method: "personal_sign", params: { message: "", encoding: "hex" }, wallet_id: "wallet" };
    expect(parseEthereumRequest(body, context).ok).toBe(true);
    expect(parseEthereumRequest(body, { walletAddress }).ok).toBe(false);
  });

  it("hostile JSON, without throwing (I25)", () => {
    const key = fc.constantFrom(
      ...["method", "params", "transaction", "typed_data", "types", "domain", "message", "primary_type", "encoding"],
      ...["hash", "contract", "chain_id", "nonce", "to", "type", "data", "authorization_list", "caip2", "address"],
      ...["__proto__", "constructor", "toString", "EIP712Domain", "length", "valueOf"],
    );
    const { node } = fc.letrec<{ node: JsonValue }>((tie) => ({
      node: fc.oneof(
        { maxDepth: 6 },
        fc.constantFrom<JsonValue>(
          null,
          true,
          0,
          -0,
          1.5,
          2 ** 60,
          "",
          "0x",
          "0x1",
          "hex",
          "utf-8",
          "eip155:1",
          WALLET,
        ),
        fc.constantFrom<JsonValue>("EIP712Domain", "uint256", "tuple[]", "__proto__", "\ud800", 4, 118),
        fc.array(tie("node") as fc.Arbitrary<JsonValue>, { maxLength: 4 }),
        fc.dictionary(key, tie("node") as fc.Arbitrary<JsonValue>, { maxKeys: 6 }),
      ),
    }));
    const method = fc.constantFrom(
      "personal_sign",
      "eth_signTypedData_v4",
      "eth_signTransaction",
      "eth_sendTransaction",
      "secp256k1_sign",
      "eth_sign7702Authorization",
      "__proto__",
    );
    const transaction = fc.record({ transaction: node, typed_data: node }, { requiredKeys: [] });
    fc.assert(
      fc.property(method, fc.oneof(node, transaction), node, (name, params, other) => {
        const body = JSON.parse(JSON.stringify({ method: name, params, caip2: "eip155:1" }));
        for (const value of [body, { ...body, extra: other }, other]) {
          const parsed = parseEthereumRequest(value, context);
          missingForSend(value);
          if (parsed.ok) expect(requestDigest(parsed.request)).toHaveLength(32);
        }
      }),
      { numRuns: Math.ceil(500 * Number(process.env.MANDATE_FUZZ ?? 1)) },
    );
  });
});

describe("the transaction's type", () => {
  const base = { to: TO, chain_id: 1 };
  it.each<[JsonObject, number]>([
    [{}, 2],
    [{ max_fee_per_gas: 1 }, 2],
    [{ gas_price: 1 }, 0],
    [{ gas_price: 1, max_fee_per_gas: 1 }, 2],
    [{ authorization_list: [authorization] }, 4],
    [{ type: 0, gas_price: 1 }, 0],
    [{ type: 1, gas_price: 1 }, 1],
    [{ type: 2, gas_price: 1 }, 2],
    [{ type: 4, authorization_list: [authorization] }, 4],
  ])("of %j is %d", (members, type) => {
    expect(transactionOf(signing({ ...base, ...members })).type).toBe(type);
  });

  it("drops a gas price beside fee caps, and nothing else", () => {
    const quirk = transactionOf(signing({ ...complete, gas_price: "0x5208" }));
    expect(quirk).toEqual(transactionOf(signing(complete)));
    expect("gasPrice" in quirk).toBe(false);
  });
});

describe("filling", () => {
  const fill = { nonce: 7n, gasLimit: 21000n, maxFeePerGas: 100n, maxPriorityFeePerGas: 2n };

  it("names what a sending request lacks", () => {
    const lacks = ["nonce", "gas_limit", "max_fee_per_gas", "max_priority_fee_per_gas"];
    expect(missingForSend(sending({ to: TO }))).toEqual(lacks);
    expect(parseEthereumRequest(sending({ to: TO }), context)).toMatchObject({ ok: false, missing: lacks });
    expect(missingForSend(sending({ to: TO, type: 0, nonce: 1 }))).toEqual(["gas_limit", "gas_price"]);
    expect(missingForSend(sending(complete))).toEqual([]);
    for (const body of [null, [], {}, signing({}), sending(null), sending({ type: 9 })] as JsonValue[]) {
      expect(missingForSend(body)).toEqual([]);
    }
  });

  it("does not say `missing` about a request that is wrong anyway", () => {
    const parsed = parseEthereumRequest(sending({ to: "0x" }), context);
    expect(parsed.ok || parsed.missing).toBeUndefined();
  });

  it("fills what is missing and says so", () => {
    const parsed = parseEthereumRequest(sending({ to: TO, gas_limit: "0x1" }), { ...context, fill });
    expect(parsed).toMatchObject({
      ok: true,
      filled: ["nonce", "max_fee_per_gas", "max_priority_fee_per_gas"],
      request: { transaction: { type: 2, chainId: 1n, nonce: 7n, gasLimit: 1n, maxFeePerGas: 100n } },
    });
  });

  it("never changes what the caller gave (I7)", () => {
    expect(transactionOf(sending(complete), { fill })).toEqual(transactionOf(sending(complete)));
    expect(parseEthereumRequest(sending(complete), { ...context, fill })).toMatchObject({ filled: [] });
  });

  it("keeps a filled tip within the caller's cap", () => {
    const capped = transactionOf(sending({ to: TO, max_fee_per_gas: 1 }), { fill });
    expect(capped).toMatchObject({ maxFeePerGas: 1n, maxPriorityFeePerGas: 1n });
    const tip = parseEthereumRequest(sending({ to: TO, max_priority_fee_per_gas: 101 }), { ...context, fill });
    expect(tip).toMatchObject({ ok: false, code: "invalid_data" });
  });

  it("follows a chain that has only a gas price", () => {
    const legacy = transactionOf(sending({ to: TO }), { fill: { nonce: 0n, gasLimit: 1n, gasPrice: 5n } });
    expect(legacy).toMatchObject({ type: 0, chainId: 1n, gasPrice: 5n });
  });

  it("leaves zero for what a signing request lacks", () => {
    const bare = transactionOf(signing({ to: TO, chain_id: 1 }));
    expect(bare).toMatchObject({ nonce: 0n, gasLimit: 0n, maxFeePerGas: 0n, value: 0n, data: new Uint8Array() });
  });
});

describe("describeResult", () => {
  const sign = (request: EthereumRequest) => signRecoverable(requestDigest(request), PRIVATE_KEY);

  it("gives a transaction that the wallet signed", async () => {
    const members = { ...complete, from: WALLET.toLowerCase(), data: "0xAB", authorization_list: [authorization] };
    const { authorization_list: _, ...plain } = members;
    for (const transaction of [plain, members, { to: TO, chain_id: 5, gas_price: 3 }]) {
      const request = accepted(signing(transaction));
      const data = describeResult(request, sign(request));
      expect(Object.keys(data)).toEqual(["signed_transaction", "encoding"]);
      const serialized = data.signed_transaction as `0x02${string}`;
      expect(await recoverTransactionAddress({ serializedTransaction: serialized })).toBe(WALLET);
      expect(parseTransaction(serialized).to?.toLowerCase()).toBe(TO);
    }
  });

  it("gives what a sent transaction is known by", () => {
    const request = accepted(
      sending({ ...complete, authorization_list: [authorization] }, { reference_id: "r", sponsor: false }),
    );
    const data = describeResult(request, sign(request));
    expect(data).toMatchObject({
      hash: expect.stringMatching(/^0x[0-9a-f]{64}$/),
      caip2: "eip155:1",
      reference_id: "r",
    });
    const echo = data.transaction_request as JsonObject;
    expect(echo).toMatchObject({
      type: 4,
      chain_id: "0x1",
      nonce: "0x0",
      gas_limit: "0x5208",
      ...fees,
      value: "0x1",
      data: "0x",
    });
    // The echo is itself a request for the same transaction.
    expect(transactionOf(signing(echo))).toEqual(
      transactionOf(sending({ ...complete, authorization_list: [authorization] })),
    );
  });

  it("gives 65-byte signatures and 7702 authorizations", () => {
    const message = accepted({ method: "personal_sign", params: { message: "hi", encoding: "utf-8" } });
    const hash = accepted({ method: "secp256k1_sign", params: { hash: `0x${"12".repeat(32)}` } });
    for (const request of [message, hash]) {
      const data = describeResult(request, sign(request));
      expect(data).toEqual({ signature: expect.stringMatching(/^0x[0-9a-f]{128}1[bc]$/), encoding: "hex" });
    }
    const delegation = accepted({ method: "eth_sign7702Authorization", params: { contract: TO, chain_id: 1 } });
    expect(describeResult(delegation, sign(delegation))).toEqual({
      authorization: {
        contract: toChecksumAddress(decodeHex0x(TO)!),
        chain_id: 1,
        nonce: 0,
        r: expect.stringMatching(/^0x[0-9a-f]{64}$/),
        s: expect.stringMatching(/^0x[0-9a-f]{64}$/),
        y_parity: expect.any(Number),
      },
    });
  });
});
