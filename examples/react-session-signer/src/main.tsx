import { PrivyProvider } from "@privy-io/react-auth";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { anvil } from "viem/chains";
import { App } from "./app.tsx";
import "./style.css";

const { APP_ID, MANDATE_URL } = import.meta.env;

createRoot(document.getElementById("root") as HTMLElement).render(
  <StrictMode>
    {/* `apiUrl` is the only thing here that says whose server it is. */}
    <PrivyProvider
      appId={APP_ID}
      apiUrl={MANDATE_URL}
      config={{
        loginMethods: ["email"],
        supportedChains: [anvil],
        defaultChain: anvil,
        // Only the wallet that Mandate keeps; nobody else's service is asked for a list of others.
        externalWallets: { disableAllExternalWallets: true },
      }}
    >
      <App />
    </PrivyProvider>
  </StrictMode>,
);
