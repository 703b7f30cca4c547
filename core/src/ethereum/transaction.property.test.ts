import { Transaction } from "ethers";
import fc from "fast-check";
import { serializeTransaction } from "viem";
import { describe, expect, it } from "vitest";
import { decodeHex0x, encodeHex0x } from "../encoding/hex.ts";
import { encodeSignedTransaction, encodeUnsignedTransaction } from "./transaction.ts";
import { decodeTransaction } from "./transaction-decode.ts";
import type { EthereumTransaction } from "./types.ts";

const fuzz = Number(process.env.MANDATE_FUZZ ?? 1);
const HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n;

const quantity = fc.oneof(
  fc.constantFrom(0n, 1n, 127n, 128n, 255n, 256n, 2n ** 53n, 2n ** 64n - 1n),
  fc.bigInt({ min: 0n, max: 2n ** 96n }),
);
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const accessList = fc.array(fc.record({ address: bytes(20), storageKeys: fc.array(bytes(32), { maxLength: 3 }) }), {
  maxLength: 3,
});
const authorization = fc.record({
  chainId: fc.bigInt({ min: 0n, max: 2n ** 32n }),
  address: bytes(20),
  nonce: fc.bigInt({ min: 0n, max: 2n ** 32n }),
  yParity: fc.constantFrom<0 | 1>(0, 1),
  r: fc.bigInt({ min: 1n, max: HALF_ORDER }),
  s: fc.bigInt({ min: 1n, max: HALF_ORDER }),
});
const common = {
  nonce: fc.bigInt({ min: 0n, max: 2n ** 50n }),
  gasLimit: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  value: quantity,
  data: fc.uint8Array({ maxLength: 100, size: "max" }),
};
const to = fc.option(bytes(20), { nil: undefined });
const chainId = fc.bigInt({ min: 1n, max: 2n ** 50n });
const fees = fc
  .tuple(quantity, quantity)
  .map(([a, b]) => ({ maxFeePerGas: a > b ? a : b, maxPriorityFeePerGas: a > b ? b : a }));

const transaction: fc.Arbitrary<EthereumTransaction> = fc.oneof(
  fc.record({
    type: fc.constant(0 as const),
    ...common,
    to,
    gasPrice: quantity,
    chainId: fc.option(chainId, { nil: undefined }),
  }),
  fc.record({ type: fc.constant(1 as const), ...common, to, chainId, gasPrice: quantity, accessList }),
  fc.tuple(fc.record({ type: fc.constant(2 as const), ...common, to, chainId, accessList }), fees).map(merge),
  fc
    .tuple(
      fc.record({
        type: fc.constant(4 as const),
        ...common,
        to: bytes(20),
        chainId,
        accessList,
        authorizationList: fc.array(authorization, { minLength: 1, maxLength: 3 }),
      }),
      fees,
    )
    .map(merge),
);
const signature = fc.record({
  r: fc.bigInt({ min: 1n, max: HALF_ORDER }).map(word),
  s: fc.bigInt({ min: 1n, max: HALF_ORDER }).map(word),
  yParity: fc.constantFrom<0 | 1>(0, 1),
});

describe("transactions", () => {
  it("encode as in viem and ethers, and decode back (I8)", () => {
    fc.assert(
      fc.property(transaction, signature, (tx, sig) => {
        const unsigned = encodeUnsignedTransaction(tx);
        const signed = encodeSignedTransaction(tx, sig);
        expect(decodeTransaction(unsigned)).toEqual({ ok: true, transaction: tx, signature: undefined });
        expect(decodeTransaction(signed)).toEqual({ ok: true, transaction: tx, signature: sig });

        const [r, s] = [encodeHex0x(sig.r) as `0x${string}`, encodeHex0x(sig.s) as `0x${string}`];
        const viem = toViem(tx);
        expect(encodeHex0x(unsigned)).toBe(serializeTransaction(viem));
        const viemSigned = serializeTransaction(viem, { r, s, yParity: sig.yParity, v: BigInt(27 + sig.yParity) });
        expect(encodeHex0x(signed)).toBe(viemSigned);

        expect(Transaction.from(encodeHex0x(unsigned)).unsignedSerialized).toBe(encodeHex0x(unsigned));
      }),
      { numRuns: Math.ceil(200 * fuzz) },
    );
  });

  it("decode after a changed byte only to what encodes to the changed bytes (I8)", () => {
    fc.assert(
      fc.property(transaction, signature, fc.nat(), fc.nat(255), (tx, sig, at, byte) => {
        const changed = encodeSignedTransaction(tx, sig);
        changed[at % changed.length] = byte;
        const decoded = decodeTransaction(changed);
        if (!decoded.ok) return;
        const again =
          decoded.signature === undefined
            ? encodeUnsignedTransaction(decoded.transaction)
            : encodeSignedTransaction(decoded.transaction, decoded.signature);
        expect(again).toEqual(changed);
      }),
      { numRuns: Math.ceil(1000 * fuzz) },
    );
  });

  it("decode arbitrary bytes without throwing (I25)", () => {
    const prefixed = fc
      .tuple(fc.constantFrom(0, 1, 2, 3, 4, 5, 0x7f, 0xc0, 0xf8), fc.uint8Array({ maxLength: 60 }))
      .map(([first, rest]) => Uint8Array.of(first, ...rest));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 60 }), prefixed), (input) => {
        expect(typeof decodeTransaction(input).ok).toBe("boolean");
      }),
      { numRuns: Math.ceil(2000 * fuzz) },
    );
  });
});

function merge<First extends object, Second extends object>([first, second]: [First, Second]): First & Second {
  return { ...first, ...second };
}

function word(value: bigint): Uint8Array {
  return decodeHex0x(`0x${value.toString(16).padStart(64, "0")}`)!;
}

function toViem(tx: EthereumTransaction): Parameters<typeof serializeTransaction>[0] {
  const TYPES = ["legacy", "eip2930", "eip1559", "eip4844", "eip7702"] as const;
  const { accessList, authorizationList } = tx as { accessList?: []; authorizationList?: [] };
  return {
    ...tx,
    type: TYPES[tx.type],
    chainId: tx.chainId === undefined ? undefined : Number(tx.chainId),
    nonce: Number(tx.nonce),
    gas: tx.gasLimit,
    to: tx.to && encodeHex0x(tx.to),
    data: encodeHex0x(tx.data),
    accessList: accessList?.map((entry: { address: Uint8Array; storageKeys: Uint8Array[] }) => ({
      address: encodeHex0x(entry.address),
      storageKeys: entry.storageKeys.map(encodeHex0x),
    })),
    authorizationList: authorizationList?.map(
      (item: { address: Uint8Array; chainId: bigint; nonce: bigint; yParity: number; r: bigint; s: bigint }) => ({
        address: encodeHex0x(item.address),
        chainId: Number(item.chainId),
        nonce: Number(item.nonce),
        yParity: item.yParity,
        r: encodeHex0x(word(item.r)),
        s: encodeHex0x(word(item.s)),
      }),
    ),
  } as never;
}
