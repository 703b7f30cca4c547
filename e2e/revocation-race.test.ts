import { createHash } from "node:crypto";
import { canonicalize } from "@mandate/core/encoding/canonical-json";
import type { JsonObject, JsonValue } from "@mandate/core/encoding/json-value";
import { createStorage } from "@mandate/server/storage/open-storage";
import { readSealedRecord } from "@mandate/signer/protocol";
import type { PrivyClient } from "@privy-io/node";
import type { Hex } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AppClient } from "./app-client.ts";
import { makeAuthorizationKey } from "./authorization-key.ts";
import { makeIdentityProvider } from "./identity-provider.ts";
import { type App, CAIP2, type Stack, startStack } from "./stack.ts";

const ROUNDS = Math.round(10 * Number(process.env.MANDATE_FUZZ ?? 1));
const CLIENTS = 4;
const RECIPIENT = "0x00000000000000000000000000000000000a11cE";

let stack: Stack;
let app: App;
let privy: PrivyClient;
let client: AppClient;
let asUser: { authorization_context: { user_jwts: string[] } };
let wallet: { id: string; address: string };
const key = makeAuthorizationKey();

beforeAll(async () => {
  const [started, provider] = await Promise.all([startStack(), makeIdentityProvider()]);
  stack = started;
  app = await stack.createApp({ publicKeyPem: provider.publicKeyPem });
  [privy, client] = [stack.sdk(app), stack.client(app)];
  const user = await privy.users().create({ linked_accounts: [{ type: "custom_auth", custom_user_id: "racer" }] });
  wallet = await privy.wallets().create({ chain_type: "ethereum", owner: { user_id: user.id } });
  await stack.fund(wallet.address, "100");
  asUser = { authorization_context: { user_jwts: [await provider.issue("racer")] } };
});
afterAll(() => stack?.stop());

type Attempt = { invokedAt: number; returnedAt: number; status: number; data: JsonObject };
type Round = { acknowledgedAt: number; attempts: Attempt[] };

/** One client of four: the first sends transactions, the others sign messages, each of them another one. */
function requestOf(clientNumber: number, count: number): JsonObject {
  if (clientNumber > 0) {
    return { method: "personal_sign", params: { message: `${clientNumber}/${count}`, encoding: "utf-8" } };
  }
  return { method: "eth_sendTransaction", caip2: CAIP2, params: { transaction: { to: RECIPIENT, value: 1 } } };
}

let requests = 0;

async function attempt(clientNumber: number): Promise<Attempt> {
  requests += 1;
  const requestExpiry = String(Date.now() + 60_000 + requests);
  const body = requestOf(clientNumber, requests);
  const invokedAt = performance.now();
  const answer = await client.request("POST", `/v1/wallets/${wallet.id}/rpc`, { body, keys: [key], requestExpiry });
  const { data = {} } = answer.json as { data?: JsonObject };
  return { invokedAt, returnedAt: performance.now(), status: answer.status, data };
}

/** The user takes the signer away while it signs; the clients go on until they were refused several times in a row. */
async function race(signerId: string): Promise<Round> {
  await privy.wallets().update(wallet.id, { additional_signers: [{ signer_id: signerId }], ...asUser });
  const attempts: Attempt[] = [];
  const signaturesBefore = 8 + Math.floor(Math.random() * 16);
  let begin = (): void => undefined;
  const underway = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const clients = Array.from({ length: CLIENTS }, async (_, clientNumber) => {
    for (let refusals = 0; refusals < 5; ) {
      const made = await attempt(clientNumber);
      attempts.push(made);
      if (attempts.length >= signaturesBefore) begin();
      refusals = made.status === 401 ? refusals + 1 : 0;
    }
  });
  await underway;
  await privy.wallets().update(wallet.id, { additional_signers: [], ...asUser });
  const acknowledgedAt = performance.now();
  await Promise.all(clients);
  return { acknowledgedAt, attempts };
}

describe("I15: when a user removes a session signer while it signs", () => {
  const rounds: Round[] = [];
  beforeAll(async () => {
    const { id } = await privy.keyQuorums().create({ public_keys: [key.publicKey] });
    for (let round = 0; round < ROUNDS; round++) rounds.push(await race(id));
  });

  it("everything it asks for after the answer is refused, and nothing before it is lost", async () => {
    for (const { acknowledgedAt, attempts } of rounds) {
      const statuses = new Set(attempts.map(({ status }) => status));
      expect(statuses).toEqual(new Set([200, 401]));
      for (const { invokedAt, status } of attempts) {
        if (invokedAt > acknowledgedAt) expect(status).toBe(401);
      }
      // Once one was refused, none that was asked for later is answered.
      const firstRefusal = Math.min(...attempts.filter(({ status }) => status === 401).map((each) => each.returnedAt));
      expect(attempts.filter(({ status, invokedAt }) => status === 200 && invokedAt > firstRefusal)).toEqual([]);
    }
    const sent = rounds.flatMap(({ attempts }) => attempts).filter(({ data }) => data.hash !== undefined);
    expect(await stack.chain.getTransactionCount({ address: wallet.address as Hex, blockTag: "pending" })).toBe(
      sent.length,
    );
  });

  it("the record holds every signature that left, and none behind the change that ended its signer", async () => {
    await stack.instance.stop();
    const storage = await createStorage(stack.databaseUrl);
    const receipts = (await storage.listReceipts(app.id, 0, 10_000)).map(
      ({ receipt }) => readSealedRecord(receipt).body,
    );
    await storage.close();

    let version = 1;
    let ended = 0;
    const signed = new Set<unknown>();
    for (const receipt of receipts as Receipt[]) {
      if (receipt.wallet_id !== wallet.id || receipt.decision !== "ALLOW") continue;
      if (!["walletRpc", "updateWallet"].includes(receipt.operation)) continue;
      const used = receipt.records.find(({ type }) => type === "wallet")!;
      // What was decided under an older version of the wallet does not come after the newer one.
      expect(used.version).toBe(version);
      if (receipt.operation === "updateWallet") {
        version += 1;
        if (receipt.after.additional_signers.length === 0) ended += 1;
      } else signed.add(receipt.transaction_hash ?? receipt.result_sha256);
    }
    expect(ended).toBe(ROUNDS);
    const released = rounds.flatMap(({ attempts }) => attempts).filter(({ status }) => status === 200);
    expect(released.length).toBeGreaterThan(ROUNDS * CLIENTS);
    for (const { data } of released) expect(signed).toContain(data.hash ?? digestOf(data));
  });
});

type Receipt = {
  operation: string;
  decision: string;
  wallet_id: string;
  records: { type: string; version: number }[];
  after: { additional_signers: unknown[] };
  transaction_hash?: string;
  result_sha256: string;
};

const digestOf = (data: JsonValue) => createHash("sha256").update(canonicalize(data)).digest("hex");
