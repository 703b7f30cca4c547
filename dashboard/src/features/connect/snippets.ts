export type SnippetInput = {
  appId: string;
  url: string;
  keyQuorumId: string;
  policyId: string;
  walletId: string;
  walletAddress: string;
  caip2: string;
};

export type Snippet = { title: string; text?: string; code: string };
export type Sdk = { id: string; label: string; write: (input: SnippetInput) => Snippet[] };

/** The official clients, and what works without one. Each needs nothing but this server's address. */
export const sdks: readonly Sdk[] = [
  { id: "node", label: "Node", write: writeNode },
  { id: "react", label: "React", write: writeReact },
  { id: "js-sdk-core", label: "JavaScript", write: writeCore },
  { id: "viem", label: "viem", write: writeViem },
  { id: "server-auth", label: "server-auth", write: writeServerAuth },
  { id: "curl", label: "curl", write: writeCurl },
];

function writeNode({ appId, url, walletId, keyQuorumId, policyId, caip2 }: SnippetInput): Snippet[] {
  return [
    setUpNode({ appId, url }),
    {
      title: "Add the session signer",
      text: "Signed by the wallet's owner: here a user, by the JWT of the user's session.",
      code: `await privy.wallets().update("${walletId}", {
  additional_signers: [
    { signer_id: "${keyQuorumId}", override_policy_ids: ["${policyId}"] },
  ],
  authorization_context: { user_jwts: [userJwt] },
});`,
    },
    {
      title: "Send a transaction",
      text: "From your server, while the user is away, with the private key of the authorization key.",
      code: `const { hash } = await privy.wallets().ethereum().sendTransaction("${walletId}", {
  caip2: "${caip2}",
  params: { transaction: { to: "0x000000000000000000000000000000000000dEaD", value: "0x1" } },
  authorization_context: {
    authorization_private_keys: [process.env.AUTHORIZATION_PRIVATE_KEY],
  },
});`,
    },
  ];
}

function setUpNode({ appId, url }: Pick<SnippetInput, "appId" | "url">): Snippet {
  return {
    title: "Set up @privy-io/node",
    code: `import { PrivyClient } from "@privy-io/node";

const privy = new PrivyClient({
  appId: "${appId}",
  appSecret: process.env.APP_SECRET,
  apiUrl: "${url}",
});`,
  };
}

function writeReact({ appId, url, keyQuorumId, policyId }: SnippetInput): Snippet[] {
  return [
    {
      title: "Set up @privy-io/react-auth",
      text: "The page's origin has to be listed under App settings > Domains.",
      code: `import { PrivyProvider } from "@privy-io/react-auth";

export function App() {
  return (
    <PrivyProvider
      appId="${appId}"
      apiUrl="${url}"
      config={{ embeddedWallets: { ethereum: { createOnLogin: "users-without-wallets" } } }}
    >
      <Shop />
    </PrivyProvider>
  );
}`,
    },
    {
      title: "Let the user add the session signer",
      text: "useSessionSigners has the same under its older names.",
      code: `import { useSigners, useWallets } from "@privy-io/react-auth";

export function Consent() {
  const { addSigners, removeSigners } = useSigners();
  const { wallets } = useWallets();
  const address = wallets.find(({ walletClientType }) => walletClientType === "privy")?.address;
  const signers = [{ signerId: "${keyQuorumId}", policyIds: ["${policyId}"] }];
  return (
    <>
      <button disabled={!address} onClick={() => addSigners({ address, signers })}>Allow</button>
      <button disabled={!address} onClick={() => removeSigners({ address })}>Take back</button>
    </>
  );
}`,
    },
  ];
}

function writeCore({ appId, url, keyQuorumId, policyId }: SnippetInput): Snippet[] {
  return [
    {
      title: "Set up @privy-io/js-sdk-core",
      text: "The page's origin has to be listed under App settings > Domains. baseUrl works and is not in the published types.",
      code: `import Privy, { LocalStorage } from "@privy-io/js-sdk-core";

const client = new Privy({ appId: "${appId}", baseUrl: "${url}", storage: new LocalStorage() });

// The user's key is in a frame of this server's, and never in the page.
const frame = document.createElement("iframe");
frame.src = client.embeddedWallet.getURL();
frame.hidden = true;
document.body.append(frame);
client.setMessagePoster({
  postMessage: (message, origin, transfer) => frame.contentWindow.postMessage(message, origin, transfer),
  reload: () => frame.contentWindow.location.reload(),
});
addEventListener("message", ({ source, data }) => {
  if (source === frame.contentWindow) client.embeddedWallet.onMessage(data);
});
await client.initialize();`,
    },
    {
      title: "Sign in, and add the session signer",
      code: `import { addSessionSigners, getUserEmbeddedEthereumWallet } from "@privy-io/js-sdk-core";

await client.auth.email.sendCode(email);
const { user } = await client.auth.email.loginWithCode(email, code, "login-or-sign-up", {
  embedded: { ethereum: { createOnLogin: "users-without-wallets" } },
});
const wallet = getUserEmbeddedEthereumWallet(user);
await addSessionSigners({
  client,
  wallet,
  signers: [{ signer_id: "${keyQuorumId}", override_policy_ids: ["${policyId}"] }],
});`,
    },
  ];
}

function writeViem({ appId, url, walletId, walletAddress }: SnippetInput): Snippet[] {
  return [
    setUpNode({ appId, url }),
    {
      title: "An account of viem's",
      text: "Whatever takes a viem account signs with the wallet.",
      code: `import { createViemAccount } from "@privy-io/node/viem";

const account = createViemAccount(privy, {
  walletId: "${walletId}",
  address: "${walletAddress}",
  authorizationContext: {
    authorization_private_keys: [process.env.AUTHORIZATION_PRIVATE_KEY],
  },
});
const signature = await account.signMessage({ message: "order:42" });`,
    },
  ];
}

function writeServerAuth({ appId, url, walletId, caip2 }: SnippetInput): Snippet[] {
  return [
    {
      title: "Set up @privy-io/server-auth",
      text: "The client that came before @privy-io/node. Both of its halves are given the address.",
      code: `import { PrivyClient } from "@privy-io/server-auth";

const privy = new PrivyClient("${appId}", process.env.APP_SECRET, {
  apiURL: "${url}",
  walletApi: {
    apiURL: "${url}",
    authorizationPrivateKey: process.env.AUTHORIZATION_PRIVATE_KEY,
  },
});`,
    },
    {
      title: "Send a transaction",
      code: `const { hash } = await privy.walletApi.ethereum.sendTransaction({
  walletId: "${walletId}",
  caip2: "${caip2}",
  transaction: { to: "0x000000000000000000000000000000000000dEaD", value: "0x1", chainId: ${caip2.slice("eip155:".length)} },
});`,
    },
  ];
}

function writeCurl({ appId, url, walletId }: SnippetInput): Snippet[] {
  const headers = `-u "${appId}:$APP_SECRET" \\
  -H "privy-app-id: ${appId}"`;
  return [
    {
      title: "Create a wallet",
      text: "Without an owner it obeys the app's secret alone, and its requests need no signature.",
      code: `curl ${headers} \\
  -H "content-type: application/json" \\
  -d '{"chain_type":"ethereum"}' \\
  ${url}/v1/wallets`,
    },
    {
      title: "What was decided about a wallet",
      code: `curl ${headers} \\
  ${url}/v1/wallets/${walletId}/records`,
    },
  ];
}
