import { createRequire } from "node:module";
import { p256PublicKey, signP256 } from "@mandate/core/crypto/p256";
import { installPrimitives, type Primitives, sha256, verifyP256 } from "@mandate/core/crypto/primitives";
import { referencePrimitives } from "@mandate/core/crypto/reference-primitives";
import { encodeUtf8 } from "@mandate/core/encoding/utf8";
import { describePrimitives } from "@mandate/core/testing/primitives-conformance";
import { describe, expect, it } from "vitest";
import { loadKeccakWasm } from "./keccak-wasm.ts";
import { loadLibsecp256k1 } from "./libsecp256k1.ts";
import { loadPrimitives, type PrimitiveLoaders } from "./native.ts";
import { createOpensslPrimitives } from "./openssl.ts";

const { primitives, active, notes } = await loadPrimitives();
installPrimitives(primitives);

const loaders: PrimitiveLoaders = {
  openssl: createOpensslPrimitives,
  libsecp256k1: loadLibsecp256k1,
  keccakWasm: loadKeccakWasm,
};

const never = (): never => {
  throw new Error("No native build was found\n    loaded from: somewhere");
};

describe("native primitives", describePrimitives);

describe("loadPrimitives", () => {
  it("refuses to start when one bit of any answer differs from the reference", async () => {
    const [openssl, secp256k1, keccak] = [createOpensslPrimitives(), loadLibsecp256k1(), await loadKeccakWasm()];
    const all: Primitives = { ...openssl, ...secp256k1, ...keccak };
    for (const name of Object.keys(all) as (keyof Primitives)[]) {
      const broken = { [name]: breakOneBit(all[name] as (...args: never[]) => unknown) };
      const loading = loadPrimitives({
        openssl: () => ({ ...openssl, ...(name in openssl ? broken : {}) }),
        libsecp256k1: () => ({ ...secp256k1, ...(name in secp256k1 ? broken : {}) }),
        keccakWasm: async () => ({ ...keccak, ...(name in keccak ? broken : {}) }),
      });
      await expect(loading, name).rejects.toThrow(`self-test: ${name} differs`);
    }
  });

  it("refuses an implementation that accepts everything or nothing", async () => {
    for (const answer of [true, false]) {
      const openssl = () => ({ ...createOpensslPrimitives(), verifyP256: () => answer });
      await expect(loadPrimitives({ ...loaders, openssl })).rejects.toThrow("self-test: verifyP256");
      const libsecp256k1 = () => ({ ...loadLibsecp256k1(), verifySecp256k1: () => answer });
      await expect(loadPrimitives({ ...loaders, libsecp256k1 })).rejects.toThrow("self-test: verifySecp256k1");
      const ed25519 = () => ({ ...createOpensslPrimitives(), verifyEd25519: () => answer });
      await expect(loadPrimitives({ ...loaders, openssl: ed25519 })).rejects.toThrow("self-test: verifyEd25519");
    }
  });

  it("uses the reference where the platform has no binary, and says so", async () => {
    const loaded = await loadPrimitives({ ...loaders, libsecp256k1: never, keccakWasm: async () => never() });
    expect(loaded.active).toEqual({ ...active, secp256k1: "noble", keccak256: "noble" });
    expect(loaded.primitives.signSecp256k1).toBe(referencePrimitives.signSecp256k1);
    expect(loaded.primitives.keccak256).toBe(referencePrimitives.keccak256);
    expect(loaded.notes).toHaveLength(2);
    expect(loaded.notes[0]).toMatch(
      /^using the JavaScript reference instead of libsecp256k1 .*No native build was found$/,
    );
    expect(loaded.notes[1]).toContain("hash-wasm");
  });

  it("does not start without OpenSSL: node always has it", async () => {
    await expect(loadPrimitives({ ...loaders, openssl: never })).rejects.toThrow();
  });

  it("has everything here that this platform has a binary for", () => {
    const hasPrebuild = ["linux-x64", "darwin-arm64", "win32-x64"].includes(`${process.platform}-${process.arch}`);
    expect(active.secp256k1).toBe(hasPrebuild ? "libsecp256k1" : active.secp256k1);
    expect(active).toMatchObject({ p256: "openssl", ed25519: "openssl", keccak256: "hash-wasm" });
    expect(notes).toHaveLength(active.secp256k1 === "noble" ? 1 : 0);
  });

  it("never loads elliptic", () => {
    const loaded = Object.keys(createRequire(import.meta.url).cache ?? {});
    expect(loaded.some((path) => path.includes("secp256k1"))).toBe(active.secp256k1 === "libsecp256k1");
    expect(loaded.filter((path) => path.includes("elliptic"))).toEqual([]);
  });
});

describe("the cache of P-256 keys", () => {
  it("gives the same verdicts when it forgets keys at every call", () => {
    const { verifyP256 } = createOpensslPrimitives(2);
    const message = encodeUtf8("message");
    const signers = [1, 2, 3, 4].map((n) => {
      const scalar = sha256(Uint8Array.of(n));
      return { key: p256PublicKey(scalar).spkiBase64, signature: signP256(message, scalar) };
    });
    for (let round = 0; round < 3; round++) {
      for (const a of signers) {
        for (const b of signers) expect(verifyP256(a.key, message, b.signature)).toBe(a === b);
      }
    }
  });

  it("does not keep what it refused", () => {
    for (let i = 0; i < 2; i++) expect(() => verifyP256("AAAA", new Uint8Array(0), new Uint8Array(0))).toThrow();
  });
});

/** The same function, but the last bit of its answer is wrong. */
function breakOneBit(run: (...args: never[]) => unknown): (...args: never[]) => unknown {
  return (...args) => {
    const answer = run(...args);
    if (typeof answer === "boolean") return !answer;
    if (answer instanceof Uint8Array) return answer.length === 0 ? answer : answer.with(-1, answer.at(-1)! ^ 1);
    if (answer === undefined) return undefined;
    const signature = answer as { recovery: 0 | 1 };
    return { ...signature, recovery: signature.recovery === 0 ? 1 : 0 };
  };
}
