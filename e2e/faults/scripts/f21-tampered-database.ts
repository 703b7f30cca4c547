import { randomInt } from "node:crypto";
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import type { JsonObject } from "@mandate/core/encoding/json-value";
import Database from "libsql";
import { generateP256Key, type P256Key } from "../../processes/signed-request.ts";
import type { Fault } from "../fault.ts";
import { startSite } from "../site.ts";

const UNTOUCHED = 20;
const targets = ["wallet", "key_quorum", "policy", "secret"] as const;
const attacks = ["flip", "cut", "swap", "older"] as const;
type Target = (typeof targets)[number];
type Wallet = { id: string; quorumId: string; policyId: string };

const MESSAGE = { method: "personal_sign", params: { message: "order:42", encoding: "utf-8" } };
const rule = (action: string): JsonObject => ({ name: "r", method: "personal_sign", action, conditions: [] });

/** Every attack on every target, in turn. */
const targetOf = (at: number): Target => targets[Math.floor(at / attacks.length) % targets.length]!;

/** Somebody writes into the database while the server is down: one record of each wallet is not what was sealed. */
export const tamperedDatabase: Fault = {
  id: "F21",
  title: "database written into or rolled back",
  mustHold: "a wallet of which one record was changed signs nothing and says why; all others work",
  async run({ full }) {
    const cases = full ? 1000 : 160;
    const site = await startSite({ MANDATE_DEV_CHAINS: "0" });
    try {
      const owner = generateP256Key();
      const wallets = await inTurns(cases + UNTOUCHED, () => makeWallet(site, owner));
      await site.restart(() => copyFileSync(join(site.dataDir, "mandate.db"), join(site.dataDir, "older.db")));
      // The second version. Of the policies that are rolled back it denies, so that the older state would sign.
      await inTurns(wallets.length, async (at) => {
        const action = at < cases && targetOf(at) === "policy" ? "DENY" : "ALLOW";
        await site.make("PATCH", `/v1/policies/${wallets[at]!.policyId}`, { rules: [rule(action)] });
        await site.make("PATCH", `/v1/wallets/${wallets[at]!.id}`, { display_name: "second" }, [owner]);
      });
      await site.restart(() => tamper(site.dataDir, wallets, cases));
      return await judge(site, wallets, cases, owner);
    } finally {
      await site.remove();
    }
  },
};

type Site = Awaited<ReturnType<typeof startSite>>;

async function makeWallet(site: Site, owner: P256Key): Promise<Wallet> {
  const policy = await site.make("POST", "/v1/policies", {
    ...{ version: "1.0", name: "p", chain_type: "ethereum", rules: [rule("ALLOW")] },
  });
  const wallet = await site.make("POST", "/v1/wallets", {
    ...{ chain_type: "ethereum", owner: { public_key: owner.publicKeySpkiBase64 }, policy_ids: [String(policy.id)] },
  });
  return { id: String(wallet.id), quorumId: String(wallet.owner_id), policyId: String(policy.id) };
}

async function judge(site: Site, wallets: Wallet[], cases: number, owner: P256Key) {
  const violations: string[] = [];
  const answers = new Map<string, number>();
  let released = 0;
  await inTurns(wallets.length, async (at) => {
    const { status, body } = await site.send("POST", `/v1/wallets/${wallets[at]!.id}/rpc`, MESSAGE, [owner]);
    const what = at < cases ? `${targetOf(at)} ${attacks[at % attacks.length]}` : "untouched";
    const { code, data } = JSON.parse(body) as { code?: string; data?: unknown };
    const said = `${status} ${code ?? "signed"}`;
    answers.set(said, (answers.get(said) ?? 0) + 1);
    if (at >= cases) {
      if (status !== 200) violations.push(`a wallet that was left alone: ${said}`);
      return;
    }
    if (status < 400 || data !== undefined) released++;
    if (said !== "500 record_integrity") violations.push(`${what}: ${said}`);
  });
  for (const text of ["was the database restored or altered?", "does not open under this signer's root key"])
    if (!site.output().includes(text)) violations.push(`the log does not say "${text}"`);
  const told = [...answers].map(([said, count]) => `${count} × ${said}`).join(", ");
  return { figures: { "records changed": cases, "signatures released": released, answers: told }, violations };
}

/** One case for each wallet: the seal of a record, or the sealed key. */
function tamper(dataDir: string, wallets: Wallet[], cases: number): void {
  const database = new Database(join(dataDir, "mandate.db"));
  const older = new Database(join(dataDir, "older.db"));
  database.exec("BEGIN");
  for (let at = 0; at < cases; at++) {
    const wallet = wallets[at]!;
    const target = targetOf(at);
    const attack = attacks[at % attacks.length]!;
    const now = readSeal(database, target, wallet);
    // Of quorums and keys there is one version: they get another wallet's instead.
    const isOlder = attack === "older" && (target === "wallet" || target === "policy");
    const other = wallets[cases + (at % UNTOUCHED)]!;
    const sealed =
      attack === "flip"
        ? flip(now)
        : attack === "cut"
          ? now.slice(0, randomInt(now.length))
          : isOlder
            ? readSeal(older, target, wallet)
            : readSeal(database, target, other);
    const [sql, ...names] =
      target === "secret"
        ? ["UPDATE wallet_secrets SET sealed_key = ? WHERE wallet_id = ?", wallet.id]
        : ["UPDATE records SET sealed = ? WHERE type = ? AND id = ?", target, idOf(target, wallet)];
    database.prepare(sql).run([sealed, ...names]);
  }
  database.exec("COMMIT");
  database.close();
  older.close();
}

function readSeal(database: InstanceType<typeof Database>, target: Target, wallet: Wallet): string {
  const [sql, ...names] =
    target === "secret"
      ? ["SELECT sealed_key FROM wallet_secrets WHERE wallet_id = ?", wallet.id]
      : ["SELECT sealed FROM records WHERE type = ? AND id = ?", target, idOf(target, wallet)];
  return (database.prepare(sql).raw().get(names) as string[])[0]!;
}

function idOf(target: Target, { id, quorumId, policyId }: Wallet): string {
  return { wallet: id, secret: id, key_quorum: quorumId, policy: policyId }[target];
}

/** One character becomes another, so that the text stays storable. */
function flip(sealed: string): string {
  const at = randomInt(sealed.length);
  return sealed.slice(0, at) + (sealed[at] === "a" ? "b" : "a") + sealed.slice(at + 1);
}

/** Runs `count` times, 16 at once; results in order. */
async function inTurns<T>(count: number, work: (at: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  const worker = async () => {
    while (next < count) {
      const at = next++;
      results[at] = await work(at);
    }
  };
  await Promise.all(Array.from({ length: 16 }, worker));
  return results;
}
