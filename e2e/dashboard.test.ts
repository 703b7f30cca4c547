import { createHash } from "node:crypto";
import { createLoginLink } from "@mandate/cli/login-link";
import { generateP256KeyPair } from "@privy-io/node";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Stack, startStack } from "./stack.ts";

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack?.stop());

const APP = "c23456789012345678901234a";

/** As the dashboard's page asks: with the cookie, and with what browsers and the page add. */
async function ask(method: string, path: string, body?: object, cookie?: string) {
  const answer = await fetch(`${stack.url}/operator/v1${path}`, {
    method,
    headers: {
      origin: stack.url,
      "mandate-dashboard": "1",
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...(cookie === undefined ? {} : { cookie }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  const json = text === "" ? undefined : JSON.parse(text);
  return { status: answer.status, cookie: answer.headers.get("set-cookie")?.split(";")[0], json };
}

it("the printed link signs in once; what the team makes, the app's server uses", async () => {
  const { url } = await createLoginLink(stack.instance.server);
  const token = url.slice(url.indexOf("=") + 1);
  const signedIn = await ask("POST", "/session/link", { token });
  expect(signedIn.json).toMatchObject({ member: { role: "admin" } });
  expect((await ask("POST", "/session/link", { token })).status).toBe(401);
  const team = async (method: string, path: string, body?: object) => {
    const answer = await ask(method, path, body, signedIn.cookie);
    if (answer.status !== 200) throw new Error(`${method} ${path}: ${JSON.stringify(answer.json)}`);
    return answer.json;
  };

  const secret = "a secret that the page made and keeps to itself";
  const secret_sha256 = createHash("sha256").update(secret).digest("hex");
  await team("POST", "/apps", { id: APP, name: "Shop", secret_sha256, server_side_access: true });
  const agent = await generateP256KeyPair();
  const owner = await generateP256KeyPair();
  const key = { public_keys: [agent.publicKey], authorization_threshold: 1, display_name: "Agent" };
  const quorum = await team("POST", `/apps/${APP}/key_quorums`, key);
  const rule = {
    name: "Orders",
    method: "personal_sign",
    action: "ALLOW",
    conditions: [{ field_source: "message", field: "content", operator: "starts_with", value: "order:" }],
  };
  const policyBody = { version: "1.0", name: "Orders only", chain_type: "ethereum", rules: [rule] };
  const policy = await team("POST", `/apps/${APP}/policies`, policyBody);

  const privy = stack.sdk({ id: APP, secret });
  const wallet = await privy.wallets().create({
    chain_type: "ethereum",
    owner: { public_key: owner.publicKey },
    additional_signers: [{ signer_id: quorum.id, override_policy_ids: [policy.id] }],
  });
  const sign = (message: string) =>
    privy
      .wallets()
      .ethereum()
      .signMessage(wallet.id, {
        message,
        authorization_context: { authorization_private_keys: [agent.privateKey] },
      });
  await sign("order:1");
  await expect(sign("I owe you")).rejects.toMatchObject({ status: 400 });

  const activity = await team("GET", `/apps/${APP}/activity?signer_id=${quorum.id}`);
  expect(activity.data).toMatchObject([
    { decision: "DENY", wallet_id: wallet.id, policy_id: policy.id, actor: { type: "app" } },
    { decision: "ALLOW", wallet_id: wallet.id, policy_id: policy.id, actor: { type: "app" } },
  ]);
  const made = await team("GET", `/apps/${APP}/activity?limit=100`);
  const { member } = signedIn.json;
  expect(made.data).toContainEqual(
    expect.objectContaining({ operation: "createPolicy", actor: { type: "team", member_id: member.id } }),
  );
  const detail = await team("GET", `/apps/${APP}/activity/${activity.data[0].id}`);
  expect(JSON.stringify(detail.receipt)).toContain("rules");
  expect((await team("GET", `/apps/${APP}/overview`)).checklist).toEqual({
    has_secret: true,
    server_side_access: true,
    has_authorization_key: true,
    has_policy: true,
    has_wallet: true,
    has_session_signer: true,
    has_allowed_signature: true,
    has_refusal: true,
  });
  const logs = await team("GET", `/apps/${APP}/logs?errors_only=true`);
  expect(logs.data).toMatchObject([{ operation: "walletRpc", status: 400, code: "policy_violation" }]);
  expect(await team("GET", `/apps/${APP}/policies/${policy.id}`)).toMatchObject({ attached_to: 1 });

  // The team has no way around an owner: neither to sign with the wallet nor to change it.
  const unsigned = await ask("PATCH", `/apps/${APP}/wallets/${wallet.id}`, { additional_signers: [] }, signedIn.cookie);
  expect([unsigned.status, unsigned.json.code]).toEqual([401, "missing_or_empty_authorization_header"]);
});
