import { chainTypes } from "@mandate/core/chains/chain-types";
import type { JsonObject } from "@mandate/core/encoding/json-value";
import type { AppClient } from "../app-client.ts";
import { type AuthorizationKey, makeAuthorizationKey } from "../authorization-key.ts";
import { type App, CAIP2, type Stack } from "../stack.ts";
import { filledPolicies } from "./filled-policies.ts";
import { accountKinds } from "./filled-users.ts";
import { signInByInvitation, type TeamClient } from "./team-client.ts";

/** What stands in the addresses of an app's pages, by the names that the router gives it. */
export type FilledApp = { [parameter: string]: string };

const PAYEE = "0x00000000000000000000000000000000000A11cE";
const LONG_NAME = "A name that somebody typed without thinking of phones, tables or anybody who has to read it";

/** An app in which something of everything has happened, through the API. `app` is a fresh one. */
export async function fillApp(stack: Stack, admin: TeamClient, app: App): Promise<FilledApp> {
  const client = stack.client(app);
  const make = (target: string, body: JsonObject) => expectSuccess(client, "POST", target, body);
  await fillTeam(stack, admin, app.id);
  const [owner, agent] = [makeAuthorizationKey(), makeAuthorizationKey()];
  const quorum = await make("/v1/key_quorums", { public_keys: [agent.publicKey], display_name: "Order server" });
  const everybody = await make("/v1/users", {
    linked_accounts: Object.values(accountKinds),
    custom_metadata: { plan: "enterprise", seats: 12, is_trial: false, note: LONG_NAME },
    wallets: [{ chain_type: "ethereum", additional_signers: [{ signer_id: quorum.id }] }, { chain_type: "solana" }],
  });
  await make("/v1/key_quorums", {
    public_keys: [owner.publicKey, makeAuthorizationKey().publicKey],
    user_ids: [everybody.id],
    key_quorum_ids: [quorum.id],
    authorization_threshold: 3,
    display_name: LONG_NAME.slice(0, 50),
  });
  const set = await make("/v1/condition_sets", { name: "Payees we know", owner: { public_key: owner.publicKey } });
  const items = [PAYEE, `0x${"ab".repeat(20)}`].map((value) => ({ value: value.toLowerCase() }));
  const itemsTarget = `/v1/condition_sets/${set.id}/condition_set_items`;
  const added = await client.request("POST", itemsTarget, { body: items, keys: [owner] });
  if (added.status !== 200) throw new Error(added.text);
  const aggregation = await make("/v1/aggregations", {
    name: "Spent in a day",
    method: "eth_signTransaction",
    metric: { field_source: "ethereum_transaction", field: "value", function: "sum" },
    window: { type: "rolling", seconds: 86_400 },
    group_by: [{ field_source: "ethereum_transaction", field: "to" }],
  });
  const policies: { id: string }[] = [];
  for (const policy of filledPolicies(set.id, aggregation.id)) policies.push(await make("/v1/policies", policy));
  await Promise.all([
    ...Object.values(accountKinds).map((account) => make("/v1/users", { linked_accounts: [renamed(account)] })),
    ...Object.keys(chainTypes).map((chain_type) => make("/v1/wallets", { chain_type })),
  ]);
  const wallet = await make("/v1/wallets", {
    chain_type: "ethereum",
    owner: { public_key: owner.publicKey },
    display_name: LONG_NAME.slice(0, 64),
    external_id: "orders-wallet-of-the-eu-shop",
    additional_signers: policies.map(({ id }) => ({ signer_id: quorum.id, override_policy_ids: [id] })).slice(0, 1),
  });
  const transactionId = await useWallet(stack, client, wallet, agent);
  const ownerless = await make("/v1/wallets", { chain_type: "ethereum", policy_ids: [policies[0]!.id] });
  const seen = (await admin.expect("GET", `/operator/v1/apps/${app.id}/activity?decision=DENY`)) as Activity;
  return {
    appId: app.id,
    userId: everybody.id,
    walletId: wallet.id,
    ownerlessWalletId: ownerless.id,
    quorumId: quorum.id,
    policyId: policies[0]!.id,
    setId: set.id,
    conditionSetId: set.id,
    aggregationId: aggregation.id,
    transactionId,
    receiptId: seen.data[0]!.id,
  };
}

