import type { Primitives } from "@mandate/core/crypto/primitives";
import { referencePrimitives } from "@mandate/core/crypto/reference-primitives";
import { loadKeccakWasm } from "./keccak-wasm.ts";
import { loadLibsecp256k1 } from "./libsecp256k1.ts";
import { createOpensslPrimitives } from "./openssl.ts";
import { selfTestPrimitives } from "./self-test.ts";

/** `active` names the implementation of each group; `notes` says, for people, what is slower here than it could be. */
export type LoadedPrimitives = {
  primitives: Primitives;
  active: { p256: string; secp256k1: string; ed25519: string; keccak256: string; sha256: string; aes256Gcm: string };
  notes: string[];
};

/** Where the parts come from. Each may throw or reject when this platform cannot have it. */
export type PrimitiveLoaders = {
  openssl: () => ReturnType<typeof createOpensslPrimitives>;
  libsecp256k1: () => ReturnType<typeof loadLibsecp256k1>;
  keccakWasm: () => ReturnType<typeof loadKeccakWasm>;
};

const PLATFORM_LOADERS: PrimitiveLoaders = {
  openssl: createOpensslPrimitives,
  libsecp256k1: loadLibsecp256k1,
  keccakWasm: loadKeccakWasm,
};

/**
 * The fastest primitives of this platform, to be given to `installPrimitives` once at start.
 *
 * What the platform does not have (libsecp256k1 without a binary, WebAssembly switched off) is replaced by the reference
 * and named in `notes`: never silently. What it has is tested against the reference; a different answer rejects, and the
 * process must not start.
 */
export async function loadPrimitives(loaders: PrimitiveLoaders = PLATFORM_LOADERS): Promise<LoadedPrimitives> {
  const notes: string[] = [];
  const secp256k1 = await loadOrNote(
    loaders.libsecp256k1,
    "libsecp256k1 (secp256k1 signatures take about ten times as long)",
    notes,
  );
  const keccak256 = await loadOrNote(loaders.keccakWasm, "hash-wasm (Keccak-256 takes about ten times as long)", notes);
  const primitives: Primitives = { ...referencePrimitives, ...loaders.openssl(), ...secp256k1, ...keccak256 };

  const failure = selfTestPrimitives(primitives, referencePrimitives);
  if (failure !== undefined) {
    throw new Error(
      `self-test: ${failure.primitive} differs from the reference (trial ${failure.trial}); reinstall the dependencies`,
    );
  }
  const active = {
    p256: "openssl",
    secp256k1: secp256k1 ? "libsecp256k1" : "noble",
    ed25519: "openssl",
    keccak256: keccak256 ? "hash-wasm" : "noble",
    sha256: "openssl",
    aes256Gcm: "openssl",
  };
  return { primitives, active, notes };
}

async function loadOrNote<Part>(
  load: () => Part | Promise<Part>,
  what: string,
  notes: string[],
): Promise<Part | undefined> {
  try {
    return await load();
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n", 1)[0] : "unknown reason";
    notes.push(`using the JavaScript reference instead of ${what}: ${reason}`);
    return undefined;
  }
}
