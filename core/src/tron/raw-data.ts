import { invalid, type Refused, readMembers, type SigningContext } from "../chains/signable-request.ts";
import { equalBytes } from "../crypto/equal-bytes.ts";
import { decodeHex } from "../encoding/hex.ts";
import type { JsonObject, JsonValue } from "../encoding/json-value.ts";
import { isJsonObject, memberOf } from "../ethereum/parsed.ts";
import { parseTronHex, tronAddressBytes } from "./address.ts";
import type { TronContract, TronTransaction } from "./types.ts";

/** Bound of the wire on hex strings, in characters (spec 00 §11). */
const HEX_CHARACTERS_MAX = 300_002;

type ParsedRawData = { ok: true; transaction: TronTransaction; filled: string[] } | Refused;

/**
 * The transaction of `raw_data` (spec 04 §4.3): one contract, owned by the wallet. Amounts and times are JSON integers.
 * When the method also sends, the block reference and the expiration may come from `context.tronFill`; `timestamp` may always.
 */
export function parseTronRawData(
  value: JsonValue | undefined,
  context: SigningContext,
  mayFillReference: boolean,
): ParsedRawData {
  const members = ["contract", "expiration", "ref_block_bytes", "ref_block_hash", "data", "fee_limit", "timestamp"];
  const read = readMembers(value, "params.raw_data", members);
  if (!read.ok) return read;
  const reader = new MemberReader(read.object, "params.raw_data");
  const fill = context.tronFill ?? {};
  const reference = mayFillReference ? fill : {};
  const filled: string[] = [];
  const orFill = <Value>(name: string, own: Value | undefined, other: Value | undefined): Value | undefined => {
    if (own === undefined && other !== undefined) filled.push(name);
    return own ?? other;
  };
  const refBlockBytes = orFill("ref_block_bytes", reader.bytes("ref_block_bytes", 2), reference.refBlockBytes);
  const refBlockHash = orFill("ref_block_hash", reader.bytes("ref_block_hash", 8), reference.refBlockHash);
  const expirationMs = orFill("expiration", reader.integer("expiration"), reference.expirationMs);
  const timestampMs = orFill("timestamp", reader.integer("timestamp"), fill.timestampMs) ?? 0n;
  const data = reader.bytes("data") ?? new Uint8Array();
  const feeLimit = reader.integer("fee_limit") ?? 0n;
  if (reader.refused !== undefined) return reader.refused;
  if (refBlockBytes === undefined) return invalid("Required at params.raw_data.ref_block_bytes");
  if (refBlockHash === undefined) return invalid("Required at params.raw_data.ref_block_hash");
  if (expirationMs === undefined) return invalid("Required at params.raw_data.expiration");

  const contracts = memberOf(read.object, "contract");
  if (!Array.isArray(contracts) || contracts.length !== 1) {
    return invalid("`params.raw_data.contract` must be an array of exactly one contract");
  }
  const contract = parseContract(contracts[0]!, "params.raw_data.contract[0]", tronAddressBytes(context.publicKey));
  if (!contract.ok) return contract;
  const transaction = {
    refBlockBytes,
    refBlockHash,
    expirationMs,
    data,
    contract: contract.contract,
    timestampMs,
    feeLimit,
  };
  return { ok: true, transaction, filled };
}

function parseContract(
  value: JsonValue,
  path: string,
  walletAddress: Uint8Array,
): { ok: true; contract: TronContract } | Refused {
  const type = isJsonObject(value) ? memberOf(value, "type") : undefined;
  if (type !== "TransferContract" && type !== "TriggerSmartContract") {
    return invalid(`\`${path}.type\` must be \`TransferContract\` or \`TriggerSmartContract\``);
  }
  const members =
    type === "TransferContract"
      ? ["type", "owner_address", "to_address", "amount"]
      : ["type", "owner_address", "contract_address", "data", "call_value", "token_id", "call_token_value"];
  const read = readMembers(value, path, members);
  if (!read.ok) return read;
  const reader = new MemberReader(read.object, path);
  const ownerAddress = reader.address("owner_address");
  const to = reader.address(type === "TransferContract" ? "to_address" : "contract_address");
  const amount = type === "TransferContract" ? reader.required("amount") : 0n;
  const [callValue, tokenId, callTokenValue] = ["call_value", "token_id", "call_token_value"].map(
    (name) => reader.integer(name) ?? 0n,
  );
  const data = reader.bytes("data") ?? new Uint8Array();
  if (reader.refused !== undefined) return reader.refused;
  if (!equalBytes(ownerAddress, walletAddress)) return invalid(`\`${path}.owner_address\` is not the wallet's`);
  const contract: TronContract =
    type === "TransferContract"
      ? { type, ownerAddress, toAddress: to, amount }
      : {
          type,
          ownerAddress,
          contractAddress: to,
          callValue: callValue!,
          data,
          callTokenValue: callTokenValue!,
          tokenId: tokenId!,
        };
  return { ok: true, contract };
}

/** Reads the members of one object and keeps the first refusal, so that a parser is written as if all were well. */
class MemberReader {
  refused: Refused | undefined;
  readonly #object: JsonObject;
  readonly #path: string;

  constructor(object: JsonObject, path: string) {
    this.#object = object;
    this.#path = path;
  }

  integer(name: string): bigint | undefined {
    const value = memberOf(this.#object, name);
    if (value === undefined) return undefined;
    if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return BigInt(value);
    return this.#refuse(`\`${this.#path}.${name}\` must be an integer from 0 to 2^53 - 1`);
  }

  required(name: string): bigint {
    const value = this.integer(name);
    if (value === undefined) this.#refuse(`Required at ${this.#path}.${name}`);
    return value ?? 0n;
  }

  bytes(name: string, length?: number): Uint8Array | undefined {
    const value = memberOf(this.#object, name);
    if (value === undefined) return undefined;
    const isText = typeof value === "string" && value.length <= HEX_CHARACTERS_MAX;
    const bytes = isText ? decodeHex(value.startsWith("0x") ? value.slice(2) : value) : undefined;
    if (bytes !== undefined && (length === undefined || bytes.length === length)) return bytes;
    const size = length === undefined ? "an even number of hex digits" : `hex of ${length} bytes`;
    return this.#refuse(`\`${this.#path}.${name}\` must be ${size}`);
  }

  address(name: string): Uint8Array {
    const value = memberOf(this.#object, name);
    const address = typeof value === "string" ? parseTronHex(value) : undefined;
    if (address === undefined) this.#refuse(`\`${this.#path}.${name}\` must be 42 hex digits that begin with 41`);
    return address ?? new Uint8Array();
  }

  #refuse(message: string): undefined {
    this.refused ??= invalid(message);
    return undefined;
  }
}
