import { decodeUtf8 } from "../encoding/utf8.ts";
import type { ByteReader } from "./byte-reader.ts";

/** Move's own bound on nested types (move-vm, "TypeTag" depth) is 8 to 16; deeper ones are no transaction. */
const DEPTH_MAX = 16;
const VECTOR = 6;
const STRUCT = 7;
/** bool, u8, u64, u128, address, signer, vector, struct, u16, u32, u256 (move-core-types, `TypeTag`). */
const TAGS = 11;

/** Reads past a type of a Move call (BCS): what it names is not looked at. Fails for tags that do not exist. */
export function skipTypeTag(reader: ByteReader, depth = 0): void {
  const tag = reader.uleb128();
  if (tag >= TAGS || depth > DEPTH_MAX) reader.fail();
  if (tag === VECTOR) skipTypeTag(reader, depth + 1);
  if (tag !== STRUCT) return;
  reader.bytes(32);
  readIdentifier(reader);
  readIdentifier(reader);
  reader.list(reader.uleb128(), () => skipTypeTag(reader, depth + 1));
}

/** A module or function name: letters, digits and `_`, as Move has it. */
export function readIdentifier(reader: ByteReader): string {
  const text = decodeUtf8(readBcsBytes(reader));
  return text !== undefined && /^[A-Za-z_][A-Za-z0-9_]{0,127}$/.test(text) ? text : reader.fail();
}

/** A BCS byte string: its length in ULEB128, then the bytes. */
export function readBcsBytes(reader: ByteReader): Uint8Array {
  return reader.bytes(reader.uleb128());
}
