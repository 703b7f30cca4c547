import { keccak256 } from "../crypto/primitives.ts";
import type { JsonObject, JsonValue } from "../encoding/json-value.ts";
import { encodeUtf8 } from "../encoding/utf8.ts";
import {
  compileTypedDataTypes,
  domainFields,
  referencedStruct,
  type TypedDataStruct,
  type TypedDataStructs,
  type TypedDataType,
} from "./typed-data-types.ts";
import { parseTypedDataScalar } from "./typed-data-value.ts";
import type { TypedData } from "./types.ts";

/**
 * The 32-byte digest keccak-256(0x19 ‖ 0x01 ‖ domain separator ‖ hash of the message) (EIP-712, "Specification").
 * Takes what `parseTypedData` accepted; throws for anything it would not have.
 */
export function hashTypedData(typedData: TypedData): Uint8Array {
  const domain = compile({ EIP712Domain: [...domainFields(typedData)] });
  const bytes = new Uint8Array(66);
  bytes.set([0x19, 0x01]);
  bytes.set(new StructHasher(domain).hashStruct("EIP712Domain", typedData.domain), 2);
  bytes.set(new StructHasher(compile(typedData.types)).hashStruct(typedData.primaryType, typedData.message), 34);
  return keccak256(bytes);
}

/** typeHash ‖ the encoded fields of the message: `encodeData` of EIP-712 for the primary type. */
export function encodeTypedDataMessage(typedData: TypedData): Uint8Array {
  return new StructHasher(compile(typedData.types)).encodeStruct(typedData.primaryType, typedData.message);
}

function compile(types: TypedData["types"]): TypedDataStructs {
  const structs = compileTypedDataTypes(types as unknown as JsonObject);
  if (!structs.ok) throw uncheckedTypedData();
  return structs.value;
}

// The same few types are signed over and over, and hashing their description costs as much as all the rest. A pure
// cache: the key is the whole text that is hashed, so it cannot answer for another type.
const typeHashes = new Map<string, Uint8Array>();
const TYPE_HASHES_MAX = 256;

function hashDescription(description: string): Uint8Array {
  const known = typeHashes.get(description);
  if (known !== undefined) return known;
  const hash = keccak256(encodeUtf8(description));
  if (typeHashes.size >= TYPE_HASHES_MAX) typeHashes.clear();
  typeHashes.set(description, hash);
  return hash;
}

class StructHasher {
  readonly #structs: TypedDataStructs;
  readonly #typeHashes = new Map<string, Uint8Array>();

  constructor(structs: TypedDataStructs) {
    this.#structs = structs;
  }

  hashStruct(name: string, value: JsonValue): Uint8Array {
    return keccak256(this.encodeStruct(name, value));
  }

  encodeStruct(name: string, value: JsonValue): Uint8Array {
    const struct = this.#structs.get(name);
    if (struct === undefined || typeof value !== "object" || value === null || Array.isArray(value)) {
      throw uncheckedTypedData();
    }
    const words = new Uint8Array(32 * (1 + struct.fields.length));
    words.set(this.#typeHash(struct));
    for (const [index, field] of struct.fields.entries()) {
      if (!Object.hasOwn(value, field.name)) throw uncheckedTypedData();
      this.#encodeValue(field.type, value[field.name]!, words, 32 * (index + 1));
    }
    return words;
  }

  /** Writes the 32-byte `encodeData` word of one value. */
  #encodeValue(type: TypedDataType, value: JsonValue, out: Uint8Array, at: number): void {
    if (type.kind === "struct") {
      out.set(this.hashStruct(type.name, value), at);
    } else if (type.kind === "array") {
      if (!Array.isArray(value)) throw uncheckedTypedData();
      const words = new Uint8Array(32 * value.length);
      for (const [index, item] of value.entries()) this.#encodeValue(type.item, item, words, 32 * index);
      out.set(keccak256(words), at);
    } else {
      const parsed = parseTypedDataScalar(type.elementary, value);
      if (!parsed.ok) throw uncheckedTypedData();
      writeScalar(type.elementary.kind, parsed.value, out, at);
    }
  }

  #typeHash(struct: TypedDataStruct): Uint8Array {
    const known = this.#typeHashes.get(struct.name);
    if (known !== undefined) return known;
    const hash = hashDescription(this.#describe(struct));
    this.#typeHashes.set(struct.name, hash);
    return hash;
  }

  /** `encodeType`: the struct itself, then the structs that it reaches, sorted by name. */
  #describe(struct: TypedDataStruct): string {
    const reached = new Set([struct.name]);
    // A set is iterated to its end as it grows.
    for (const name of reached) {
      for (const field of this.#structs.get(name)!.fields) {
        const inner = referencedStruct(field.type);
        if (inner !== undefined) reached.add(inner);
      }
    }
    reached.delete(struct.name);
    return [struct.name, ...[...reached].sort()]
      .map((name) => {
        const fields = this.#structs.get(name)!.fields;
        return `${name}(${fields.map((field) => `${field.type.name} ${field.name}`).join(",")})`;
      })
      .join("");
  }
}

/** Integers and addresses stand at the right of the word, `bytesN` at the left, `bytes` and `string` as their hash. */
function writeScalar(kind: string, value: bigint | boolean | string | Uint8Array, out: Uint8Array, at: number): void {
  if (typeof value === "bigint") {
    const view = new DataView(out.buffer, out.byteOffset + at, 32);
    // Two's complement: shifting a negative integer fills with its sign, and setBigUint64 keeps the low 64 bits.
    for (let word = 0; word < 4; word++) view.setBigUint64(8 * word, value >> BigInt(192 - 64 * word));
  } else if (typeof value === "boolean") {
    out[at + 31] = value ? 1 : 0;
  } else if (typeof value === "string") {
    out.set(keccak256(encodeUtf8(value)), at);
  } else if (kind === "bytes") {
    out.set(keccak256(value), at);
  } else {
    out.set(value, kind === "address" ? at + 12 : at);
  }
}

function uncheckedTypedData(): TypeError {
  return new TypeError("the typed data was not checked by parseTypedData");
}
