import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { recoverSecp256k1, signSecp256k1 } from "../crypto/primitives.ts";
import { ethereumAddressBytes } from "../crypto/secp256k1.ts";
import { decodeHex0x, encodeHex0x } from "../encoding/hex.ts";
import { vectorsPath } from "../testing/vectors.ts";
import {
  encodeSignedTransaction,
  encodeUnsignedTransaction,
  transactionDigest,
  transactionHash,
} from "./transaction.ts";
import { decodeTransaction } from "./transaction-decode.ts";
import type { AccessListEntry, EthereumTransaction } from "./types.ts";

const vectors = vectorsPath("ethereum");

describe.skipIf(vectors === undefined)("ethereum-tests-transactions.json", () => {
  // Rules about cost, and signatures nobody can have made: the bytes are a well-formed transaction.
  const NOT_ABOUT_ENCODING = /INTRINSIC_GAS_TOO_LOW|GASLIMIT_PRICE_PRODUCT|PRIORITY_GREATER|EC_RECOVERY_FAIL/;
  // With r = s = 0 these are the unsigned form of EIP-155.
  const UNSIGNED = /^ttSignature\/(EmptyTransaction|ZeroSigTransaction[0-9]?)$/;

  it("refuses what is malformed, decodes and hashes the rest", () => {
    const cases = Object.entries(
      JSON.parse(readFileSync(join(vectors!, "ethereum-tests-transactions.json"), "utf8")) as Record<
        string,
        { txbytes: string; result: { exception?: string; hash?: string; sender?: string } }
      >,
    );
    expect(cases).toHaveLength(145);
    let valid = 0;
    for (const [name, { txbytes, result }] of cases) {
      const bytes = decodeHex0x(txbytes)!;
      const decoded = decodeTransaction(bytes);
      if (result.exception === undefined) {
        valid += 1;
        expect(decoded, name).toMatchObject({ ok: true });
        if (!decoded.ok) continue;
        const { transaction, signature } = decoded;
        expect(encodeHex0x(transactionHash(bytes)), name).toBe(result.hash);
        const { r, s, yParity } = signature!;
        const publicKey = recoverSecp256k1(transactionDigest(transaction), { r, s, recovery: yParity })!;
        expect(encodeHex0x(ethereumAddressBytes(publicKey)), name).toBe(result.sender);
      } else if (decoded.ok) {
        // The tests run on chain 1; another chain's transaction is well formed, only not valid there.
        const isOtherChain = result.exception.includes("CHAINID") && decoded.transaction.chainId !== 1n;
        const isUnsigned = decoded.signature === undefined && UNSIGNED.test(name);
        const reason = `${name}: ${result.exception}`;
        expect(isOtherChain || isUnsigned || NOT_ABOUT_ENCODING.test(result.exception), reason).toBe(true);
      }
    }
    expect(valid).toBe(35);
  });
});

describe.skipIf(vectors === undefined)("ethers-transactions.json", () => {
  const FORMS = ["Legacy", "Eip155", "Berlin", "London", "Cancun"] as const;

  it("encodes and signs every form byte for byte and decodes it back (I8)", () => {
    const cases = readGzip("ethers-transactions.json.gz");
    let forms = 0;
    for (const test of cases) {
      for (const form of FORMS) {
        const unsigned = test[`unsigned${form}`];
        if (unsigned === "") continue;
        forms += 1;
        const transaction = fromVector(test.transaction, form);
        expect(encodeHex0x(encodeUnsignedTransaction(transaction))).toBe(unsigned);
        expect(decodeTransaction(decodeHex0x(unsigned)!)).toEqual({ ok: true, transaction, signature: undefined });

        const { r, s, v } = test[`signature${form}`];
        const parity = form === "Legacy" || form === "Eip155" ? (Number(BigInt(v) % 2n) ^ 1) & 1 : Number(v);
        const signature = { r: decodeHex0x(r)!, s: decodeHex0x(s)!, yParity: parity as 0 | 1 };
        const signed = encodeSignedTransaction(transaction, signature);
        expect(encodeHex0x(signed)).toBe(test[`signed${form}`]);
        expect(decodeTransaction(signed)).toEqual({ ok: true, transaction, signature });

        const own = signSecp256k1(transactionDigest(transaction), decodeHex0x(test.privateKey)!);
        expect({ r: own.r, s: own.s, yParity: own.recovery }).toEqual(signature);
      }
    }
    expect(cases).toHaveLength(2428);
    expect(forms).toBe(2428 + 1277 + 2428 + 2428 + 1269);
  });

  // biome-ignore lint/suspicious/noExplicitAny: foreign JSON
  function fromVector(tx: any, form: (typeof FORMS)[number]): EthereumTransaction {
    const common = {
      nonce: BigInt(tx.nonce ?? 0),
      gasLimit: BigInt(tx.gasLimit ?? 0),
      to: tx.to === undefined ? undefined : decodeHex0x(tx.to)!,
      value: BigInt(tx.value ?? 0),
      data: decodeHex0x(tx.data ?? "0x")!,
    };
    const chainId = BigInt(tx.chainId ?? 0);
    const gasPrice = BigInt(tx.gasPrice ?? 0);
    const accessList: AccessListEntry[] = (tx.accessList ?? []).map(
      (entry: { address: string; storageKeys: string[] }) => ({
        address: decodeHex0x(entry.address)!,
        storageKeys: entry.storageKeys.map((key) => decodeHex0x(key)!),
      }),
    );
    const fees = {
      maxFeePerGas: BigInt(tx.maxFeePerGas ?? 0),
      maxPriorityFeePerGas: BigInt(tx.maxPriorityFeePerGas ?? 0),
    };
    switch (form) {
      case "Legacy":
        return { type: 0, ...common, gasPrice, chainId: undefined };
      case "Eip155":
        return { type: 0, ...common, gasPrice, chainId };
      case "Berlin":
        return { type: 1, ...common, chainId, gasPrice, accessList };
      case "London":
        return { type: 2, ...common, chainId, ...fees, accessList };
      case "Cancun":
        return {
          type: 3,
          ...common,
          chainId,
          ...fees,
          accessList,
          maxFeePerBlobGas: BigInt(tx.maxFeePerBlobGas ?? 0),
          blobVersionedHashes: (tx.blobVersionedHashes ?? []).map((hash: string) => decodeHex0x(hash)!),
        };
    }
  }
});

describe.skipIf(vectors === undefined)("own-viem-ethers-agree.json", () => {
  it("signs EIP-7702 transactions byte for byte", () => {
    const { tx7702 } = JSON.parse(readFileSync(join(vectors!, "own-viem-ethers-agree.json"), "utf8"));
    expect(tx7702).toHaveLength(50);
    for (const { private_key, tx, signed, hash } of tx7702) {
      const decoded = decodeTransaction(decodeHex0x(signed)!);
      expect(decoded).toMatchObject({
        ok: true,
        transaction: { type: 4, nonce: BigInt(tx.nonce), chainId: BigInt(tx.chain_id) },
      });
      if (!decoded.ok) continue;
      const own = signSecp256k1(transactionDigest(decoded.transaction), decodeHex0x(private_key)!);
      const again = encodeSignedTransaction(decoded.transaction, { r: own.r, s: own.s, yParity: own.recovery });
      expect(encodeHex0x(again)).toBe(signed);
      expect(encodeHex0x(transactionHash(again))).toBe(hash);
    }
  });
});

// biome-ignore lint/suspicious/noExplicitAny: foreign JSON
function readGzip(name: string): any[] {
  return JSON.parse(gunzipSync(readFileSync(join(vectors!, name))).toString("utf8"));
}
