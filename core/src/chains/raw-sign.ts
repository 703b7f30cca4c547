import { blake2b } from "@noble/hashes/blake2.js";
import { equalBytes } from "../crypto/equal-bytes.ts";
import { keccak256, sha256 } from "../crypto/primitives.ts";
import { decodeBase64 } from "../encoding/base64.ts";
import { decodeHex, decodeHex0x, encodeHex0x } from "../encoding/hex.ts";
import type { JsonObject, JsonValue } from "../encoding/json-value.ts";
import { encodeUtf8, isWellFormedText } from "../encoding/utf8.ts";
import { isJsonObject, memberOf } from "../ethereum/parsed.ts";
import type { PolicyRequest } from "../policy/request.ts";
import { classifySuiBytes } from "../sui/raw-bytes.ts";
import { classifyTronBytes } from "../tron/raw-bytes.ts";
import { chainTypes, isChainType } from "./chain-types.ts";
import { invalid, type ParsedSignable, type Refused, readMembers, type SigningContext } from "./signable-request.ts";

/** Bound of the wire on a message and on every hex string, in characters (spec 00 §11). */
const CHARACTERS_MAX = 300_002;

const HASH_FUNCTIONS = {
  keccak256,
  sha256,
  blake2b256: (bytes: Uint8Array): Uint8Array => blake2b(bytes, { dkLen: 32 }),
};
type HashFunction = keyof typeof HASH_FUNCTIONS;

/**
 * Decodes the body of `POST /v1/wallets/{id}/raw_sign` (spec 04 §5): `{params: {hash}}`, or `{params: {bytes, encoding,
 * hash_function}}`, which is hashed first and the digest signed, on every curve.
 *
 * The policy's view: a `hash` hides what it means, and only an explicit `*` rule allows it. Bytes of TRON and Sui wallets
 * are looked into: those that the chain takes as a transaction are `signTransactionBytes`, those that it cannot take as one
 * are `signRawMessageBytes`, and those in between hide what they mean like a hash.
 */
export function parseRawSignRequest(body: JsonValue, chainType: string, context: SigningContext): ParsedSignable {
  if (!isChainType(chainType)) return invalid(`\`raw_sign\` is not supported for ${chainType} wallets`);
  const chain = chainTypes[chainType];
  const members = readMembers(body, "body", ["params"]);
  if (!members.ok) return members;
  const params = memberOf(members.object, "params");
  const input = readInput(params);
  if (!input.ok) return input;
  const digest = input.hashFunction === undefined ? input.bytes : HASH_FUNCTIONS[input.hashFunction](input.bytes);
  const refusal = chain.refuseDigest(digest);
  if (refusal !== undefined) return invalid(refusal);
  return {
    ok: true,
    value: {
      method: "raw_sign",
      operations: operationsOf(chainType, input.bytes, input.hashFunction, context),
      digest,
      filled: [],
      sign: (privateKey) => {
        if (!equalBytes(chain.publicKey(privateKey), context.publicKey)) throw new Error("the key is not the wallet's");
        return { data: { signature: encodeHex0x(chain.rawSign(digest, privateKey)), encoding: "hex" } };
      },
    },
  };
}

const OPAQUE: readonly PolicyRequest[] = [{ method: "raw_sign" }];

function operationsOf(
  chainType: string,
  bytes: Uint8Array,
  hashFunction: HashFunction | undefined,
  context: SigningContext,
): readonly PolicyRequest[] {
  if (hashFunction === undefined) return OPAQUE;
  if (chainType === "tron") return classifyTronBytes(bytes, hashFunction, context.publicKey) ?? OPAQUE;
  if (chainType === "sui") return classifySuiBytes(bytes, hashFunction, context.publicKey) ?? OPAQUE;
  return OPAQUE;
}

/** `bytes` are the hash itself where there is no hash function. */
type Input = { ok: true; bytes: Uint8Array; hashFunction: HashFunction | undefined };

function readInput(params: JsonValue | undefined): Input | Refused {
  if (!isJsonObject(params)) return invalid("`params` must be an object with `hash`, or with `bytes`");
  const hasHash = memberOf(params, "hash") !== undefined;
  const read = readMembers(params, "params", hasHash ? ["hash"] : ["bytes", "encoding", "hash_function"]);
  if (!read.ok) return hasHash && Object.hasOwn(params, "bytes") ? invalid("give `hash` or `bytes`, not both") : read;
  return hasHash ? readHash(params) : readBytes(params);
}

function readHash(params: JsonObject): Input | Refused {
  const text = memberOf(params, "hash");
  const bytes = typeof text === "string" && text.length <= CHARACTERS_MAX ? decodeHex0x(text) : undefined;
  if (bytes === undefined) return invalid("`params.hash` must be 0x-prefixed hex with an even number of digits");
  return { ok: true, bytes, hashFunction: undefined };
}

function readBytes(params: JsonObject): Input | Refused {
  const text = memberOf(params, "bytes");
  if (typeof text !== "string") return invalid("Required at params.bytes, or give `params.hash`");
  if (text.length > CHARACTERS_MAX) return invalid(`\`params.bytes\` has more than ${CHARACTERS_MAX} characters`);
  const name = memberOf(params, "hash_function");
  if (name !== "keccak256" && name !== "sha256" && name !== "blake2b256") {
    return invalid("`params.hash_function` must be `keccak256`, `sha256` or `blake2b256`");
  }
  const encoding = memberOf(params, "encoding");
  if (encoding !== "utf-8" && encoding !== "hex" && encoding !== "base64") {
    return invalid("`params.encoding` must be `utf-8`, `hex` or `base64`");
  }
  const bytes = decodeAs(encoding, text);
  return bytes === undefined ? invalid(`\`params.bytes\` is not ${encoding}`) : { ok: true, bytes, hashFunction: name };
}

function decodeAs(encoding: "utf-8" | "hex" | "base64", text: string): Uint8Array | undefined {
  switch (encoding) {
    case "utf-8":
      return isWellFormedText(text) ? encodeUtf8(text) : undefined;
    case "hex":
      return decodeHex(text.startsWith("0x") ? text.slice(2) : text);
    case "base64":
      return decodeBase64(text);
  }
}
