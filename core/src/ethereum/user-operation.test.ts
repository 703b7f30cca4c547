import fc from "fast-check";
import { encodeAbiParameters, encodeFunctionData, encodePacked, hashMessage, parseAbi, toHex } from "viem";
import { entryPoint07Address, getUserOperationHash } from "viem/account-abstraction";
import { describe, expect, it } from "vitest";
import { encodeHex0x } from "../encoding/hex.ts";
import type { JsonObject } from "../encoding/json-value.ts";
import { bytes, fuzz } from "../testing/policy-fixtures.ts";
import { accountCalls, encodeExecuteBatch, openCalls } from "./account-calls.ts";
import { parseEthereumRequest, requestDigest } from "./request.ts";
import type { EthereumCall } from "./types.ts";

const wallet = bytes(`0x${"11".repeat(20)}`);
const MODULAR = "0x69007702764179f14F51cdce752f4f775d74E139";
const A = `0x${"aa".repeat(20)}` as const;
const B = `0x${"bb".repeat(20)}` as const;

const operation: JsonObject = {
  sender: A,
  nonce: "0x1",
  call_data: "0x",
  call_gas_limit: "0x5208",
  verification_gas_limit: "0x0",
  pre_verification_gas: "0x1",
  max_fee_per_gas: "0x2",
  max_priority_fee_per_gas: "0x1",
};
const body = (overrides: JsonObject = {}, params: JsonObject = {}): JsonObject => ({
  method: "eth_signUserOperation",
  params: { contract: MODULAR, chain_id: 1, user_operation: { ...operation, ...overrides }, ...params },
});
const parse = (value: JsonObject) => parseEthereumRequest(value, { walletAddress: wallet });

describe("eth_signUserOperation", () => {
  it.each<[string, JsonObject, string]>([
    ["another implementation", body({}, { contract: B }), "known here"],
    [
      "no contract",
      { method: "eth_signUserOperation", params: { chain_id: 1, user_operation: operation } },
      "Required",
    ],
    ["chain 0", body({}, { chain_id: 0 }), "at least 1"],
    ["a superfluous param", body({}, { entry_point: A }), "Unrecognized key(s) in object: 'entry_point'"],
    ["the members of v0.6", body({ init_code: "0x" }), "Unrecognized key(s) in object: 'init_code'"],
    ["a signature", body({ signature: "0x" }), "Unrecognized key(s) in object: 'signature'"],
    ["a sender that is none", body({ sender: "0x12" }), "`sender`: Invalid Ethereum address"],
    ["odd call data", body({ call_data: "0x1" }), "`call_data` must be"],
    ["gas beyond 120 bits", body({ call_gas_limit: `0x1${"0".repeat(30)}` }), "too large"],
    ["factory data without a factory", body({ factory_data: "0x" }), "`factory_data` needs `factory`"],
    ["paymaster data without one", body({ paymaster_data: "0x" }), "`paymaster_data` needs `paymaster`"],
    ["a send's sibling", { ...body(), sponsor: true }, "Unrecognized key(s) in object: 'sponsor'"],
  ])("refuses %s", (_, value, message) => {
    const parsed = parse(value);
    expect(parsed.ok ? "accepted" : parsed.message).toContain(message);
  });

  it("refuses an operation that lacks a member", () => {
    for (const name of Object.keys(operation)) {
      const { [name]: _, ...rest } = operation;
      const parsed = parse({ ...body(), params: { contract: MODULAR, chain_id: 1, user_operation: rest } });
      expect(parsed.ok ? "accepted" : parsed.message, name).toContain(`Required at params.user_operation.${name}`);
    }
  });

  it("takes the chain as a decimal string too, as the documentation has it", () => {
    expect(parse(body({}, { chain_id: "11155111" }))).toMatchObject({ ok: true, request: { chainId: 11155111n } });
  });

  const address = fc.uint8Array({ minLength: 20, maxLength: 20 }).map((value) => toHex(value));
  const data = fc.uint8Array({ maxLength: 100 }).map((value) => toHex(value));
  const gas = fc.bigInt({ min: 0n, max: 2n ** 120n - 1n });
  const operations = fc.record({
    sender: address,
    nonce: fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }),
    callData: data,
    callGasLimit: gas,
    verificationGasLimit: gas,
    preVerificationGas: gas,
    maxFeePerGas: gas,
    maxPriorityFeePerGas: gas,
    factory: fc.option(fc.record({ factory: address, factoryData: data }), { nil: undefined }),
    paymaster: fc.option(
      fc.record({
        paymaster: address,
        paymasterData: data,
        paymasterVerificationGasLimit: gas,
        paymasterPostOpGasLimit: gas,
      }),
      { nil: undefined },
    ),
  });

  it("signs EIP-191 over the hash that viem computes for EntryPoint v0.7", () => {
    fc.assert(
      fc.property(operations, fc.integer({ min: 1, max: 2 ** 31 }), (given, chainId) => {
        const { factory, paymaster, ...rest } = given;
        const hash = getUserOperationHash({
          chainId,
          entryPointAddress: entryPoint07Address,
          entryPointVersion: "0.7",
          userOperation: { ...rest, ...factory, ...paymaster, signature: "0x" },
        });
        const members = Object.entries({ ...rest, ...factory, ...paymaster }).map(([name, value]) => [
          name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
          typeof value === "bigint" ? `0x${value.toString(16)}` : value,
        ]);
        const parsed = parse({
          method: "eth_signUserOperation",
          params: { contract: MODULAR, chain_id: chainId, user_operation: Object.fromEntries(members) },
        });
        if (!parsed.ok) throw new Error(parsed.message);
        expect(encodeHex0x(requestDigest(parsed.request))).toBe(hashMessage({ raw: hash }));
      }),
      { numRuns: Math.ceil(200 * fuzz) },
    );
  });
});

