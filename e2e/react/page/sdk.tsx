import {
  getAccessToken,
  useCreateWallet,
  useLinkWithPasskey,
  useLoginWithEmail,
  useLoginWithPasskey,
  useLoginWithSiwe,
  usePrivy,
  useSendTransaction,
  useSessionSigners,
  useSigners,
  useSignMessage,
  useSignTransaction,
  useSignTypedData,
  useSignupWithPasskey,
  useWallets,
} from "@privy-io/react-auth";
import { useSolana } from "./solana.ts";

/** What the hooks returned, as one object. */
function useSdk() {
  const { ready, authenticated, user, login, logout } = usePrivy();
  const { ready: walletsReady } = useWallets();
  return {
    walletsReady,
    ready,
    authenticated,
    user,
    login,
    logout,
    getAccessToken,
    ...useLoginWithEmail(),
    ...useLoginWithSiwe(),
    ...useSignupWithPasskey(),
    ...useLoginWithPasskey(),
    ...useLinkWithPasskey(),
    ...useCreateWallet(),
    ...useSignMessage(),
    ...useSignTypedData(),
    ...useSignTransaction(),
    ...useSendTransaction(),
    ...useSigners(),
    ...useSessionSigners(),
    ...useSolana(),
  };
}

export type SdkObject = ReturnType<typeof useSdk>;

declare global {
  interface Window {
    /** As of the last time that the page was rendered. */
    sdk?: SdkObject;
  }
}

export function Sdk() {
  window.sdk = useSdk();
  return null;
}
