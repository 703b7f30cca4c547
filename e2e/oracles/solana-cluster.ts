import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { base58 } from "@scure/base";
import { PublicKey, VersionedTransaction } from "@solana/web3.js";
import { FailedTransactionMetadata, LiteSVM } from "litesvm";

export type SolanaCluster = {
  url: string;
  svm: LiteSVM;
  /** Every `sendTransaction` that arrived, with its options. */
  sent: { transaction: string; options: { skipPreflight?: boolean } }[];
  /** While it is set, no call is answered. */
  isSilent: boolean;
  stop(): Promise<void>;
};

/** Solana's runtime in this process, behind the few calls of its JSON-RPC that Mandate makes (solana.com/docs/rpc/http). */
export async function startSolanaCluster(): Promise<SolanaCluster> {
  const svm = new LiteSVM();
  const done = new Set<string>();
  const sent: SolanaCluster["sent"] = [];

  function send(text: string, options: { skipPreflight?: boolean }): string {
    sent.push({ transaction: text, options });
    const transaction = VersionedTransaction.deserialize(Buffer.from(text, "base64"));
    const signature = base58.encode(transaction.signatures[0]!);
    if (done.has(signature)) throw new RpcFailure(-32002, "This transaction has already been processed");
    const outcome = svm.sendTransaction(transaction);
    if (outcome instanceof FailedTransactionMetadata) {
      throw new RpcFailure(-32002, `Transaction simulation failed: ${outcome.toString()}`);
    }
    done.add(signature);
    return signature;
  }

  const methods: { [method: string]: (params: unknown[]) => unknown } = {
    sendTransaction: ([text, options]) => send(text as string, (options ?? {}) as { skipPreflight?: boolean }),
    getSignatureStatuses: ([signatures]) => ({
      value: (signatures as string[]).map((signature) =>
        done.has(signature) ? { err: null, confirmationStatus: "finalized", slot: 1 } : null,
      ),
    }),
    getBalance: ([address]) => ({ value: Number(svm.getBalance(new PublicKey(address as string)) ?? 0n) }),
  };

  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (cluster.isSilent) {
      response.destroy();
      return;
    }
    const { id, method, params } = JSON.parse(Buffer.concat(chunks).toString());
    try {
      response.end(JSON.stringify({ jsonrpc: "2.0", id, result: methods[method]!(params) }));
    } catch (error) {
      if (!(error instanceof RpcFailure)) throw error;
      response.end(JSON.stringify({ jsonrpc: "2.0", id, error: { code: error.code, message: error.message } }));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const cluster: SolanaCluster = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    svm,
    sent,
    isSilent: false,
    stop: () => closeServer(server),
  };
  return cluster;
}

class RpcFailure extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

function closeServer(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
