/**
 * For each chain type, what an independent library says of a public key's address and of a signature. Nothing here
 * uses our own code.
 */
import { createHash } from "node:crypto";
import { Ed25519PublicKey as AptosPublicKey, AuthenticationKey, Ed25519Signature } from "@aptos-labs/ts-sdk";
import { encodeSecp256k1Pubkey, pubkeyToAddress } from "@cosmjs/amino";
import { Secp256k1, Secp256k1Signature } from "@cosmjs/crypto";
import { Ed25519PublicKey as SuiPublicKey } from "@mysten/sui/keypairs/ed25519";
import { KeyType, PublicKey as NearPublicKey } from "@near-js/crypto";
import { p2tr, p2wpkh } from "@scure/btc-signer";
import { PublicKey as SolanaPublicKey } from "@solana/web3.js";
import { Keypair } from "@stellar/stellar-base";
import { signVerify } from "@ton/crypto";
import { WalletContractV4 } from "@ton/ton";
import { computeAddress as ethereumAddress, SigningKey } from "ethers";
import { deriveAddress, verify as verifyXrpl } from "ripple-keypairs";
import { CallData, ec, hash } from "starknet";
import { verify as verifyEcdsa, verifySchnorr, xOnlyPointAddTweak } from "tiny-secp256k1";
import { utils as tron } from "tronweb";

export type ChainOracle = {
  address(publicKey: Uint8Array): string;
  /** `signature` is the 64 bytes that `raw_sign` answers. */
  verify(signature: Uint8Array, digest: Uint8Array, publicKey: Uint8Array): boolean | Promise<boolean>;
};

const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
const hex0x = (bytes: Uint8Array) => `0x${hexOf(bytes)}`;

/** OpenZeppelin's account contract 0.8.1, which the wallet's documentation names. */
const OPENZEPPELIN_CLASS = "0x061dac032f228abef9c6626f995015233097ae253a7f72d68552db02f2971b8f";

