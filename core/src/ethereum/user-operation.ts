import { concatBytes } from "../chains/concat-bytes.ts";
import { keccak256 } from "../crypto/primitives.ts";
import { decodeHex, decodeHex0x, encodeHex0x } from "../encoding/hex.ts";
import type { JsonObject, JsonValue } from "../encoding/json-value.ts";
import { parseEthereumAddress } from "./address.ts";
import { findUnknownMember, isJsonObject, memberOf, type Parsed, refuse, unknownMemberMessage } from "./parsed.ts";
import { HEX_CHARACTERS_MAX, personalMessageDigest } from "./personal-message.ts";
import { parseQuantity, type QuantityOptions } from "./quantity.ts";
import type { UserOperation, UserOperationRequest } from "./types.ts";

/** The EntryPoint of ERC-4337 v0.7, at the same address on every chain; the wire's members are those of its version. */
const ENTRY_POINT = decodeHex("0000000071727de22e5e9d8baf0edac6f37da032")!;

/** The account implementations whose signatures are EIP-191 over the operation's hash (spec 04 §4.1). */
const IMPLEMENTATIONS: ReadonlyMap<string, string> = new Map([
  ["0x69007702764179f14f51cdce752f4f775d74e139", "Alchemy Modular Account v2"],
  ["0xd6cedde84be40893d153be9d467cd6ad37875b28", "Kernel"],
]);

const UINT120_MAX = 2n ** 120n - 1n;
const UINT128_MAX = 2n ** 128n - 1n;
const PARAMS = new Set(["contract", "chain_id", "user_operation"]);
const REQUIRED = [
  "sender",
  "nonce",
  "call_data",
  "call_gas_limit",
  "verification_gas_limit",
  "pre_verification_gas",
  "max_fee_per_gas",
  "max_priority_fee_per_gas",
] as const;
const FACTORY = ["factory", "factory_data"] as const;
const PAYMASTER = [
  "paymaster",
  "paymaster_data",
  "paymaster_post_op_gas_limit",
  "paymaster_verification_gas_limit",
] as const;
const MEMBERS = new Set<string>([...REQUIRED, ...FACTORY, ...PAYMASTER]);

/** The hash that the EntryPoint gives an operation (ERC-4337, `getUserOpHash` of v0.7). */
export function userOperationHash({ userOperation, chainId }: UserOperationRequest): Uint8Array {
  const { sender, nonce, callData, factory, paymaster } = userOperation;
  const initCode = factory === undefined ? new Uint8Array(0) : concatBytes(factory.address, factory.data);
  const paymasterAndData =
    paymaster === undefined
      ? new Uint8Array(0)
      : concatBytes(
          paymaster.address,
          uint(paymaster.verificationGasLimit, 16),
          uint(paymaster.postOpGasLimit, 16),
          paymaster.data,
        );
  const packed = concatBytes(
    pad(sender),
    uint(nonce, 32),
    keccak256(initCode),
    keccak256(callData),
    uint(userOperation.verificationGasLimit, 16),
    uint(userOperation.callGasLimit, 16),
    uint(userOperation.preVerificationGas, 32),
    uint(userOperation.maxPriorityFeePerGas, 16),
    uint(userOperation.maxFeePerGas, 16),
    keccak256(paymasterAndData),
  );
  return keccak256(concatBytes(keccak256(packed), pad(ENTRY_POINT), uint(chainId, 32)));
}

/** What the accounts verify: EIP-191 over the 32 bytes of the operation's hash. */
export function userOperationDigest(request: UserOperationRequest): Uint8Array {
  return personalMessageDigest(userOperationHash(request));
}

/** `eth_signUserOperation` params `{contract, chain_id, user_operation}`, strictly (spec 04 §4.1). */
export function parseUserOperationParams(
  params: JsonValue | undefined,
  options: QuantityOptions = {},
): Parsed<UserOperationRequest> {
  if (!isJsonObject(params)) return refuse("`params` must have `contract`, `chain_id` and `user_operation`");
  const unknown = findUnknownMember(params, PARAMS);
  if (unknown !== undefined) return refuse(unknownMemberMessage(unknown));
  try {
    const contract = readAddress(params, "contract");
    if (contract === undefined) return refuse("Required at params.contract");
    if (!IMPLEMENTATIONS.has(encodeHex0x(contract))) {
      return refuse(
        `\`contract\` must be an account implementation that is known here: ${[...IMPLEMENTATIONS].map(([address, name]) => `${name} (${address})`).join(" or ")}`,
      );
    }
    // The documentation passes the chain as a decimal string, which the schema's own Quantity does not admit.
    const chainId = parseQuantity(memberOf(params, "chain_id") ?? null, { ...options, decimalStrings: true });
    if (!chainId.ok) return refuse(`\`chain_id\`: ${chainId.message}`);
    if (chainId.value === 0n) return refuse("`chain_id` must be at least 1");
    const userOperation = readUserOperation(memberOf(params, "user_operation"));
    return { ok: true, value: { method: "eth_signUserOperation", contract, chainId: chainId.value, userOperation } };
  } catch (error) {
    if (error instanceof InvalidMember) return refuse(error.message);
    throw error;
  }
}

