import { concatBytes } from "../chains/concat-bytes.ts";
import { equalBytes } from "../crypto/equal-bytes.ts";
import { decodeHex, encodeHex } from "../encoding/hex.ts";
import type { CompiledAbi } from "./abi.ts";
import { type AbiValue, compileAbi, type DecodedArgument, decodeCalldata } from "./calldata.ts";
import type { EthereumCall } from "./types.ts";

const call = [
  { name: "target", type: "address" },
  { name: "value", type: "uint256" },
  { name: "data", type: "bytes" },
];

/** `execute` and `executeBatch` of Modular Account v2 and of the accounts before it; `execute` of ERC-7579. */
const accountAbi = compile([
  { type: "function", name: "execute", inputs: call },
  { type: "function", name: "executeBatch", inputs: [{ name: "calls", type: "tuple[]", components: call }] },
  {
    type: "function",
    name: "execute",
    inputs: [
      { name: "mode", type: "bytes32" },
      { name: "executionCalldata", type: "bytes" },
    ],
  },
]);
const EXECUTE_BATCH = decodeHex("34fcd5be")!;

/** An account that calls itself may wrap calls in calls; nobody does so more often in earnest. */
const DEPTH_MAX = 4;
const CALLS_MAX = 1000;

/**
 * The calls that an account makes for this call data, in order; undefined when they cannot be told: another function,
 * a delegate call, data that is not its canonical encoding.
 */
export function accountCalls(sender: Uint8Array, callData: Uint8Array): EthereumCall[] | undefined {
  return openCallData(sender, callData, 0);
}

/** The calls, and behind a call to the account itself what it wraps, so that no nesting hides a call from a rule. */
export function openCalls(sender: Uint8Array, calls: readonly EthereumCall[]): EthereumCall[] | undefined {
  return openEach(sender, calls, 0);
}

function openCallData(sender: Uint8Array, callData: Uint8Array, depth: number): EthereumCall[] | undefined {
  const calls = depth >= DEPTH_MAX ? undefined : unwrap(callData);
  return calls === undefined ? undefined : openEach(sender, calls, depth);
}

function openEach(sender: Uint8Array, calls: readonly EthereumCall[], depth: number): EthereumCall[] | undefined {
  const opened: EthereumCall[] = [];
  for (const one of calls) {
    opened.push(one);
    if (equalBytes(one.to, sender) && isWrapper(one.data)) {
      const inner = openCallData(sender, one.data, depth + 1);
      if (inner === undefined) return undefined;
      opened.push(...inner);
    }
    if (opened.length > CALLS_MAX) return undefined;
  }
  return opened;
}

/** The data with which an account makes these calls (`executeBatch`). */
export function encodeExecuteBatch(calls: readonly EthereumCall[]): Uint8Array {
  const items = calls.map(({ to, value, data }) =>
    concatBytes(
      new Uint8Array(12),
      to,
      word(value),
      word(96n),
      word(BigInt(data.length)),
      data,
      new Uint8Array((32 - (data.length % 32)) % 32),
    ),
  );
  let offset = 32 * calls.length;
  const heads = items.map((item) => {
    const head = word(BigInt(offset));
    offset += item.length;
    return head;
  });
  return concatBytes(EXECUTE_BATCH, word(32n), word(BigInt(calls.length)), ...heads, ...items);
}

function isWrapper(data: Uint8Array): boolean {
  return data.length >= 4 && accountAbi.functions.has(Number.parseInt(encodeHex(data.subarray(0, 4)), 16));
}

function unwrap(callData: Uint8Array): EthereumCall[] | undefined {
  const decoded = decodeCalldata(accountAbi, callData);
  if (decoded === undefined) return undefined;
  const [first, second] = decoded.args;
  if (first === undefined) return undefined;
  switch (decoded.signature) {
    case "execute(address,uint256,bytes)":
      return readCalls([{ name: "", type: "tuple", value: decoded.args }]);
    case "executeBatch((address,uint256,bytes)[])":
      return readCalls(first.value);
    case "execute(bytes32,bytes)":
      return first.value instanceof Uint8Array && second?.value instanceof Uint8Array
        ? unwrapModular(first.value, second.value)
        : undefined;
    default:
      return undefined;
  }
}

/**
 * ERC-7579, "Execution Behavior": call type, execution type, 4 unused bytes, mode selector, mode payload. Whatever has a
 * selector or a payload is the vendor's own; a delegate call (0xff) may do anything.
 */
function unwrapModular(mode: Uint8Array, data: Uint8Array): EthereumCall[] | undefined {
  const [callType, executionType] = mode;
  if (executionType! > 1 || mode.subarray(2).some((byte) => byte !== 0)) return undefined;
  if (callType === 0) {
    // abi.encodePacked(target, value, callData)
    if (data.length < 52) return undefined;
    const value = BigInt(`0x${encodeHex(data.subarray(20, 52))}`);
    return [{ to: data.slice(0, 20), value, data: data.slice(52) }];
  }
  // abi.encode(Execution[]) is what the arguments of executeBatch are.
  if (callType !== 1) return undefined;
  const decoded = decodeCalldata(accountAbi, concatBytes(EXECUTE_BATCH, data));
  return decoded === undefined ? undefined : readCalls(decoded.args[0]!.value);
}

function readCalls(items: AbiValue): EthereumCall[] | undefined {
  if (!Array.isArray(items)) return undefined;
  const calls = items.map(({ value }) => readCall(value));
  return calls.every((one) => one !== undefined) ? calls : undefined;
}

function readCall(members: AbiValue): EthereumCall | undefined {
  if (!Array.isArray(members)) return undefined;
  const [to, value, data] = (members as DecodedArgument[]).map((member) => member.value);
  if (!(to instanceof Uint8Array) || typeof value !== "bigint" || !(data instanceof Uint8Array)) return undefined;
  return { to, value, data };
}

function word(value: bigint): Uint8Array {
  return decodeHex(value.toString(16).padStart(64, "0"))!;
}

function compile(abi: Parameters<typeof compileAbi>[0]): CompiledAbi {
  const compiled = compileAbi(abi);
  if (!compiled.ok) throw new Error(compiled.message);
  return compiled.abi;
}
