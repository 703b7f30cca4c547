import type { Primitives } from "@mandate/core/crypto/primitives";
import { createKeccak } from "hash-wasm";

/** Keccak-256 in WebAssembly. One instance serves all calls: a call starts by resetting it and never yields. */
export async function loadKeccakWasm(): Promise<Pick<Primitives, "keccak256">> {
  const hasher = await createKeccak(256);
  return { keccak256: (data) => hasher.init().update(data).digest("binary") };
}