function readUserOperation(value: JsonValue | undefined): UserOperation {
  if (!isJsonObject(value)) throw new InvalidMember("`user_operation` must be an object");
  const unknown = findUnknownMember(value, MEMBERS);
  if (unknown !== undefined) throw new InvalidMember(unknownMemberMessage(unknown));
  for (const name of REQUIRED) {
    if (memberOf(value, name) === undefined) throw new InvalidMember(`Required at params.user_operation.${name}`);
  }
  return {
    sender: readAddress(value, "sender")!,
    nonce: readUint(value, "nonce")!,
    callData: readBytes(value, "call_data")!,
    callGasLimit: readUint(value, "call_gas_limit", UINT120_MAX)!,
    verificationGasLimit: readUint(value, "verification_gas_limit", UINT120_MAX)!,
    preVerificationGas: readUint(value, "pre_verification_gas", UINT120_MAX)!,
    maxFeePerGas: readUint(value, "max_fee_per_gas", UINT120_MAX)!,
    maxPriorityFeePerGas: readUint(value, "max_priority_fee_per_gas", UINT120_MAX)!,
    factory: readFactory(value),
    paymaster: readPaymaster(value),
  };
}

function readFactory(value: JsonObject): UserOperation["factory"] {
  const address = readAddress(value, "factory");
  const data = readBytes(value, "factory_data");
  if (address === undefined && data !== undefined) throw new InvalidMember("`factory_data` needs `factory`");
  return address === undefined ? undefined : { address, data: data ?? new Uint8Array(0) };
}

function readPaymaster(value: JsonObject): UserOperation["paymaster"] {
  const address = readAddress(value, "paymaster");
  if (address === undefined) {
    const stray = PAYMASTER.find((name) => memberOf(value, name) !== undefined);
    if (stray !== undefined) throw new InvalidMember(`\`${stray}\` needs \`paymaster\``);
    return undefined;
  }
  return {
    address,
    data: readBytes(value, "paymaster_data") ?? new Uint8Array(0),
    verificationGasLimit: readUint(value, "paymaster_verification_gas_limit", UINT128_MAX) ?? 0n,
    postOpGasLimit: readUint(value, "paymaster_post_op_gas_limit", UINT128_MAX) ?? 0n,
  };
}

function readAddress(object: JsonObject, name: string): Uint8Array | undefined {
  const value = memberOf(object, name);
  if (value === undefined) return undefined;
  const address = typeof value === "string" ? parseEthereumAddress(value) : undefined;
  if (address === undefined) throw new InvalidMember(`\`${name}\`: Invalid Ethereum address`);
  return address;
}

function readUint(object: JsonObject, name: string, max?: bigint): bigint | undefined {
  const value = memberOf(object, name);
  if (value === undefined) return undefined;
  const parsed = parseQuantity(value);
  if (!parsed.ok) throw new InvalidMember(`\`${name}\`: ${parsed.message}`);
  if (max !== undefined && parsed.value > max) throw new InvalidMember(`\`${name}\` is too large for the EntryPoint`);
  return parsed.value;
}

function readBytes(object: JsonObject, name: string): Uint8Array | undefined {
  const value = memberOf(object, name);
  if (value === undefined) return undefined;
  const bytes = typeof value === "string" && value.length <= HEX_CHARACTERS_MAX ? decodeHex0x(value) : undefined;
  if (bytes === undefined) throw new InvalidMember(`\`${name}\` must be 0x-prefixed hex of whole bytes`);
  return bytes;
}

function uint(value: bigint, length: number): Uint8Array {
  return decodeHex(value.toString(16).padStart(2 * length, "0"))!;
}

function pad(address: Uint8Array): Uint8Array {
  const word = new Uint8Array(32);
  word.set(address, 12);
  return word;
}

class InvalidMember extends Error {}
