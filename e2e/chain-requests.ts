import { concatBytes } from "@mandate/core/chains/concat-bytes";
import { decodeHex, encodeHex } from "@mandate/core/encoding/hex";
import type { JsonObject } from "@mandate/core/encoding/json-value";
import { encodeUtf8 } from "@mandate/core/encoding/utf8";
import { parseSolanaAddress } from "@mandate/core/solana/address";
import { parseTronBase58 } from "@mandate/core/tron/address";
import { parseXrplAddress } from "@mandate/core/xrpl/address";

/** A wallet as the API shows it. `publicKey` is the wire's hex, of chains that have one. */
export type ChainWallet = { id: string; address: string; publicKey: string };

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64");
const byte = (value: number) => Uint8Array.of(value);
const zeros = (length: number) => new Uint8Array(length);
const u32 = (value: number) => Uint8Array.of(value & 255, (value >> 8) & 255, (value >> 16) & 255, value >>> 24);

/** Requests of the simplest transaction of each chain, byte by byte: the tests that use them want no library's opinion. */
export const chainRequests: { [chain: string]: (wallet: ChainWallet) => { [member: string]: unknown }[] } = {
  solana: ({ address }) => {
    const transaction = base64(solanaTransfer(address));
    return [
      { method: "signMessage", params: { message: base64(encodeUtf8("hello")), encoding: "base64" } },
      { method: "signTransaction", params: { transaction, encoding: "base64" }, chain_type: "solana" },
      {
        method: "signAndSendTransaction",
        caip2: "solana:EtWTRABZaYq6iMfeYKouRu166VU2xqa1",
        params: { transaction, encoding: "base64" },
        reference_id: "x",
      },
    ];
  },
  tron: ({ address }) => [{ method: "tron_signTransaction", params: { raw_data: tronTransfer(address) } }],
  near: ({ address, publicKey }) => [
    { method: "near_signTransaction", params: { transaction: base64(nearTransfer(address, publicKey)) } },
  ],
  aptos: ({ address }) => [
    { method: "aptos_signTransaction", params: { transaction: `0x${encodeHex(aptosTransfer(address))}` } },
  ],
  xrpl: ({ address, publicKey }) => [
    {
      method: "xrpl_signTransaction",
      params: { transaction: encodeHex(xrplPayment(address, publicKey)), encoding: "hex" },
    },
  ],
};

/** System program, Transfer of one lamport to itself: a legacy message with one signature to come. */
export function solanaTransfer(from: string, recentBlockhash: Uint8Array = zeros(32).fill(5)): Uint8Array {
  const message = concatBytes(
    Uint8Array.of(1, 0, 1, 2),
    parseSolanaAddress(from)!,
    zeros(32),
    recentBlockhash,
    Uint8Array.of(1, 1, 2, 0, 0, 12),
    u32(2),
    u32(1),
    zeros(4),
  );
  return concatBytes(byte(1), zeros(64), message);
}

export function tronTransfer(owner: string): JsonObject {
  const contract = {
    type: "TransferContract",
    owner_address: encodeHex(parseTronBase58(owner)!),
    to_address: `41${"22".repeat(20)}`,
    amount: 1,
  };
  return {
    contract: [contract],
    ref_block_bytes: "fa73",
    ref_block_hash: "2b2f6684f9986495",
    expiration: 1_900_000_000_000,
    timestamp: 1_800_000_000_000,
  };
}

/** Borsh (nomicon.io, "Transaction"): a transfer of one yoctonear. */
export function nearTransfer(signer: string, publicKey: string): Uint8Array {
  const text = (value: string) => concatBytes(u32(value.length), encodeUtf8(value));
  return concatBytes(
    text(signer),
    byte(0),
    decodeHex(publicKey)!,
    u32(1),
    zeros(4),
    text("b.near"),
    zeros(32),
    u32(1),
    byte(3),
    u32(1),
    zeros(12),
  );
}

/** BCS of a RawTransaction that calls 0x1::aptos_account::transfer. */
export function aptosTransfer(sender: string): Uint8Array {
  const address = decodeHex(sender.slice(2))!;
  const name = (value: string) => concatBytes(byte(value.length), encodeUtf8(value));
  const one = zeros(32).fill(1, 31);
  return concatBytes(
    address,
    u32(1),
    zeros(4),
    byte(2),
    one,
    name("aptos_account"),
    name("transfer"),
    Uint8Array.of(0, 2, 32),
    address,
    byte(8),
    u32(1000),
    zeros(4),
    u32(2000),
    zeros(4),
    u32(100),
    zeros(4),
    u32(1_900_000_000),
    zeros(4),
    byte(2),
  );
}

/** xrpl.org, "Serialization Format": a Payment of one drop. */
export function xrplPayment(account: string, publicKey: string): Uint8Array {
  const parts = [
    "120000",
    "2400000001",
    "614000000000000001",
    "68400000000000000c",
    `7321${publicKey}`,
    `8114${encodeHex(parseXrplAddress(account)!)}`,
    `8314${"22".repeat(20)}`,
  ];
  return decodeHex(parts.join(""))!;
}
