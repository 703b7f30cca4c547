import "./buffer.ts";
import { PrivyProvider } from "@privy-io/react-auth";
import { createRoot } from "react-dom/client";
import { ExternalLogin } from "./external-login.tsx";
import { readChain, readPageAddress } from "./page-address.ts";
import { Sdk } from "./sdk.tsx";

/**
 * What an app would write: the provider, `apiUrl`, a chain of its own. No screens: the test calls the hooks' functions
 * (`window.sdk`) as an app's buttons would.
 */
const address = readPageAddress(location.search);
const chain = readChain(address);

createRoot(document.getElementById("root")!).render(
  <PrivyProvider
    appId={address.appId}
    apiUrl={address.apiUrl}
    config={{
      defaultChain: chain,
      supportedChains: [chain],
      embeddedWallets: { showWalletUIs: false },
    }}
  >
    <Sdk />
    {address.login === "jwt" && <ExternalLogin />}
  </PrivyProvider>,
);
