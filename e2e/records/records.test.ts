import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AppClient } from "../app-client.ts";
import { type AuthorizationKey, makeAuthorizationKey } from "../authorization-key.ts";
import type { RawAnswer } from "../http.ts";
import { type App, type Stack, startStack } from "../stack.ts";
import { verifyExport, verifyProof, verifyReceiptHeader } from "./independent-verifier.ts";

let stack: Stack;
let app: App;
let client: AppClient;
let owner: AuthorizationKey;
let agent: AuthorizationKey;
let folder: string;
let walletId: string;
let policyId: string;
let quorumId: string;
/** Answers of requests that were allowed. */
const allowed: RawAnswer[] = [];

const MESSAGE = { method: "personal_sign", params: { message: "order:42", encoding: "utf-8" } };
const FORBIDDEN = { method: "personal_sign", params: { message: "I owe you", encoding: "utf-8" } };
const rule = {
  name: "orders",
  method: "personal_sign",
  action: "ALLOW",
  conditions: [{ field_source: "message", field: "content", operator: "starts_with", value: "order:" }],
};

const rpc = (body: typeof MESSAGE, keys: AuthorizationKey[]) =>
  client.request("POST", `/v1/wallets/${walletId}/rpc`, { body, keys });

async function make(target: string, body: object): Promise<{ id: string }> {
  const answer = await client.request("POST", target, { body: body as never });
  allowed.push(answer);
  return answer.json as { id: string };
}

beforeAll(async () => {
  stack = await startStack();
  app = await stack.createApp();
  client = stack.client(app);
  [owner, agent] = [makeAuthorizationKey(), makeAuthorizationKey()];
  folder = mkdtempSync(join(tmpdir(), "mandate-records-"));
  const policy = { version: "1.0", name: "p", chain_type: "ethereum", rules: [rule] };
  policyId = (await make("/v1/policies", policy)).id;
  quorumId = (await make("/v1/key_quorums", { public_keys: [agent.publicKey] })).id;
  walletId = (await make("/v1/wallets", { chain_type: "ethereum", owner: { public_key: owner.publicKey } })).id;
  const consent = { additional_signers: [{ signer_id: quorumId, override_policy_ids: [policyId] }] };
  allowed.push(await client.request("PATCH", `/v1/wallets/${walletId}`, { body: consent, keys: [owner] }));
  allowed.push(await rpc(MESSAGE, [agent]));
  expect((await rpc(FORBIDDEN, [agent])).status).toBe(400);
  const removal = { additional_signers: [] };
  allowed.push(await client.request("PATCH", `/v1/wallets/${walletId}`, { body: removal, keys: [owner] }));
  expect((await rpc(MESSAGE, [agent])).status).toBe(401);
  // Enough for a full tile and one that is not.
  await Promise.all(Array.from({ length: 300 }, async () => allowed.push(await rpc(MESSAGE, [owner]))));
});
afterAll(async () => {
  await stack?.stop();
  if (folder !== undefined) rmSync(folder, { recursive: true });
});

async function mandate(...args: string[]): Promise<{ code: number; out: string }> {
  const bin = fileURLToPath(new URL("../../cli/bin/mandate.cts", import.meta.url));
  const env = { PATH: process.env.PATH, MANDATE_DATA_DIR: stack.dataDir };
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [bin, ...args], { cwd: folder, env });
    return { code: 0, out: stdout };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, out: stdout + stderr };
  }
}

type Checkpoint = { size: number; key: string; checkpoint: string };
const checkpoint = async () => (await client.request("GET", "/v1/records/checkpoint")).json as Checkpoint;

