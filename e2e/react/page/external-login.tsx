import { useSubscribeToJwtAuthWithFlag } from "@privy-io/react-auth";
import { useEffect, useState } from "react";

declare global {
  interface Window {
    /** Says that the app's own identity provider has signed somebody in, or out. */
    setExternalJwt?: (jwt: string | undefined) => void;
  }
}

/** An app whose users sign in elsewhere: the SDK follows the other's state. */
export function ExternalLogin() {
  const [jwt, setJwt] = useState<string>();
  useEffect(() => {
    window.setExternalJwt = setJwt;
  }, []);
  useSubscribeToJwtAuthWithFlag({
    isAuthenticated: jwt !== undefined,
    isLoading: false,
    getExternalJwt: async () => jwt,
  });
  return null;
}
