import { useCreateWallet, useSignMessage, useSignTransaction, useWallets } from "@privy-io/react-auth/solana";

/** The Solana hooks, with bytes as base64 and wallets by their address: what a test can send into a page. */
export function useSolana() {
  const { ready, wallets } = useWallets();
  const { createWallet } = useCreateWallet();
  const { signMessage } = useSignMessage();
  const { signTransaction } = useSignTransaction();

  function find(address: string) {
    const wallet = wallets.find((each) => each.address === address);
    if (wallet === undefined) throw new Error(`the SDK has no Solana wallet ${address}`);
    return wallet;
  }

  return {
    solanaAddresses: ready ? wallets.map(({ address }) => address) : [],
    createSolanaWallet: async () => (await createWallet()).wallet.address,
    async signSolanaMessage(address: string, message: string): Promise<string> {
      return encode((await signMessage({ wallet: find(address), message: decode(message) })).signature);
    },
    async signSolanaTransaction(address: string, transaction: string): Promise<string> {
      const input = { wallet: find(address), transaction: decode(transaction) };
      return encode((await signTransaction({ ...input, chain: "solana:devnet" })).signedTransaction);
    },
  };
}

const decode = (base64: string) => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
const encode = (bytes: Uint8Array) => btoa(String.fromCharCode(...bytes));
