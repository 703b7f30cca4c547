import type { JsonObject } from "@mandate/core/encoding/json-value";
import type { HttpClient } from "./http-client.ts";
import type { App } from "./mandate-process.ts";
import { generateP256Key, type P256Key, prepareRequest } from "./signed-request.ts";

/** A wallet with an owner and one session signer, whose policy is `policyId`. */
export type SessionWallet = {
  id: string;
  address: string;
  owner: P256Key;
  signer: P256Key;
  quorumId: string;
  policyId: string;
};

/** What a session signer may do where the test does not say. */
const openRules: JsonObject[] = ["eth_signTransaction", "eth_sendTransaction", "personal_sign"].map((method) => ({
  name: `Allow ${method}`,
  method,
  action: "ALLOW",
  conditions: [],
}));

export async function makeSessionWallet(
  client: HttpClient,
  target: { origin: string; app: App },
  rules: JsonObject[] = openRules,
): Promise<SessionWallet> {
  const owner = generateP256Key();
  const signer = generateP256Key();
  const post = async (path: string, body: JsonObject): Promise<{ id: string; address: string }> => {
    const { status, body: text } = await client.send(prepareRequest(target, "POST", path, body));
    if (status !== 200) throw new Error(`POST ${path} was answered ${status}: ${text}`);
    return JSON.parse(text);
  };
  const policy = await post("/v1/policies", { version: "1.0", name: "Session", chain_type: "ethereum", rules });
  const quorum = await post("/v1/key_quorums", {
    public_keys: [signer.publicKeySpkiBase64],
    authorization_threshold: 1,
  });
  const wallet = await post("/v1/wallets", {
    chain_type: "ethereum",
    owner: { public_key: owner.publicKeySpkiBase64 },
    additional_signers: [{ signer_id: quorum.id, override_policy_ids: [policy.id] }],
  });
  return { id: wallet.id, address: wallet.address, owner, signer, quorumId: quorum.id, policyId: policy.id };
}