export const oracles: Record<string, ChainOracle> = {
  ethereum: {
    address: (publicKey) => ethereumAddress(hex0x(publicKey)),
    verify(signature, digest, publicKey) {
      const [r, s] = [hex0x(signature.subarray(0, 32)), hex0x(signature.subarray(32))];
      return [27, 28].some((v) => {
        const recovered = SigningKey.recoverPublicKey(digest, { r, s, v });
        return SigningKey.computePublicKey(recovered, true) === hex0x(publicKey);
      });
    },
  },
  solana: {
    address: (publicKey) => new SolanaPublicKey(publicKey).toBase58(),
    verify: async (signature, digest, publicKey) => {
      const key = await crypto.subtle.importKey("raw", Buffer.from(publicKey), "Ed25519", true, ["verify"]);
      return crypto.subtle.verify("Ed25519", key, Buffer.from(signature), Buffer.from(digest));
    },
  },
  tron: {
    address: (publicKey) => {
      const uncompressed = Buffer.from(SigningKey.computePublicKey(hex0x(publicKey), false).slice(2), "hex");
      return tron.crypto.getBase58CheckAddress(tron.crypto.computeAddress([...uncompressed]));
    },
    verify(signature, digest, publicKey) {
      const expected = `41${ethereumAddress(hex0x(publicKey)).slice(2).toLowerCase()}`;
      return ["1b", "1c"].some(
        (v) => tron.crypto.ecRecover(hexOf(digest), hexOf(signature) + v).toLowerCase() === expected,
      );
    },
  },
  cosmos: {
    address: (publicKey) => pubkeyToAddress(encodeSecp256k1Pubkey(publicKey), "cosmos"),
    verify: (signature, digest, publicKey) =>
      Secp256k1.verifySignature(
        new Secp256k1Signature(signature.subarray(0, 32), signature.subarray(32)),
        digest,
        publicKey,
      ),
  },
  "bitcoin-segwit": {
    address: (publicKey) => p2wpkh(publicKey).address ?? "",
    verify: (signature, digest, publicKey) => verifyEcdsa(digest, publicKey, signature, true),
  },
  "bitcoin-taproot": {
    address: (publicKey) => p2tr(publicKey.subarray(1)).address ?? "",
    // BIP-341: the key on the chain is the internal key, tweaked by its own tagged hash.
    verify(signature, digest, publicKey) {
      const internal = publicKey.subarray(1);
      const tag = createHash("sha256").update("TapTweak").digest();
      const tweak = createHash("sha256").update(tag).update(tag).update(internal).digest();
      const output = xOnlyPointAddTweak(internal, tweak);
      return output !== null && verifySchnorr(digest, output.xOnlyPubkey, signature);
    },
  },
  stellar: {
    address: (publicKey) => stellarKey(publicKey).publicKey(),
    verify: (signature, digest, publicKey) => stellarKey(publicKey).verify(Buffer.from(digest), Buffer.from(signature)),
  },
  sui: {
    address: (publicKey) => new SuiPublicKey(publicKey).toSuiAddress(),
    verify: (signature, digest, publicKey) => new SuiPublicKey(publicKey).verify(digest, signature),
  },
  aptos: { address: aptosAddress, verify: verifyAptos },
  movement: { address: aptosAddress, verify: verifyAptos },
  near: {
    address: (publicKey) => hexOf(nearKey(publicKey).data),
    verify: (signature, digest, publicKey) => nearKey(publicKey).verify(digest, signature),
  },
  ton: {
    address: (publicKey) =>
      WalletContractV4.create({ workchain: 0, publicKey: Buffer.from(publicKey) }).address.toString({
        bounceable: false,
      }),
    verify: (signature, digest, publicKey) =>
      signVerify(Buffer.from(digest), Buffer.from(signature), Buffer.from(publicKey)),
  },
  starknet: {
    address: (publicKey) => {
      const key = hex0x(publicKey);
      const calldata = CallData.compile({ publicKey: key });
      const address = hash.calculateContractAddressFromHash(key, OPENZEPPELIN_CLASS, calldata, 0);
      return `0x${address.slice(2).padStart(64, "0")}`;
    },
    // The wallet's key is an x-coordinate; either point with it verifies the same signatures up to the sign of y.
    verify(signature, digest, publicKey) {
      const [r, s] = [BigInt(hex0x(signature.subarray(0, 32))), BigInt(hex0x(signature.subarray(32)))];
      const parsed = new ec.starkCurve.Signature(r, s);
      return ["02", "03"].some((prefix) => ec.starkCurve.verify(parsed, hexOf(digest), prefix + hexOf(publicKey)));
    },
  },
  xrpl: {
    address: (publicKey) => deriveAddress(hexOf(publicKey).toUpperCase()),
    // ripple-keypairs hashes by itself, so it is asked about a message whose hash is the digest: see `xrplDigest`.
    verify: (signature, _digest, publicKey) =>
      verifyXrpl(hexOf(XRPL_MESSAGE), derOf(signature).toUpperCase(), hexOf(publicKey).toUpperCase()),
  },
};

/** What the test signs: XRPL's library only verifies messages, every other one verifies the digest itself. */
export const XRPL_MESSAGE = Buffer.from("a message on the XRP Ledger");
export const xrplDigest: Uint8Array = createHash("sha512").update(XRPL_MESSAGE).digest().subarray(0, 32);

function stellarKey(publicKey: Uint8Array): Keypair {
  return new Keypair({ type: "ed25519", publicKey: Buffer.from(publicKey) } as never);
}

function nearKey(publicKey: Uint8Array): NearPublicKey {
  return new NearPublicKey({ keyType: KeyType.ED25519, data: publicKey });
}

function aptosAddress(publicKey: Uint8Array): string {
  const key = new AptosPublicKey(publicKey);
  return AuthenticationKey.fromPublicKey({ publicKey: key }).derivedAddress().toStringLong();
}

function verifyAptos(signature: Uint8Array, digest: Uint8Array, publicKey: Uint8Array): boolean {
  return new AptosPublicKey(publicKey).verifySignature({ message: digest, signature: new Ed25519Signature(signature) });
}

/** SEC 1 §C.5. */
function derOf(signature: Uint8Array): string {
  const integers = [signature.subarray(0, 32), signature.subarray(32)].map((bytes) => {
    const trimmed = hexOf(bytes).replace(/^(00)+/, "");
    const text = Number.parseInt(trimmed.slice(0, 2), 16) >= 0x80 ? `00${trimmed}` : trimmed;
    return `02${(text.length / 2).toString(16).padStart(2, "0")}${text}`;
  });
  const body = integers.join("");
  return `30${(body.length / 2).toString(16).padStart(2, "0")}${body}`;
}
