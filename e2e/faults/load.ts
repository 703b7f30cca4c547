/**
 * Clients that do what apps do, all at once, and write down what they were told. Each has a wallet, a session signer
 * and a policy to itself, so what it was told last is what must stand. A request whose answer is lost is sent again,
 * byte for byte, until it is answered.
 */
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { JsonObject } from "@mandate/core/encoding/json-value";
import type { HttpClient } from "../processes/http-client.ts";
import type { App } from "../processes/mandate-process.ts";
import { makeSessionWallet, type SessionWallet } from "../processes/session-wallet.ts";
import { prepareRequest, type RequestOptions } from "../processes/signed-request.ts";
import { CAIP2, randomAddress } from "./chain.ts";

export type LoadReport = {
  /** The `data` of every signature that was handed out. */
  signatures: JsonObject[];
  sends: { to: string; value: bigint; hash: string }[];
  createdWallets: JsonObject[];
  /** What each client was told last of its own wallet and policy. */
  wallets: { wallet: JsonObject; policy: JsonObject }[];
  /** Control changes that were acknowledged. */
  changes: number;
  /** Answers that no client should ever get. */
  unexpected: string[];
  /** Requests that needed more than one attempt. */
  repeated: number;
};

export type Load = { stop(): Promise<LoadReport> };

type Target = { origin: string; app: App };

/** Far enough ahead that no restart makes a request of ours expire. */
const EXPIRY_MS = 120_000;

export async function startLoad(
  client: HttpClient,
  target: Target,
  options: {
    clients: number;
    pauseMs: number;
    fund(address: string): Promise<void>;
    /** To whom each send goes; one that nobody else has, where this is left out. */
    nextRecipient?: () => string;
  },
): Promise<Load> {
  const report: LoadReport = {
    signatures: [],
    sends: [],
    createdWallets: [],
    wallets: [],
    changes: 0,
    unexpected: [],
    repeated: 0,
  };
  let stopping = false;
  const clients: Promise<void>[] = [];
  for (let at = 0; at < options.clients; at++) {
    const wallet = await makeSessionWallet(client, target);
    await options.fund(wallet.address);
    clients.push(runClient(wallet, at));
  }

  async function runClient(wallet: SessionWallet, at: number): Promise<void> {
    const act = makeActions(client, target, wallet, report, options.nextRecipient ?? randomAddress);
    const schedule = [act.sign, act.send, act.editPolicy, act.sign, act.createWallet, act.send, act.toggleSigner];
    for (let round = at; !stopping; round++) {
      await schedule[round % schedule.length]!();
      await sleep(options.pauseMs);
    }
    report.wallets.push(await act.lastKnown());
  }

  return {
    async stop() {
      stopping = true;
      await Promise.all(clients);
      return report;
    },
  };
}

function makeActions(
  client: HttpClient,
  target: Target,
  wallet: SessionWallet,
  report: LoadReport,
  nextRecipient: () => string,
) {
  const known: { wallet: JsonObject | undefined; policy: JsonObject | undefined } = {
    wallet: undefined,
    policy: undefined,
  };
  let edits = 0;

  async function call(
    method: string,
    path: string,
    body: JsonObject | undefined,
    options: RequestOptions,
    expected = 200,
  ): Promise<JsonObject | undefined> {
    const request = prepareRequest(target, method, path, body, options);
    const answer = await client.sendUntilAnswered(request);
    if (answer.attempts > 1) report.repeated++;
    if (answer.status === expected) return JSON.parse(answer.body) as JsonObject;
    report.unexpected.push(`${method} ${path}: ${answer.status} ${answer.body} (attempt ${answer.attempts})`);
    return undefined;
  }

  const once = () => ({ expiryMs: Date.now() + EXPIRY_MS, idempotencyKey: randomBytes(16).toString("hex") });
  const rpc = (body: JsonObject, expected?: number) =>
    call("POST", `/v1/wallets/${wallet.id}/rpc`, body, { keys: [wallet.signer], ...once() }, expected);
  const personalSign = (): JsonObject => ({
    method: "personal_sign",
    params: { message: `order ${randomBytes(16).toString("hex")}`, encoding: "utf-8" },
  });
  const setSigners = async (additional_signers: JsonObject[]) => {
    const path = `/v1/wallets/${wallet.id}`;
    const options = { keys: [wallet.owner], expiryMs: Date.now() + EXPIRY_MS };
    const changed = await call("PATCH", path, { additional_signers }, options);
    if (changed === undefined) return;
    report.changes++;
    known.wallet = changed;
  };

  return {
    async sign() {
      const answer = await rpc(personalSign());
      if (answer !== undefined) report.signatures.push(answer.data as JsonObject);
    },

    async send() {
      const to = nextRecipient();
      const value = BigInt(`0x${randomBytes(6).toString("hex")}`) + 1n;
      const transaction = { to, value: `0x${value.toString(16)}` };
      const answer = await rpc({ method: "eth_sendTransaction", caip2: CAIP2, params: { transaction } });
      if (answer !== undefined) report.sends.push({ to, value, hash: String((answer.data as JsonObject).hash) });
    },

    async createWallet() {
      const body = { chain_type: "ethereum", owner: { public_key: wallet.owner.publicKeySpkiBase64 } };
      const { idempotencyKey } = once();
      const created = await call("POST", "/v1/wallets", body, { idempotencyKey });
      if (created !== undefined) report.createdWallets.push(created);
    },

    async editPolicy() {
      // Nobody owns this policy, so nothing is signed; the same edit twice gives the same policy.
      const changed = await call("PATCH", `/v1/policies/${wallet.policyId}`, { name: `Edit ${++edits}` }, {});
      if (changed === undefined) return;
      report.changes++;
      known.policy = changed;
    },

    /** Ends the session, shows that it has ended, and begins it again. */
    async toggleSigner() {
      await setSigners([]);
      await rpc(personalSign(), 401);
      await setSigners([{ signer_id: wallet.quorumId, override_policy_ids: [wallet.policyId] }]);
    },

    async lastKnown() {
      if (known.wallet === undefined) await setSigners([]);
      if (known.policy === undefined) await this.editPolicy();
      return { wallet: known.wallet ?? {}, policy: known.policy ?? {} };
    },
  };
}
