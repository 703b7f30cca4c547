import { accountCalls, openCalls } from "../ethereum/account-calls.ts";
import type { EthereumCall, EthereumRequest } from "../ethereum/types.ts";
import { type DecodedInstruction, decodeInstruction } from "../solana/instructions/decode.ts";
import { instructionsOf } from "../solana/message-accounts.ts";
import type { SolanaInstruction, SolanaRequest } from "../solana/types.ts";
import type { SuiCommand, SuiTransaction } from "../sui/types.ts";
import type { TronTransaction } from "../tron/types.ts";
import type { XrplTransaction } from "../xrpl/types.ts";
import type { ConditionSet } from "./condition-set.ts";
import type { Reading } from "./field-sources/field-source.ts";

/** What a policy decides about: a decoded wallet request, an export of key material, or a raw signature. */
export type PolicyRequest =
  | EthereumRequest
  | TronRequest
  | SuiRequest
  | { method: "signRawMessageBytes"; message: Uint8Array }
  | { method: "xrpl_signTransaction"; transaction: XrplTransaction }
  // No rule can name these (03 §3.1): only a `*` rule allows them.
  | { method: "near_signTransaction" }
  | { method: "aptos_signTransaction" }
  | SolanaRequest
  | { method: "exportPrivateKey" }
  | { method: "exportSeedPhrase" }
  | { method: "raw_sign" };

/** `signTransactionBytes` are bytes for `raw_sign` that were decoded as a transaction of the wallet. */
export type TronRequest =
  | { method: "tron_signTransaction" | "tron_sendTransaction"; transaction: TronTransaction }
  | { method: "signTransactionBytes"; chainType: "tron"; transaction: TronTransaction };

/** One command of a programmable transaction: each of them has to be allowed (03 §3.3, Sui). */
export type SuiRequest = {
  method: "signTransactionBytes";
  chainType: "sui";
  transaction: SuiTransaction;
  command: SuiCommand;
};

/** One instruction of a Solana transaction: each is decided for itself. */
export type InstructionPart = {
  method: "signTransaction" | "signAndSendTransaction";
  instruction: SolanaInstruction;
  decoded: DecodedInstruction;
};

/** One call of a user operation or of a batch; `call` is undefined where what the account does cannot be read. */
export type CallPart = {
  method: "eth_signUserOperation" | "wallet_sendCalls";
  call: EthereumCall | undefined;
  chainId: bigint | undefined;
};

/**
 * A piece of a request that has to be allowed beside the request itself, or in its place. `beyond_grammar` stands for what no field of
 * the grammar can name; since no rule is about it, only a `*` rule that restricts nothing of the request allows it.
 */
export type RequestPart = PolicyRequest | InstructionPart | CallPart | { method: "beyond_grammar"; what: string };

export type NamedPart = { part: RequestPart; name: string };

/** What a decision depends on beside the request and the policy. A fact that is missing is not known (I9). */
export type Facts = {
  /** Unix seconds, whole. */
  nowS: number;
  /** By condition set id. One that is absent, or holds nothing, is not known. */
  conditionSets?: ReadonlyMap<string, ConditionSet> | undefined;
  /** By aggregation id. */
  aggregations?: ReadonlyMap<string, AggregationSum> | undefined;
};

/**
 * The sum for the group of the request, or of the call, that is being decided, what the whole request adds to it
 * included (06 §3); undefined when it is not known.
 */
export type AggregationSum = (reading: Reading) => bigint | undefined;

/** A signature over bytes that hide what they mean: whatever a DENY rule is about may be behind them. */
export function isOpaqueMethod(method: string): boolean {
  return method === "secp256k1_sign" || method === "raw_sign";
}

/**
 * The pieces that need a rule of their own beside the request itself (I13), or undefined when there are none, which is
 * the common case. An empty array stands for a list that has to name something and names nothing: to be denied.
 */
export function partsOf(request: PolicyRequest): NamedPart[] | undefined {
  switch (request.method) {
    case "eth_signTransaction":
    case "eth_sendTransaction":
      return transactionPartsOf(request.transaction);
    case "personal_sign":
      // Accounts verify EIP-191 over the hash of a user operation, so 32 bytes may be one; what it does is unknown.
      return request.message.length === 32 ? [possibleUserOperation] : undefined;
    case "eth_sign7702Authorization":
      // EIP-7702: chain id 0 makes the authorization valid on every chain, those to come included.
      return request.authorization.chainId === 0n ? [beyondGrammar("an authorization for every chain")] : undefined;
    default:
      return undefined;
  }
}

/**
 * What is decided in the request's place, each for itself: the instructions of a Solana transaction, the calls of a user
 * operation or of a batch (03 §3.3). Undefined for other requests.
 */
export function operationsOf(request: PolicyRequest): NamedPart[] | undefined {
  switch (request.method) {
    case "signTransaction":
    case "signAndSendTransaction": {
      const { method } = request;
      return instructionsOf(request.transaction.message).map((instruction, index) => ({
        part: { method, instruction, decoded: decodeInstruction(instruction) },
        name: `instruction ${index} of the transaction`,
      }));
    }
    case "eth_signUserOperation": {
      const { sender, callData } = request.userOperation;
      return callPartsOf(request.method, request.chainId, accountCalls(sender, callData), "the user operation");
    }
    case "wallet_sendCalls":
      return callPartsOf(request.method, request.chainId, openCalls(request.sender, request.calls), "the batch");
    default:
      return undefined;
  }
}

function callPartsOf(
  method: CallPart["method"],
  chainId: bigint,
  calls: readonly EthereumCall[] | undefined,
  what: string,
): NamedPart[] {
  if (calls === undefined) return [{ part: { method, call: undefined, chainId }, name: `the calls of ${what}` }];
  return calls.map((call, index) => ({ part: { method, call, chainId }, name: `call ${index} of ${what}` }));
}

const possibleUserOperation: NamedPart = {
  part: { method: "eth_signUserOperation", call: undefined, chainId: undefined },
  name: "the user operation that the message may be the hash of",
};

function transactionPartsOf(
  transaction: Extract<EthereumRequest, { method: "eth_signTransaction" }>["transaction"],
): NamedPart[] | undefined {
  switch (transaction.type) {
    case 0:
      // Before EIP-155 a transaction did not name its chain and is valid on each of them.
      return transaction.chainId === undefined ? [beyondGrammar("a transaction for every chain")] : undefined;
    case 1:
    case 2:
      return undefined;
    case 3:
      return [beyondGrammar("the blobs of the transaction")];
    case 4:
      return transaction.authorizationList.flatMap(({ address, chainId, nonce }, index) => {
        const part: RequestPart = {
          method: "eth_sign7702Authorization",
          authorization: { contract: address, chainId, nonce },
        };
        const name = `authorization ${index} of the transaction`;
        return [{ part, name }, ...(chainId === 0n ? [beyondGrammar(`${name}, which is for every chain`)] : [])];
      });
    default:
      return [];
  }
}

function beyondGrammar(what: string): NamedPart {
  return { part: { method: "beyond_grammar", what }, name: what };
}
