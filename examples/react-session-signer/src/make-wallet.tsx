import { useCreateWallet } from "@privy-io/react-auth";
import { useEffect, useRef, useState } from "react";
import { Notice } from "./notice.tsx";
import { messageOf } from "./use-agent.ts";

/**
 * Makes the user's first wallet. The SDK's `createOnLogin` made none after a sign-in by its hook `useLoginWithEmail`
 * (3.45.0), so the app does it itself.
 */
export function MakeWallet() {
  const { createWallet } = useCreateWallet();
  const [problem, setProblem] = useState<string>();
  const begun = useRef(false);

  useEffect(() => {
    // React's strict mode runs effects twice; one wallet is enough.
    if (begun.current) return;
    begun.current = true;
    createWallet().catch((error) => setProblem(messageOf(error)));
  }, [createWallet]);

  if (problem === undefined) return <Notice>Making your wallet …</Notice>;
  return <Notice tone="bad">Your wallet could not be made: {problem}. Reload the page to try again.</Notice>;
}
