import { useSubscribeToJwtAuthWithFlag } from "@privy-io/react-auth";
import { useEffect, useState } from "react";

declare global {
  interface Window {
    /** Says that the app's own identity provider has signed somebody in, or out. */
    setExternalJwt?: (jwt: string | undefined) => void;
  }
}

/** What the app's identity provider would keep: the SDK may ask before React has rendered again. */
let current: string | undefined;

/** An app whose users sign in elsewhere: the SDK follows the other's state. */
export function ExternalLogin() {
  const [isAuthenticated, setAuthenticated] = useState(false);
  useEffect(() => {
    window.setExternalJwt = (jwt) => {
      current = jwt;
      setAuthenticated(jwt !== undefined);
    };
  }, []);
  useSubscribeToJwtAuthWithFlag({ isAuthenticated, isLoading: false, getExternalJwt: async () => current });
  return null;
}
