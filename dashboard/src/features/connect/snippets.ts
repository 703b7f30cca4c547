export type SnippetInput = {
  appId: string;
  url: string;
  keyQuorumId: string;
  policyId: string;
  walletId: string;
  caip2: string;
};

export type Snippet = { id: string; title: string; code: string };

/** Code that runs as it stands once the secret and the private key are put where it says. */
export function writeSnippets(input: SnippetInput): Snippet[] {
  return [
    { id: "server", title: "Set up @privy-io/node", code: setUp(input) },
    { id: "signer", title: "Add the session signer", code: addSigner(input) },
    { id: "send", title: "Send a transaction", code: send(input) },
    { id: "viem", title: "viem", code: viem(input) },
    { id: "curl", title: "curl", code: curl(input) },
  ];
}

const setUp = ({ appId, url }: SnippetInput) => `import { PrivyClient } from "@privy-io/node";

const privy = new PrivyClient({
  appId: "${appId}",
  appSecret: process.env.APP_SECRET,
  apiUrl: "${url}",
});`;

const addSigner = ({
  walletId,
  keyQuorumId,
  policyId,
}: SnippetInput) => `// Signed by the wallet's owner: here a user, by the JWT of the user's session.
await privy.wallets().update("${walletId}", {
  additional_signers: [{ signer_id: "${keyQuorumId}", override_policy_ids: ["${policyId}"] }],
  authorization_context: { user_jwts: [userJwt] },
});`;

const send = ({
  walletId,
  caip2,
}: SnippetInput) => `const { hash } = await privy.wallets().ethereum().sendTransaction("${walletId}", {
  caip2: "${caip2}",
  params: { transaction: { to: "0x…", value: "0x1" } },
  authorization_context: { authorization_private_keys: [process.env.AUTHORIZATION_PRIVATE_KEY] },
});`;

const viem = ({ walletId }: SnippetInput) => `import { createViemAccount } from "@privy-io/node/viem";

const account = createViemAccount(privy, {
  walletId: "${walletId}",
  address: "0x…",
  authorizationContext: { authorization_private_keys: [process.env.AUTHORIZATION_PRIVATE_KEY] },
});
const signature = await account.signMessage({ message: "hello" });`;

const curl = ({ appId, url }: SnippetInput) => `curl -u "${appId}:$APP_SECRET" \\
  -H "privy-app-id: ${appId}" \\
  -H "content-type: application/json" \\
  -d '{"chain_type":"ethereum"}' \\
  ${url}/v1/wallets`;
