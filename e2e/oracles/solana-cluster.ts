import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { base58 } from "@scure/base";
import { Keypair, PublicKey, VersionedTransaction } from "@solana/web3.js";
import { FailedTransactionMetadata, LiteSVM } from "litesvm";

export type SolanaCluster = {
  url: string;
  svm: LiteSVM;
  /** Every `sendTransaction` that arrived, with its options. */
  sent: { transaction: string; options: { skipPreflight?: boolean } }[];
  /** While it is set, no call is answered. */
  isSilent: boolean;
  /** Makes a token, or an account with an amount of one. The cluster's index knows accounts that were made so. */
  makeMint(decimals: number): PublicKey;
  makeTokenAccount(mint: PublicKey, owner: PublicKey, amount: bigint): PublicKey;
  stop(): Promise<void>;
};

/** Solana's runtime in this process, behind the few calls of its JSON-RPC that Mandate makes (solana.com/docs/rpc/http). */
export async function startSolanaCluster(): Promise<SolanaCluster> {
  const svm = new LiteSVM();
  const done = new Set<string>();
  const sent: SolanaCluster["sent"] = [];
  const tokenAccounts: PublicKey[] = [];

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

  /** As nodes do for what is no mint: invalid params. */
  function readMint(address: string): Uint8Array {
    const account = svm.getAccount(new PublicKey(address));
    if (account?.data.length !== MINT_BYTES) throw new RpcFailure(-32602, "Invalid param: not a Token mint");
    return account.data;
  }

  // biome-ignore lint/suspicious/noExplicitAny: parameters as JSON-RPC brings them
  const methods: { [method: string]: (params: any) => unknown } = {
    sendTransaction: ([text, options]) => send(text as string, (options ?? {}) as { skipPreflight?: boolean }),
    getSignatureStatuses: ([signatures]) => ({
      value: (signatures as string[]).map((signature) =>
        done.has(signature) ? { err: null, confirmationStatus: "finalized", slot: 1 } : null,
      ),
    }),
    getTokenSupply: ([mint]) => ({ value: { decimals: readMint(mint as string)[MINT_DECIMALS]! } }),
    getTokenAccountsByOwner: ([owner, { mint }]: [string, { mint: string }]) => {
      readMint(mint);
      const held = tokenAccounts
        .map((address) => svm.getAccount(address)!.data)
        .filter((data) => addressAt(data, 0) === mint && addressAt(data, 32) === owner);
      const parse = (data: Uint8Array) => ({ parsed: { info: { tokenAmount: { amount: String(amountAt(data)) } } } });
      return { value: held.map((data) => ({ account: { data: parse(data) } })) };
    },
    getBalance: ([address]) => ({ value: Number(svm.getBalance(new PublicKey(address as string)) ?? 0n) }),
  };

  function putTokenData(data: Uint8Array): PublicKey {
    const address = Keypair.generate().publicKey;
    svm.setAccount(address, { data, owner: TOKEN_PROGRAM, lamports: 10_000_000, executable: false });
    return address;
  }

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
    makeMint(decimals) {
      const data = new Uint8Array(MINT_BYTES);
      new DataView(data.buffer).setBigUint64(36, 10n ** 12n, true);
      data.set([decimals, 1], MINT_DECIMALS);
      return putTokenData(data);
    },
    makeTokenAccount(mint, owner, amount) {
      const data = new Uint8Array(165);
      data.set([...mint.toBytes(), ...owner.toBytes()]);
      new DataView(data.buffer).setBigUint64(64, amount, true);
      data[108] = 1;
      const address = putTokenData(data);
      tokenAccounts.push(address);
      return address;
    },
    stop: () => closeServer(server),
  };
  return cluster;
}

/** Layouts of the Token Program: mint (82 bytes, decimals at 44), account (mint, owner, amount at 64). */
const TOKEN_PROGRAM = new PublicKey("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA");
const MINT_BYTES = 82;
const MINT_DECIMALS = 44;

const addressAt = (data: Uint8Array, at: number) => new PublicKey(data.subarray(at, at + 32)).toBase58();
const amountAt = (data: Uint8Array) => new DataView(data.buffer, data.byteOffset).getBigUint64(64, true);

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
