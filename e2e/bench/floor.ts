import { p256PublicKey, signP256 } from "@mandate/core/crypto/p256";
import { installPrimitives, keccak256, signSecp256k1, verifyP256 } from "@mandate/core/crypto/primitives";
import { loadPrimitives } from "@mandate/signer/primitives/native";

/** What one authorised EVM signature costs at the least on this machine: microseconds of CPU. */
export type Floor = { microseconds: number; primitives: { [name: string]: string } };

const ROUNDS = 9;
const ROUND_MS = 100;

/**
 * Measures the floor: one P-256 verification of a 600-byte payload with a cached key, one Keccak-256, one secp256k1
 * signature, by the primitives that the signer uses. The median of several rounds, since neighbours only add time.
 */
export async function measureFloor(): Promise<Floor> {
  installed ??= install();
  const active = await installed;
  const payload = new Uint8Array(600).fill(1);
  const transaction = new Uint8Array(120).fill(2);
  const privateKey = new Uint8Array(32).fill(3);
  const { spkiBase64 } = p256PublicKey(privateKey);
  const authorization = signP256(payload, privateKey);
  const once = () => {
    if (!verifyP256(spkiBase64, payload, authorization)) throw new Error("the benchmark's signature does not verify");
    signSecp256k1(keccak256(transaction), privateKey);
  };
  measureRound(once);
  const rounds = Array.from({ length: ROUNDS }, () => measureRound(once)).sort((a, b) => a - b);
  return { microseconds: rounds[Math.floor(ROUNDS / 2)]!, primitives: active };
}

let installed: Promise<Floor["primitives"]> | undefined;

async function install(): Promise<Floor["primitives"]> {
  const { primitives, active } = await loadPrimitives();
  installPrimitives(primitives);
  return active;
}

function measureRound(once: () => void): number {
  const begunAt = performance.now();
  const cpu = process.cpuUsage();
  let count = 0;
  while (performance.now() - begunAt < ROUND_MS) {
    for (let at = 0; at < 50; at++) once();
    count += 50;
  }
  const { user, system } = process.cpuUsage(cpu);
  return (user + system) / count;
}