describe("the calls of an account", () => {
  const abi = parseAbi([
    "struct Call { address target; uint256 value; bytes data; }",
    "function execute(address target, uint256 value, bytes data)",
    "function executeBatch(Call[] calls)",
    "function execute(bytes32 mode, bytes executionCalldata)",
    "function upgradeToAndCall(address implementation, bytes data)",
  ]);
  const sender = bytes(A);
  const single = (target: `0x${string}`, value: bigint, data: `0x${string}` = "0x") =>
    encodeFunctionData({ abi, functionName: "execute", args: [target, value, data] });
  const mode = (start: string) => `0x${start.padEnd(64, "0")}` as const;
  const modular = (start: string, data: `0x${string}`) =>
    encodeFunctionData({ abi, functionName: "execute", args: [mode(start), data] });
  const batch = (...calls: [`0x${string}`, bigint, `0x${string}`][]) =>
    encodeFunctionData({
      abi,
      functionName: "executeBatch",
      args: [calls.map(([target, value, data]) => ({ target, value, data }))],
    });
  const executions = (...calls: [`0x${string}`, bigint, `0x${string}`][]) =>
    encodeAbiParameters(
      [
        {
          type: "tuple[]",
          components: [
            { name: "target", type: "address" },
            { name: "value", type: "uint256" },
            { name: "data", type: "bytes" },
          ],
        },
      ],
      [calls.map(([target, value, data]) => ({ target, value, data }))],
    );
  const read = (data: string) =>
    accountCalls(sender, bytes(data))?.map(({ to, value, data }) => [encodeHex0x(to), value, encodeHex0x(data)]);

  it.each([
    ["no call data", "0x"],
    ["another function", encodeFunctionData({ abi, functionName: "upgradeToAndCall", args: [B, "0x"] })],
    ["a delegate call", modular("ff", encodePacked(["address", "bytes"], [B, "0x"]))],
    ["a static call", modular("fe", encodePacked(["address", "uint256"], [B, 0n]))],
    ["an unknown call type", modular("02", executions([B, 0n, "0x"]))],
    ["an unknown execution type", modular("0102", executions([B, 0n, "0x"]))],
    ["a mode selector", modular(`01000000000000${"01"}`, executions([B, 0n, "0x"]))],
    ["a mode payload", modular(`01${"00".repeat(30)}01`, executions([B, 0n, "0x"]))],
    ["a short single execution", modular("00", `0x${"00".repeat(51)}`)],
    ["trailing bytes", `${single(B, 1n)}00`],
    ["trailing bytes in a batch", modular("01", `${executions([B, 0n, "0x"])}${"00".repeat(32)}`)],
    ["dirty words", single(B, 1n).replace(/0{24}b/, `${"0".repeat(23)}1b`)],
    ["nesting without end", [1, 2, 3, 4, 5].reduce((data) => single(A, 0n, data as `0x${string}`), single(B, 1n))],
  ])("cannot be told from %s", (_, data) => {
    expect(read(data)).toBeUndefined();
  });

  it("are read from execute, executeBatch and the single and batch modes of ERC-7579", () => {
    expect(read(single(B, 5n, "0x1234"))).toEqual([[B, 5n, "0x1234"]]);
    expect(read(batch([B, 5n, "0x"], [A, 6n, "0xab"]))).toEqual([
      [B, 5n, "0x"],
      [A, 6n, "0xab"],
    ]);
    expect(read(batch())).toEqual([]);
    expect(read(modular("00", encodePacked(["address", "uint256", "bytes"], [B, 7n, "0xcd"])))).toEqual([
      [B, 7n, "0xcd"],
    ]);
    // "try" does not change what is called.
    expect(read(modular("0001", encodePacked(["address", "uint256"], [B, 7n])))).toEqual([[B, 7n, "0x"]]);
    expect(read(modular("01", executions([B, 5n, "0x"], [A, 6n, "0xab"])))).toEqual([
      [B, 5n, "0x"],
      [A, 6n, "0xab"],
    ]);
  });

  it("of a call to the account itself are read as well", () => {
    expect(read(single(A, 0n, batch([B, 5n, "0x"])))).toEqual([
      [A, 0n, batch([B, 5n, "0x"])],
      [B, 5n, "0x"],
    ]);
    expect(read(single(A, 0n, modular("ff", "0x")))).toBeUndefined();
    expect(openCalls(sender, [{ to: sender, value: 0n, data: bytes(single(B, 5n)) }])).toHaveLength(2);
  });

  it("are encoded as viem encodes them, and read back", () => {
    const calls = fc.array(
      fc.record({
        to: fc.uint8Array({ minLength: 20, maxLength: 20 }),
        value: fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }),
        data: fc.uint8Array({ maxLength: 70 }),
      }),
      { maxLength: 5 },
    );
    fc.assert(
      fc.property(calls, (list: EthereumCall[]) => {
        const encoded = encodeExecuteBatch(list);
        const theirs = batch(
          ...list.map(
            ({ to, value, data }) => [toHex(to), value, toHex(data)] as [`0x${string}`, bigint, `0x${string}`],
          ),
        );
        expect(encodeHex0x(encoded)).toBe(theirs);
        expect(accountCalls(bytes(`0x${"77".repeat(20)}`), encoded)).toEqual(list);
      }),
      { numRuns: Math.ceil(100 * fuzz) },
    );
  });
});

