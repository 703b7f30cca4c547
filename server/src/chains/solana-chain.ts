import { decodeHex0x } from "@mandate/core/encoding/hex";
import type { SendingChain } from "./chains.ts";
import { callRpc, RpcError } from "./json-rpc.ts";

export type SolanaChain = SendingChain;

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
    knows: async (hash) => (await signatureStatus(url, hash)) !== null,
    async receipt(hash) {
      const status = await signatureStatus(url, hash);
      // A block that was only processed may still be dropped.
      if (status === null || status.confirmationStatus === "processed") return undefined;
      return { succeeded: status.err === null };
    },
  };
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
