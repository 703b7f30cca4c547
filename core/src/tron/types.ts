/** Addresses are 21 bytes; amounts are in sun or in the token's base unit, 0 ≤ n < 2^63. */
export type TronContract =
  | { type: "TransferContract"; ownerAddress: Uint8Array; toAddress: Uint8Array; amount: bigint }
  | {
      type: "TriggerSmartContract";
      ownerAddress: Uint8Array;
      contractAddress: Uint8Array;
      callValue: bigint;
      data: Uint8Array;
      callTokenValue: bigint;
      tokenId: bigint;
    };

/** `Transaction.raw` of TRON's protocol with exactly one contract. Every member is hashed and signed; nothing else is. */
export type TronTransaction = {
  /** 2 bytes. */
  refBlockBytes: Uint8Array;
  /** 8 bytes. */
  refBlockHash: Uint8Array;
  /** Unix milliseconds. */
  expirationMs: bigint;
  /** A memo. */
  data: Uint8Array;
  contract: TronContract;
  /** Unix milliseconds. */
  timestampMs: bigint;
  /** sun */
  feeLimit: bigint;
};
