import { decodeHex0x } from "@mandate/core/encoding/hex";
import type { HoldingChain, SendingChain } from "./chains.ts";
import { callRpc, RpcError } from "./json-rpc.ts";

export type SolanaChain = SendingChain & HoldingChain;

/** A Solana cluster behind one RPC node (solana.com/docs/rpc/http). */
export function solanaChain(caip2: string, url: string): SolanaChain {
  return {
    caip2,
    async broadcast(signed, { skipPreflight = false } = {}) {
      const transaction = Buffer.from(decodeHex0x(signed)!).toString("base64");
      const options = { encoding: "base64", skipPreflight, preflightCommitment: "confirmed" };
      try {
        await callRpc(url, "sendTransaction", [transaction, options]);
      } catch (error) {
        if (error instanceof RpcError && /already (been )?processed/i.test(error.message)) return;
        throw error;
      }
    },
    async balance(address) {
      const { value } = (await callRpc(url, "getBalance", [address, { commitment: "confirmed" }])) as {
        value?: unknown;
      };
      // Beyond 2^53 the number that arrived may be another than the node meant.
      if (!Number.isSafeInteger(value)) throw new RpcError("the chain's node answered something that is no balance", 0);
      return BigInt(value as number);
    },
    async tokenBalance(token, owner) {
      const options = { encoding: "jsonParsed", commitment: "confirmed" };
      const answer = await askOfMint(url, "getTokenAccountsByOwner", [owner, { mint: token }, options]);
      if (answer === undefined) return undefined;
      const accounts = (answer as { value?: ParsedTokenAccount[] }).value;
      if (!Array.isArray(accounts)) throw new RpcError("the chain's node answered something that is no list", 0);
      return accounts.map(readTokenAmount).reduce((sum, amount) => sum + amount, 0n);
    },
    async tokenDecimals(token) {
      const answer = await askOfMint(url, "getTokenSupply", [token, { commitment: "confirmed" }]);
      const decimals = (answer as { value?: { decimals?: unknown } } | undefined)?.value?.decimals;
      return typeof decimals === "number" ? decimals : undefined;
    },
    knows: async (hash) => (await signatureStatus(url, hash)) !== null,
    async receipt(hash) {
      const status = await signatureStatus(url, hash);
      // A block that was only processed may still be dropped.
      if (status === null || status.confirmationStatus === "processed") return undefined;
      return { succeeded: status.err === null };
    },
  };
}

type ParsedTokenAccount = { account?: { data?: { parsed?: { info?: { tokenAmount?: { amount?: unknown } } } } } };

function readTokenAmount({ account }: ParsedTokenAccount): bigint {
  const amount = account?.data?.parsed?.info?.tokenAmount?.amount;
  if (typeof amount !== "string" || !/^[0-9]{1,20}$/.test(amount))
    throw new RpcError("the chain's node answered something that is no token account", 0);
  return BigInt(amount);
}

/** Undefined where the address is no mint: nodes answer -32602, invalid params. */
async function askOfMint(url: string, method: string, params: unknown[]): Promise<unknown> {
  try {
    return await callRpc(url, method, params);
  } catch (error) {
    if (error instanceof RpcError && error.rpcCode === -32602) return undefined;
    throw error;
  }
}

type SignatureStatus = { err: unknown; confirmationStatus?: unknown };

async function signatureStatus(url: string, hash: string): Promise<SignatureStatus | null> {
  const answer = await callRpc(url, "getSignatureStatuses", [[hash], { searchTransactionHistory: true }]);
  const value = (answer as { value?: unknown } | null)?.value;
  const status: unknown = Array.isArray(value) ? value[0] : undefined;
  if (status === null) return null;
  if (typeof status !== "object" || !Object.hasOwn(status ?? {}, "err")) {
    throw new RpcError("the chain's node answered something that is not a signature's status", 0);
  }
  return status as SignatureStatus;
}
