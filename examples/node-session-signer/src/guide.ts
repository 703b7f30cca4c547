/**
 * The session-signer guide as a program: an app's server acts for a user who is away, within a policy, until the user
 * says stop. Everything here is what an app would write itself, with the official Node SDK and viem; only `apiUrl`
 * says that the server is one's own.
 *
 * Run it with `npm run guide`, which makes an app for it, or by hand with MANDATE_URL, MANDATE_APP_ID,
 * MANDATE_APP_SECRET, MANDATE_EVM_RPC_URL and MANDATE_IDP_PRIVATE_KEY (PEM; its public half is the app's JWT key).
 */
import { APIError, generateP256KeyPair, PrivyClient } from "@privy-io/node";
import { createPublicClient, createTestClient, formatEther, type Hex, http, parseEther } from "viem";
import { anvil } from "viem/chains";
import { issueUserToken } from "./identity-provider.ts";
import { readSettings } from "./settings.ts";
import { say, step } from "./story.ts";

const ALICE = "0x00000000000000000000000000000000000A11cE";
const MALLORY = "0x000000000000000000000000000000000BadBAd0";
const CAIP2 = "eip155:31337";

async function main(): Promise<void> {
  const settings = readSettings(process.env);
  const privy = new PrivyClient({ appId: settings.appId, appSecret: settings.appSecret, apiUrl: settings.url });
  const transport = http(settings.evmRpcUrl);
  const chain = createPublicClient({ chain: anvil, transport, pollingInterval: 50 });
  const faucet = createTestClient({ chain: anvil, mode: "anvil", transport });

  step("A user signs up with your app; your own identity provider knows them as a subject.");
  const subject = `guide-${Date.now()}`;
  const user = await privy.users().create({ linked_accounts: [{ type: "custom_auth", custom_user_id: subject }] });
  say(`user ${user.id}`);

  step("They get a wallet. They own it: your app's secret alone cannot sign with it or change it.");
  const wallet = await privy.wallets().create({ chain_type: "ethereum", owner: { user_id: user.id } });
  await faucet.setBalance({ address: wallet.address as Hex, value: parseEther("1") });
  say(`wallet ${wallet.address} holds 1 ETH on the local chain`);

  step(
    "Your server makes an authorization key. The private half stays on the server; its public half is a key quorum.",
  );
  const key = await generateP256KeyPair();
  const quorum = await privy.keyQuorums().create({ public_keys: [key.publicKey], authorization_threshold: 1 });
  say(`key quorum ${quorum.id}`);

  step("A policy says what that key may do: up to 0.1 ETH at a time, to Alice, on this chain. Nothing else.");
  const policy = await privy.policies().create({
    version: "1.0",
    name: "Up to 0.1 ETH to Alice",
    chain_type: "ethereum",
    rules: [
      {
        name: "Small payments to Alice",
        method: "eth_sendTransaction",
        action: "ALLOW",
        conditions: [
          { field_source: "ethereum_transaction", field: "to", operator: "eq", value: ALICE },
          {
            field_source: "ethereum_transaction",
            field: "value",
            operator: "lte",
            value: parseEther("0.1").toString(),
          },
          { field_source: "ethereum_transaction", field: "chain_id", operator: "eq", value: "31337" },
        ],
      },
    ],
  });
  say(`policy ${policy.id}`);

  const asServer = { authorization_private_keys: [key.privateKey] };
  const asUser = { user_jwts: [issueUserToken(settings.identityProviderKey, subject)] };
  const send = (to: string, ether: string) =>
    privy
      .wallets()
      .ethereum()
      .sendTransaction(wallet.id, {
        caip2: CAIP2,
        params: { transaction: { to, value: `0x${parseEther(ether).toString(16)}` } },
        authorization_context: asServer,
      });

  step("Before the user agrees, the server's key is worth nothing.");
  await expectRefusal("0.05 ETH to Alice", 401, () => send(ALICE, "0.05"));

  step("The user agrees: their own signature adds the key quorum as a session signer, bound to the policy.");
  await privy.wallets().update(wallet.id, {
    additional_signers: [{ signer_id: quorum.id, override_policy_ids: [policy.id] }],
    authorization_context: asUser,
  });
  say("the session signer is on the wallet");

  step("The user is away. The server acts with its key alone.");
  const before = await chain.getBalance({ address: ALICE });
  const { hash } = await send(ALICE, "0.05");
  const receipt = await chain.waitForTransactionReceipt({ hash: hash as Hex });
  const received = (await chain.getBalance({ address: ALICE })) - before;
  say(`mined: ${hash} (${receipt.status}); Alice received ${formatEther(received)} ETH`);
  if (receipt.status !== "success" || received !== parseEther("0.05")) throw new Error("the payment did not arrive");

  step("What the policy does not allow is refused, and says why.");
  await expectRefusal("0.2 ETH to Alice", 400, () => send(ALICE, "0.2"));
  await expectRefusal("0.05 ETH to Mallory", 400, () => send(MALLORY, "0.05"));
  await expectRefusal("a signed message", 400, () =>
    privy.wallets().ethereum().signMessage(wallet.id, { message: "I owe you", authorization_context: asServer }),
  );

  step("The session signer cannot change the wallet that it signs for.");
  await expectRefusal("removing its own policy", 401, () =>
    privy.wallets().update(wallet.id, {
      additional_signers: [{ signer_id: quorum.id }],
      authorization_context: asServer,
    }),
  );

  step("The user removes it. From that answer on, nothing is signed with it again.");
  await privy.wallets().update(wallet.id, { additional_signers: [], authorization_context: asUser });
  await expectRefusal("0.05 ETH to Alice", 401, () => send(ALICE, "0.05"));
  say("done");
}

/** Runs what must fail, and tells what the server said. */
async function expectRefusal(what: string, status: number, act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof APIError) || error.status !== status) throw error;
    const { error: message, details } = error.error as { error: string; details?: Details };
    say(`refused (${status}): ${what}: ${message}`);
    const condition = details?.rules?.find((rule) => rule.condition !== undefined)?.condition;
    if (condition !== undefined) {
      say(
        `  because ${condition.field} ${condition.operator} ${condition.value} does not hold: it is ${condition.observed}`,
      );
    }
    return;
  }
  throw new Error(`this should have been refused: ${what}`);
}

type Details = {
  rules?: { condition?: { field: string; operator: string; value: string; observed: string | null } }[];
};

await main();
