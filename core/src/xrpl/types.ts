/** An amount of XRP in drops, of an issued currency, or of a multi-purpose token, whose value no policy field can name. */
export type XrplAmount =
  | { kind: "drops"; drops: bigint }
  | {
      kind: "issued";
      /** value = mantissa · 10^exponent; a negative mantissa is a negative value. Zero is 0 · 10^0. */
      mantissa: bigint;
      exponent: number;
      /** 20 bytes each. */
      currency: Uint8Array;
      issuer: Uint8Array;
    }
  | { kind: "mpt" };

/** A decoded, unsigned transaction: what the signer and the policy have to know. Fields are by their number in their type. */
export type XrplTransaction = {
  /** As in `TransactionType`. */
  type: string;
  /** 20 bytes. */
  account: Uint8Array;
  signingPublicKey: Uint8Array;
  uint32s: ReadonlyMap<number, number>;
  amounts: ReadonlyMap<number, XrplAmount>;
  accounts: ReadonlyMap<number, Uint8Array>;
  hasPaths: boolean;
  /** The bytes, without a signing prefix. */
  blob: Uint8Array;
  /** Where in `blob` the signature belongs. */
  signatureAt: number;
};