type Made = { id: string; address: string };
type Activity = { data: { id: string }[] };

async function expectSuccess(client: AppClient, method: string, target: string, body: JsonObject): Promise<Made> {
  const answer = await client.request(method, target, { body });
  if (answer.status !== 200) throw new Error(`${method} ${target} → ${answer.text}`);
  return answer.json as Made;
}

/** The same kind of account of another person. */
function renamed(account: JsonObject): JsonObject {
  const identifying = /^(subject|address|number|custom_user_id|telegram_user_id|email)$/;
  return Object.fromEntries(
    Object.entries(account).map(([name, value]) => {
      if (name === "fid") return [name, Number(value) + 1];
      if (typeof value !== "string" || !identifying.test(name)) return [name, value];
      return [name, /^(0x|\+)/.test(value) ? value.replace(/..$/, "77") : `2${value}`];
    }),
  );
}

/** Members of every role, an invitation that is open, and settings of the app with something in each. */
async function fillTeam(stack: Stack, admin: TeamClient, appId: string): Promise<void> {
  await signInByInvitation(stack, admin, "developer", LONG_NAME);
  await signInByInvitation(stack, admin, "viewer", "Bo");
  const email = "a.person.with.quite.a.long.address@engineering.subsidiary.example.com";
  await admin.expect("POST", "/operator/v1/invitations", { role: "viewer", email });
  const secret_sha256 = "ab".repeat(32);
  await admin.expect("POST", `/operator/v1/apps/${appId}/secrets`, { secret_sha256 });
  await admin.expect("PATCH", `/operator/v1/apps/${appId}`, {
    name: `Shop & Söhne 商店 ${LONG_NAME}`.slice(0, 100),
    allowed_origins: ["https://shop.example", "https://*.a-rather-long-preview-domain.shop.example"],
    clients: [
      { id: "ios", name: "Our app for phones", allowed_origins: null },
      { id: "second-website-with-a-long-client-id", name: LONG_NAME, allowed_origins: ["https://second.example"] },
    ],
    test_accounts: [{ email: "test-0001@privy.io", otp: "424242" }],
  });
}

/** Two payments that are mined (the last one's ID is given), one that the policy refuses, and requests that fail in other ways. */
async function useWallet(stack: Stack, client: AppClient, wallet: Made, agent: AuthorizationKey): Promise<string> {
  await stack.fund(wallet.address, "1");
  const target = `/v1/wallets/${wallet.id}/rpc`;
  const pay = (value: string, keys = [agent]) =>
    client.request("POST", target, {
      body: { method: "eth_sendTransaction", caip2: CAIP2, params: { transaction: { to: PAYEE, value } } },
      keys,
    });
  let transactionId = "";
  for (const value of ["0x38d7ea4c68000", "0x71afd498d0000"]) {
    const { status, json, text } = await pay(value);
    if (status !== 200) throw new Error(text);
    const { hash, transaction_id } = (json as { data: { hash: `0x${string}`; transaction_id: string } }).data;
    await stack.chain.waitForTransactionReceipt({ hash });
    transactionId = transaction_id;
  }
  const refused = await pay("0xde0b6b3a7640000");
  const failures = [
    refused,
    await pay("0x1", [makeAuthorizationKey()]),
    await client.request("POST", "/v1/wallets", { body: { chain_type: "no such chain" } }),
    await client.request("GET", "/v1/wallets/a23456789012345678901234"),
  ];
  const statuses = failures.map(({ status }) => status);
  if (statuses.some((status) => status < 400)) throw new Error(`refused were only some: ${statuses}`);
  return transactionId;
}
