import {
  getAccessToken,
  useCreateWallet,
  useLoginWithEmail,
  useLoginWithSiwe,
  usePrivy,
  useSendTransaction,
  useSessionSigners,
  useSigners,
  useSignMessage,
  useSignTransaction,
  useSignTypedData,
  useSubscribeToJwtAuthWithFlag,
} from "@privy-io/react-auth";
import {
  useCreateWallet as useCreateSolanaWallet,
  useSignMessage as useSolanaSignMessage,
  useSignTransaction as useSolanaSignTransaction,
  useWallets as useSolanaWallets,
} from "@privy-io/react-auth/solana";
import { useSyncExternalStore } from "react";

/** The hooks' functions as one object. */
function useSdk() {
  const { ready, authenticated, user, logout } = usePrivy();
  const solana = useSolanaWallets();
  return {
    ready,
    authenticated,
    user,
    logout,
    getAccessToken,
    solanaReady: solana.ready,
    solanaWallets: solana.wallets,
    ...useLoginWithEmail(),
    ...useLoginWithSiwe(),
    ...useCreateWallet(),
    ...useSignMessage(),
    ...useSignTypedData(),
    ...useSignTransaction(),
    ...useSendTransaction(),
    ...useSigners(),
    ...useSessionSigners(),
    createSolanaWallet: useCreateSolanaWallet().createWallet,
    signSolanaMessage: useSolanaSignMessage().signMessage,
    signSolanaTransaction: useSolanaSignTransaction().signTransaction,
  };
}

export type SdkObject = ReturnType<typeof useSdk>;

declare global {
  interface Window {
    /** What the hooks returned when the page was last rendered. */
    sdk: SdkObject;
    /** The token of the app's own identity provider. Set it through `setExternalJwt`. */
    externalJwt: ReturnType<typeof createStore<string | undefined>>;
  }
}

export function Sdk() {
  window.sdk = useSdk();
  return null;
}

/** An app whose users sign in elsewhere: the SDK follows the other's state. */
export function ExternalLogin() {
  const jwt = useSyncExternalStore(window.externalJwt.subscribe, window.externalJwt.get);
  useSubscribeToJwtAuthWithFlag({
    isAuthenticated: jwt !== undefined,
    isLoading: false,
    getExternalJwt: async () => window.externalJwt.get(),
  });
  return null;
}

function createStore<T>(first: T) {
  let value = first;
  const listeners = new Set<() => void>();
  return {
    get: () => value,
    set(next: T) {
      value = next;
      for (const listener of listeners) listener();
    },
    subscribe(listener: () => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

window.externalJwt = createStore<string | undefined>(undefined);
