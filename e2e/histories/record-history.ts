import { randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { JsonObject } from "@mandate/core/encoding/json-value";
import type { Answer } from "../processes/http-client.ts";
import type { Replicas } from "../processes/replicas.ts";
import { generateP256Key, type P256Key, type PreparedRequest, prepareRequest } from "../processes/signed-request.ts";
import type { Change, Use } from "./check-history.ts";

export type History = {
  changes: Change[];
  uses: Use[];
  /** Requests whose connection broke, or that were answered 5xx: nothing is known of them. */
  unknown: number;
  /** Answers that are no verdict at all, such as a wrong status. */
  unexpected: string[];
};

/** The owner and the session signers of all histories; wallet and policy are new in each. */
export type Cast = { owner: P256Key; signers: { key: P256Key; quorumId: string }[] };

/** What the owner has consented to: which signers, and the word that messages begin with. */
type State = { signers: ReadonlySet<number>; word: number };

const SIGNERS = 4;
/** Of which it is known what became of them. */
const USES_EACH = 50;
const CHANGES_MAX = 60;
const EXPIRY_MS = 10 * 60 * 1000;

export async function makeCast(replicas: Replicas): Promise<Cast> {
  const owner = generateP256Key();
  const signers = [];
  for (let index = 0; index < SIGNERS; index++) {
    const key = generateP256Key();
    const body = { public_keys: [key.publicKeySpkiBase64], authorization_threshold: 1 };
    signers.push({ key, quorumId: (await post(replicas, "/v1/key_quorums", body)).id });
  }
  return { owner, signers };
}

/**
 * Four signers sign with one wallet as fast as they are answered, at a replica of their choice each time, while its
 * owner takes signers away, gives them back and edits their policy. Each notes when it asked and when it was answered,
 * on one monotonic clock.
 */
export async function recordHistory(replicas: Replicas, cast: Cast): Promise<History> {
  const first: State = { signers: new Set([0, 1, 2, 3]), word: 0 };
  const owner = { public_key: cast.owner.publicKeySpkiBase64 };
  const policy = await post(replicas, "/v1/policies", {
    version: "1.0",
    name: "Histories",
    chain_type: "ethereum",
    owner,
    rules: rulesFor(first.word),
  });
  const wallet = await post(replicas, "/v1/wallets", {
    chain_type: "ethereum",
    owner,
    additional_signers: signersFor(cast, first, policy.id),
  });
  const states: State[] = [first];
  const history: History = { changes: [], uses: [], unknown: 0, unexpected: [] };
  let word = first.word;
  let using = SIGNERS;

  async function control(): Promise<void> {
    while (using > 0 && history.changes.length < CHANGES_MAX) {
      const state = nextState(states.at(-1)!);
      const [path, body] =
        state.word === states.at(-1)!.word
          ? [`/v1/wallets/${wallet.id}`, { additional_signers: signersFor(cast, state, policy.id) }]
          : [`/v1/policies/${policy.id}`, { rules: rulesFor(state.word) }];
      const options = { keys: [cast.owner], expiryMs: Date.now() + EXPIRY_MS };
      const request = prepareRequest(replicas, "PATCH", path, body as JsonObject, options);
      states.push(state);
      const invokedMs = performance.now();
      const answer = await sendUntilKnown(replicas, request);
      history.changes.push({ invokedMs, acknowledgedMs: performance.now() });
      if (answer.status !== 200) history.unexpected.push(`PATCH ${answer.status} ${answer.body}`);
      word = state.word;
    }
  }

  async function useWallet(signer: number): Promise<void> {
    for (let known = 0, count = 0; known < USES_EACH; count++) {
      // As often the word of before: a policy that was edited must be gone, too.
      const spoken = Math.max(0, word - randomInt(0, 2));
      const message = `${wordOf(spoken)} ${signer}/${count}`;
      const body = { method: "personal_sign", params: { message, encoding: "utf-8" } };
      const options = { keys: [cast.signers[signer]!.key] };
      const request = prepareRequest(replicas, "POST", `/v1/wallets/${wallet.id}/rpc`, body, options);
      const invokedMs = performance.now();
      const answer = await choose(replicas)
        .send(request)
        .catch(() => undefined);
      const returnedMs = performance.now();
      const verdict = readVerdict(answer);
      if (verdict === undefined) {
        history.unknown += 1;
        // A replica that is being restarted refuses at once.
        await sleep(10);
        continue;
      }
      known += 1;
      if (verdict === "unexpected") history.unexpected.push(`POST ${answer!.status} ${answer!.body}`);
      else {
        const isAllowedIn = (index: number) => states[index]!.signers.has(signer) && states[index]!.word === spoken;
        history.uses.push({ invokedMs, returnedMs, verdict, isAllowedIn });
      }
    }
    using -= 1;
  }

  await Promise.all([control(), ...cast.signers.map((_, signer) => useWallet(signer))]);
  return history;
}

function nextState({ signers, word }: State): State {
  if (randomInt(0, 4) === 0) return { signers, word: word + 1 };
  const next = new Set(signers);
  const signer = randomInt(0, SIGNERS);
  // Most of them most of the time, so that there is something to release.
  if (!next.delete(signer) || next.size < 2) next.add(signer);
  return { signers: next, word };
}

/** No word begins another. */
function wordOf(word: number): string {
  return `word ${word}:`;
}

function rulesFor(word: number): JsonObject[] {
  const condition = { field_source: "message", field: "content", operator: "starts_with", value: wordOf(word) };
  return [{ name: "The word", method: "personal_sign", action: "ALLOW", conditions: [condition] }];
}

function signersFor(cast: Cast, { signers }: State, policyId: string): JsonObject[] {
  return [...signers]
    .sort()
    .map((index) => ({ signer_id: cast.signers[index]!.quorumId, override_policy_ids: [policyId] }));
}

/** Undefined where it is not known what became of the request. */
function readVerdict(answer: Answer | undefined): Use["verdict"] | "unexpected" | undefined {
  if (answer === undefined || answer.status >= 500 || answer.status === 409) return undefined;
  if (answer.status === 200) return "released";
  const isRefusal = answer.status === 401 || (answer.status === 400 && answer.body.includes("policy_violation"));
  return isRefusal ? "refused" : "unexpected";
}

function choose({ pairs }: Replicas) {
  return pairs[randomInt(0, pairs.length)]!.client;
}

/** The same signed bytes, which carry an expiry, to one replica after the other: they are executed once. */
async function sendUntilKnown(replicas: Replicas, request: PreparedRequest): Promise<Answer> {
  for (;;) {
    const answer = await choose(replicas)
      .send(request)
      .catch(() => undefined);
    if (answer !== undefined && answer.status < 500 && answer.status !== 409) return answer;
    await sleep(10);
  }
}

async function post(replicas: Replicas, path: string, body: JsonObject): Promise<{ id: string }> {
  const options = { expiryMs: Date.now() + EXPIRY_MS };
  const answer = await sendUntilKnown(replicas, prepareRequest(replicas, "POST", path, body, options));
  if (answer.status !== 200) throw new Error(`POST ${path} was answered ${answer.status}: ${answer.body}`);
  return JSON.parse(answer.body) as { id: string };
}
