import type { JsonValue } from "../encoding/json-value.ts";

/** One EIP-2930 access-list entry. `address` is 20 bytes, each storage key 32. */
export type AccessListEntry = { address: Uint8Array; storageKeys: Uint8Array[] };

/** A signed EIP-7702 authorization tuple, as it stands in a type-4 transaction. `address` is 20 bytes. */
export type SignedAuthorization = {
  chainId: bigint;
  address: Uint8Array;
  nonce: bigint;
  yParity: 0 | 1;
  r: bigint;
  s: bigint;
};

type TransactionCommon = {
  nonce: bigint;
  gasLimit: bigint;
  /** 20 bytes; undefined creates a contract. */
  to: Uint8Array | undefined;
  /** wei */
  value: bigint;
  data: Uint8Array;
};

/** Every member of every variant is what is hashed and signed; nothing else is. Quantities are 0 ≤ n < 2^256. */
export type EthereumTransaction =
  | (TransactionCommon & { type: 0; chainId: bigint | undefined; gasPrice: bigint })
  | (TransactionCommon & { type: 1; chainId: bigint; gasPrice: bigint; accessList: AccessListEntry[] })
  | (TransactionCommon & {
      type: 2;
      chainId: bigint;
      maxFeePerGas: bigint;
      maxPriorityFeePerGas: bigint;
      accessList: AccessListEntry[];
    })
  | (TransactionCommon & {
      type: 3;
      chainId: bigint;
      maxFeePerGas: bigint;
      maxPriorityFeePerGas: bigint;
      accessList: AccessListEntry[];
      maxFeePerBlobGas: bigint;
      blobVersionedHashes: Uint8Array[];
    })
  | (TransactionCommon & {
      type: 4;
      chainId: bigint;
      maxFeePerGas: bigint;
      maxPriorityFeePerGas: bigint;
      accessList: AccessListEntry[];
      authorizationList: SignedAuthorization[];
    });

export type TypedDataField = { name: string; type: string };

/** Checked EIP-712 typed data: every declared member is present, nothing undeclared is, every value fits its type. */
export type TypedData = {
  /** As in the request, with or without `EIP712Domain`. */
  types: { [name: string]: TypedDataField[] };
  primaryType: string;
  domain: { [member: string]: JsonValue };
  message: { [member: string]: JsonValue };
};

/** An ERC-4337 operation in the members of EntryPoint v0.7. Addresses are 20 bytes; gas and fees are wei and units of gas. */
export type UserOperation = {
  sender: Uint8Array;
  nonce: bigint;
  callData: Uint8Array;
  callGasLimit: bigint;
  verificationGasLimit: bigint;
  preVerificationGas: bigint;
  maxFeePerGas: bigint;
  maxPriorityFeePerGas: bigint;
  factory: { address: Uint8Array; data: Uint8Array } | undefined;
  paymaster:
    | { address: Uint8Array; data: Uint8Array; verificationGasLimit: bigint; postOpGasLimit: bigint }
    | undefined;
};

/** `contract` names the account's implementation, which says how it verifies signatures. */
export type UserOperationRequest = {
  method: "eth_signUserOperation";
  contract: Uint8Array;
  chainId: bigint;
  userOperation: UserOperation;
};

/** One call of a batch. `to` is 20 bytes, `value` wei. */
export type EthereumCall = { to: Uint8Array; value: bigint; data: Uint8Array };

/** A batch that the wallet sends itself. `transaction` is what makes these calls, and what is signed. */
export type SendCallsRequest = {
  method: "wallet_sendCalls";
  caip2: string;
  chainId: bigint;
  /** The wallet's address. */
  sender: Uint8Array;
  calls: EthereumCall[];
  transaction: EthereumTransaction;
};

/** A wallet request, decoded; the policy engine reads it and the digest that is signed is derived from it. */
export type EthereumRequest =
  | { method: "personal_sign"; message: Uint8Array }
  | { method: "eth_signTypedData_v4"; typedData: TypedData }
  | { method: "eth_signTransaction"; transaction: EthereumTransaction }
  | { method: "eth_sendTransaction"; transaction: EthereumTransaction; caip2: string; referenceId: string | undefined }
  | UserOperationRequest
  | SendCallsRequest
  | { method: "secp256k1_sign"; hash: Uint8Array }
  | {
      method: "eth_sign7702Authorization";
      /** `contract` is 20 bytes. */
      authorization: { contract: Uint8Array; chainId: bigint; nonce: bigint };
    };