describe("the record of a wallet", () => {
  type Row = { id: string; index: number; decision: string; entry: string };
  let rows: Row[];

  it("is shown to its own app only, in pages", async () => {
    const other = stack.client(await stack.createApp());
    expect((await other.request("GET", `/v1/wallets/${walletId}/records`)).status).toBe(404);
    for (const cursor of ["0", "-1", "x", "1e3"]) {
      const answer = await client.request("GET", `/v1/wallets/${walletId}/records?cursor=${cursor}`);
      expect([cursor, answer.status]).toEqual([cursor, 400]);
    }
    rows = [];
    for (let next: string | null = ""; next !== null; ) {
      const at = next === "" ? "" : `&cursor=${next}`;
      const { json } = await client.request("GET", `/v1/wallets/${walletId}/records?limit=100${at}`);
      const page = json as { data: Row[]; next_cursor: string | null };
      rows.push(...page.data);
      next = page.next_cursor;
    }
    expect(rows.length).toBe(306);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(306);
  });

  it("tells consent, use, refusal and removal, with reasons", () => {
    const bodies = rows.slice(0, 6).map(({ entry }) => JSON.parse(entry).body);
    expect(bodies.map(({ operation, decision }) => `${operation} ${decision}`)).toEqual([
      "createWallet ALLOW",
      "updateWallet ALLOW",
      "walletRpc ALLOW",
      "walletRpc DENY",
      "updateWallet ALLOW",
      "walletRpc DENY",
    ]);
    expect(bodies[1].after.additional_signers).toEqual([{ signer_id: quorumId, override_policy_ids: [policyId] }]);
    expect(bodies[2]).toMatchObject({ request_body: MESSAGE, policy: { policy_id: policyId, policy_version: 1 } });
    expect(bodies[3].policy.reason).toBe("no_rule_allows");
    expect(bodies[4].after.additional_signers).toEqual([]);
    expect(bodies[5].refusal).toEqual({ status: 401, code: "zero_correct_authorization_signatures" });
  });

  it("proves each entry in one file that a verifier without our packages reads", async () => {
    const { key } = await checkpoint();
    for (const { id, index, entry } of [...rows.slice(0, 6), rows.at(-1)!]) {
      const { text } = await client.request("GET", `/v1/records/${id}/proof`);
      expect(verifyProof(text, key)).toEqual({ index, receipt: JSON.parse(entry) });
      expect(() => verifyProof(text.replace('\\"deleted\\":false', '\\"deleted\\":true'), key)).toThrow();
    }
    expect((await client.request("GET", "/v1/records/a23456789012345678901234/proof")).status).toBe(404);
  });

  it("was promised with every answer that was allowed", async () => {
    const { key } = await checkpoint();
    const indexes = new Set<number>();
    for (const answer of allowed) {
      const receipt = verifyReceiptHeader(answer.headers["mandate-receipt"] ?? "", key);
      const proof = await client.request("GET", `/v1/records/${receipt.id}/proof`);
      const proven = verifyProof(proof.text, key);
      expect(proven.receipt).toEqual(receipt);
      indexes.add(proven.index);
    }
    expect(indexes.size).toBe(allowed.length);
    expect((await rpc(FORBIDDEN, [owner])).headers["mandate-receipt"]).toBeDefined();
    expect((await rpc(MESSAGE, [agent])).headers["mandate-receipt"]).toBeUndefined();
  });
});

describe("an export", () => {
  it("verifies with the command and with the other verifier; a later one continues it", async () => {
    const exported = await mandate("records", "export", "--app", app.id, "--out", "first", "--json");
    expect(exported.code, exported.out).toBe(0);
    const { size, key } = JSON.parse(exported.out) as Checkpoint;
    expect(verifyExport(join(folder, "first"), key).length).toBe(size);
    await rpc(MESSAGE, [owner]);
    expect((await mandate("records", "export", "--app", app.id, "--out", "second")).code).toBe(0);
    const verified = await mandate("records", "verify", "--in", "second", "--key", key, "--since", "first", "--json");
    expect(JSON.parse(verified.out)).toMatchObject({ ok: true, size: size + 1, key_pinned: true });
    expect((await mandate("records", "verify", "--in", "first", "--since", "second")).code).toBe(1);
    expect((await mandate("records", "export", "--app", app.id, "--out", "first")).out).toContain("exists already");
    const { json } = await client.request("GET", `/v1/records/consistency?from=${size}`);
    expect(json).toMatchObject({ from: size, to: size + 1, key });
    expect((await client.request("GET", `/v1/records/consistency?from=${size + 9}`)).status).toBe(400);
  });

  it("that was changed is found out by both", async () => {
    const { key } = await checkpoint();
    cpSync(join(folder, "first"), join(folder, "bad"), { recursive: true });
    const path = join(folder, "bad/tile/entries/000");
    const bundle = readFileSync(path);
    bundle[bundle.indexOf("order:42") + 7] = 0x33;
    writeFileSync(path, bundle);
    const { code, out } = await mandate("records", "verify", "--in", "bad");
    expect([code, out]).toEqual([1, expect.stringContaining("is not the one of its hash tile")]);
    expect(() => verifyExport(join(folder, "bad"), key)).toThrow("does not fit");
  });

  it("of a proof, and of nothing", async () => {
    const { json } = await client.request("GET", `/v1/wallets/${walletId}/records?limit=1`);
    const { id } = (json as { data: { id: string }[] }).data[0]!;
    const { text } = await client.request("GET", `/v1/records/${id}/proof`);
    writeFileSync(join(folder, "proof.json"), text);
    expect((await mandate("records", "verify", "--in", "proof.json")).code).toBe(0);
    writeFileSync(join(folder, "proof.json"), text.replace("order", "ordre").replace("createWallet", "updateWallet"));
    expect((await mandate("records", "verify", "--in", "proof.json")).code).toBe(1);
    expect((await mandate("records", "verify", "--in", "nothing")).code).toBe(1);
    expect((await mandate("records", "verify")).code).toBe(2);
  });
});
