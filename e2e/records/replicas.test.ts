import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasPostgres, type Replica, type Replicas, startReplicas } from "../processes/replicas.ts";
import { makeSessionWallet, type SessionWallet } from "../processes/session-wallet.ts";
import { prepareRequest } from "../processes/signed-request.ts";
import { verifyProof } from "./independent-verifier.ts";

const SIGNATURES = 200;

describe.skipIf(!hasPostgres)("the record of two API and signer pairs on one PostgreSQL", () => {
  let replicas: Replicas;
  let wallet: SessionWallet;

  beforeAll(async () => {
    replicas = await startReplicas(2);
    wallet = await makeSessionWallet(replicas.pairs[0]!.client, replicas);
  }, 120_000);
  afterAll(() => replicas?.remove());

  async function get<T>({ client }: Replica, path: string): Promise<T> {
    const { status, body } = await client.send(prepareRequest(replicas, "GET", path, undefined));
    expect([path, status]).toEqual([path, 200]);
    return JSON.parse(body) as T;
  }

  const signAt = (pair: Replica) => {
    const params = { message: randomBytes(8).toString("hex"), encoding: "utf-8" };
    const options = { keys: [wallet.signer] };
    const body = { method: "personal_sign", params };
    return pair.client.send(prepareRequest(replicas, "POST", `/v1/wallets/${wallet.id}/rpc`, body, options));
  };

  type Checkpoint = { size: number; key: string; checkpoint: string };

  it("is one log: each pair continues what the other has signed, and proves every receipt", async () => {
    const before = await get<Checkpoint>(replicas.pairs[0]!, "/v1/records/checkpoint");
    const answers = await Promise.all(Array.from({ length: SIGNATURES }, (_, n) => signAt(replicas.pairs[n % 2]!)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    const [one, other] = await Promise.all(
      replicas.pairs.map((pair) => get<Checkpoint>(pair, "/v1/records/checkpoint")),
    );
    expect(one!.key).toBe(other!.key);
    expect(Math.max(one!.size, other!.size)).toBe(before.size + SIGNATURES);
    const rows: { id: string; index: number }[] = [];
    for (let next: string | null = ""; next !== null; ) {
      const page: { data: { id: string; index: number }[]; next_cursor: string | null } = await get(
        replicas.pairs[rows.length % 2]!,
        `/v1/wallets/${wallet.id}/records?limit=100${next === "" ? "" : `&cursor=${next}`}`,
      );
      rows.push(...page.data);
      next = page.next_cursor;
    }
    expect(new Set(rows.map(({ index }) => index)).size).toBe(rows.length);
    for (const [n, { id, index }] of rows.slice(-20).entries()) {
      const { client } = replicas.pairs[n % 2]!;
      const proof = await client.send(prepareRequest(replicas, "GET", `/v1/records/${id}/proof`, undefined));
      expect(verifyProof(proof.body, one!.key).index).toBe(index);
    }
  });
});