describe("wallet_sendCalls", () => {
  const fill = { nonce: 3n, gasLimit: 100_000n, maxFeePerGas: 2n, maxPriorityFeePerGas: 1n };
  const send = (calls: JsonObject[], more: JsonObject = {}) =>
    parseEthereumRequest(
      { method: "wallet_sendCalls", caip2: "eip155:1", params: { calls }, ...more },
      { walletAddress: wallet, fill },
    );

  it.each<[string, JsonObject[], JsonObject, string]>([
    ["no calls", [], {}, "1 to 35"],
    ["36 calls", Array.from({ length: 36 }, () => ({ to: A })), {}, "1 to 35"],
    ["a call without recipient", [{ data: "0x" }], {}, "calls[0]: `to`"],
    ["an unknown member", [{ to: A, gas: 1 }], {}, "Unrecognized key(s) in object: 'gas'"],
    ["half a byte", [{ to: A, data: "0x1" }], {}, "calls[0]: `data`"],
    ["no chain", [{ to: A }], { caip2: undefined as never }, "`caip2` is required"],
    ["sponsorship", [{ to: A }], { sponsor: true }, "not supported"],
  ])("refuses %s", (_, calls, more, message) => {
    const value = Object.fromEntries(
      Object.entries({ method: "wallet_sendCalls", caip2: "eip155:1", params: { calls }, ...more }).filter(
        ([, one]) => one !== undefined,
      ),
    ) as JsonObject;
    const parsed = parseEthereumRequest(value, { walletAddress: wallet, fill });
    expect(parsed.ok ? "accepted" : parsed.message).toContain(message);
  });

  it("sends a single call as it is", () => {
    expect(send([{ to: B, value: "0x5", data: "0x12" }])).toMatchObject({
      ok: true,
      filled: ["nonce", "gas_limit", "max_fee_per_gas", "max_priority_fee_per_gas"],
      request: { transaction: { to: bytes(B), value: 5n, data: bytes("0x12"), nonce: 3n, chainId: 1n } },
    });
  });

  it("sends several as one call of the wallet to itself, which makes them all", () => {
    const parsed = send([
      { to: B, value: 5 },
      { to: A, data: "0x12" },
    ]);
    if (!parsed.ok || parsed.request.method !== "wallet_sendCalls") throw new Error("refused");
    const { transaction, calls } = parsed.request;
    expect(transaction).toMatchObject({ to: wallet, value: 0n });
    expect(accountCalls(wallet, transaction.data)).toEqual(calls);
  });
});
