import { type ChainTypeName, chainTypes, isChainType } from "@mandate/core/chains/chain-types";
import { compressPublicKey } from "@mandate/core/chains/secp256k1-chain";
import type { SigningContext } from "@mandate/core/chains/signable-request";
import { mnemonicFromEntropy, seedFromMnemonic } from "@mandate/core/crypto/bip39";
import { secp256k1PublicKey } from "@mandate/core/crypto/primitives";
import { decodeHex, encodeHex } from "@mandate/core/encoding/hex";
import { encodeUtf8 } from "@mandate/core/encoding/utf8";
import type { SignerAccepted } from "../protocol.ts";
import type { Operation } from "./operation.ts";
import type { WalletBody } from "./records.ts";
import { Refusal } from "./refusal.ts";

/** What a wallet's record says of its key, and the sealed key itself. */
export type WalletKey = {
  address: string;
  /** See `WalletBody`. */
  verifyingKey: string;
  secret: SignerAccepted["walletSecrets"][number];
};

const ENTROPY_BYTES = 16;

/** A new mnemonic and its key at index 0. Both are sealed before this returns. */
export function makeWalletKey(op: Operation, walletId: string, chainType: ChainTypeName): WalletKey {
  const entropy = op.ctx.random(ENTROPY_BYTES);
  const mnemonic = mnemonicFromEntropy(entropy);
  entropy.fill(0);
  return sealDerivedKey(op, walletId, chainType, mnemonic, 0);
}

/** Seals a valid seed phrase and its key at `index`; the bytes are overwritten. */
export function sealDerivedKey(
  op: Operation,
  walletId: string,
  chainType: ChainTypeName,
  mnemonic: string,
  index: number,
): WalletKey {
  const seed = seedFromMnemonic(mnemonic);
  const privateKey = chainTypes[chainType].derive(seed, index);
  seed.fill(0);
  const key = sealWalletKey(op, walletId, chainType, privateKey);
  const phrase = encodeUtf8(mnemonic);
  const header = { type: "wallet_seed" as const, appId: op.appId, id: walletId, version: 1 };
  const sealedSeed = op.ctx.sealer.sealSecret(header, phrase, op.ctx.random(32));
  phrase.fill(0);
  return { ...key, secret: { ...key.secret, sealedSeed } };
}

/** Seals a private key of the chain type and overwrites it. */
export function sealWalletKey(
  op: Operation,
  walletId: string,
  chainType: ChainTypeName,
  privateKey: Uint8Array,
): WalletKey {
  try {
    const chain = chainTypes[chainType];
    const verifyingKey =
      chain.curve === "secp256k1" ? secp256k1PublicKey(privateKey, false) : chain.publicKey(privateKey);
    const address = chain.address(shortPublicKey(verifyingKey));
    const header = { type: "wallet_key" as const, appId: op.appId, id: walletId, version: 1 };
    const sealedKey = op.ctx.sealer.sealSecret(header, privateKey, op.ctx.random(32));
    return { address, verifyingKey: encodeHex(verifyingKey), secret: { walletId, sealedKey } };
  } finally {
    privateKey.fill(0);
  }
}

export function requireChainType(name: string): ChainTypeName {
  if (isChainType(name)) return name;
  throw new Refusal(400, "not_supported", `wallets of chain type \`${name}\` are not supported by this server`);
}

/** What a request to this wallet is decoded against. */
export function signingContextOf(wallet: WalletBody, walletId: string): SigningContext {
  const verifyingKey = decodeHex(wallet.verifying_key);
  if (verifyingKey === undefined) throw new Error("a wallet record without a key");
  return {
    address: wallet.address,
    walletId,
    publicKey: shortPublicKey(verifyingKey),
    ...(verifyingKey.length === 65 ? { uncompressedPublicKey: verifyingKey } : {}),
  };
}

/** As `ChainType.publicKey` gives it. */
function shortPublicKey(verifyingKey: Uint8Array): Uint8Array {
  return verifyingKey.length === 65 ? compressPublicKey(verifyingKey) : verifyingKey;
}
