import { HDKey } from "@scure/bip32";
import { parseDerivationPath } from "./derivation-path.ts";

/**
 * The 32-byte secp256k1 private key at `path` (such as `m/44'/60'/0'/0/0`) below a seed of 16 to 64 bytes (BIP-32).
 * The keys on the way are overwritten; their chain codes and what the engine copied are not.
 */
export function deriveSecp256k1(seed: Uint8Array, path: string): Uint8Array {
  const indexes = parseDerivationPath(path);
  let node = HDKey.fromMasterSeed(seed);
  for (const index of indexes) {
    const child = node.deriveChild(index);
    node.wipePrivateData();
    // BIP-32 lets a child be invalid (probability below 2^-127) and @scure/bip32 then takes the next index.
    if (child.index !== index) throw new Error("the derivation path has no key; use another index");
    node = child;
  }
  const privateKey = node.privateKey;
  node.wipePrivateData();
  if (privateKey === null) throw new Error("the derived node has no private key");
  return privateKey;
}
