import { encodeBase64 } from "@mandate/core/encoding/base64";
import { decodeBase64Url } from "@mandate/core/encoding/base64url";
import { encodeUtf8 } from "@mandate/core/encoding/utf8";
import { parseCheckpoint, parseLogKey, verifyCheckpoint } from "@mandate/core/log/checkpoint";
import {
  appendLeafHash,
  emptyEdge,
  hashLeaf,
  listConsistencyPath,
  rootOfEdge,
  type TreeEdge,
} from "@mandate/core/log/merkle-tree";
import { formatReceiptToken, openReceiptToken } from "@mandate/core/log/receipt-token";
import { describe, expect, it } from "vitest";
import type { SignerAnswer, SignerCheckpointQuery } from "./protocol.ts";
import { createTestSigner, type TestSigner } from "./testing/harness.ts";
import { askThroughFrames } from "./testing/honest-api.ts";
import { createWorld, PERSONAL_SIGN, RPC_BODIES } from "./testing/world.ts";

const signer = await createTestSigner();
const world = await createWorld(signer);
for (let at = 0; at < 30; at++) await createWallet();

async function createWallet(): Promise<void> {
  await world.harness.createWallet(world.app, {});
}

/** The receipts of one app, in the order of their commits. */
function receipts(appId = world.app.id): string[] {
  return world.harness.api.receipts.filter((sealed) => bodyText(sealed).startsWith(`{"app_id":"${appId}"`));
}

const bodyText = (sealed: string) => sealed.slice(sealed.indexOf("{"));
const leafOf = (sealed: string) => hashLeaf(encodeUtf8(bodyText(sealed)));

function edgeOf(sealed: readonly string[]): TreeEdge {
  const edge = emptyEdge();
  for (const receipt of sealed) appendLeafHash(edge, leafOf(receipt));
  return edge;
}

type Parts = Partial<SignerCheckpointQuery> & { before?: string[]; more?: string[] };

function ask({ before = [], more = [], ...parts }: Parts, who: TestSigner = signer): SignerAnswer {
  const edge = edgeOf(before);
  const query = { appId: world.app.id, size: edge.size, edge: edge.hashes.map(encodeBase64), receipts: more };
  return askThroughFrames(who.state, { kind: "checkpoint", ...query, ...parts });
}

function signed(answer: SignerAnswer): string {
  if (answer.outcome !== "checkpoint") throw new Error(JSON.stringify(answer));
  const checkpoint = parseCheckpoint(answer.checkpoint)!;
  expect(verifyCheckpoint(checkpoint, parseLogKey(answer.key)!)).toBe(true);
  return answer.checkpoint;
}

const REFUSED = { outcome: "refused", code: "record_integrity" };
const fresh = () => createTestSigner();

describe("a checkpoint", () => {
  const all = receipts();
  const altered = (sealed: string) => sealed.replace('"version":1', '"version":2');

  it("is refused for what this signer did not seal as a receipt of this app", async () => {
    const other = receipts(world.otherApp.id)[0]!;
    const wallet = [...world.harness.api.current.values()].find(({ type }) => type === "wallet")!.sealed;
    for (const foreign of [other, wallet, altered(all[3]!), all[3]!.slice(0, -1), "x", ""]) {
      expect(ask({ more: [...all.slice(0, 3), foreign] }, await fresh())).toMatchObject(REFUSED);
    }
  });

  it("is refused for a tree that nobody has signed", async () => {
    const who = await fresh();
    expect(ask({ before: all.slice(0, 5), more: all.slice(5) }, who)).toMatchObject(REFUSED);
    const other = signed(ask({ more: all.slice(0, 6) }, await fresh()));
    expect(ask({ before: all.slice(0, 5), more: all.slice(5), previous: other }, who)).toMatchObject(REFUSED);
    expect(ask({ before: all.slice(0, 5), edge: [] }, who)).toMatchObject(REFUSED);
    expect(ask({ before: all.slice(0, 5), size: 6 }, who)).toMatchObject(REFUSED);
  });

  it("is refused when the log was cut, altered, reordered or forked since the last one", async () => {
    const who = await fresh();
    signed(ask({ more: all.slice(0, 20) }, who));
    const [a, b] = [all[7]!, all[8]!];
    for (const more of [
      all.slice(0, 19),
      [...all.slice(0, 7), ...all.slice(8)],
      [...all.slice(0, 7), b, a, ...all.slice(9)],
      [...all.slice(0, 7), a, ...all.slice(7)],
      [...all.slice(1), a],
    ]) {
      expect(ask({ more }, who)).toMatchObject(REFUSED);
    }
    const forked = [...all.slice(0, 19), all[20]!];
    const previous = signed(ask({ more: forked }, await fresh()));
    expect(ask({ before: forked, more: all.slice(21), previous }, who)).toMatchObject(REFUSED);
    signed(ask({ before: all.slice(0, 20), more: all.slice(20) }, who));
  });

  it("continues after a crash before it was stored, and after nothing new", async () => {
    const who = await fresh();
    const first = signed(ask({ more: all.slice(0, 10) }, who));
    signed(ask({ before: all.slice(0, 10), more: all.slice(10, 15) }, who));
    const again = signed(ask({ before: all.slice(0, 10), more: all.slice(10, 18) }, who));
    expect(parseCheckpoint(again)!.size).toBe(18);
    expect(signed(ask({ before: all.slice(0, 18) }, who))).toBe(again);
    expect(first).not.toBe(again);
  });

  it("continues what another signer signed, when it is proven to continue what this one did", async () => {
    const [one, two] = [await fresh(), await fresh()];
    signed(ask({ more: all.slice(0, 11) }, one));
    const previous = signed(ask({ more: all.slice(0, 21) }, two));
    const next = { before: all.slice(0, 21), more: all.slice(21), previous };
    expect(ask(next, one)).toEqual({ outcome: "need_consistency", size: 11 });
    const path = listConsistencyPath(11, 21).map((range) => rootOfEdge(edgeOf(all.slice(range.from, range.to))));
    expect(ask({ ...next, consistency: path.slice(1).map(encodeBase64) }, one)).toMatchObject(REFUSED);
    signed(ask({ ...next, consistency: path.map(encodeBase64) }, one));
  });

  it("is the same for all replicas, and remembered before it is given", async () => {
    const one = await fresh();
    expect(signed(ask({ more: all }, one))).toBe(signed(ask({ more: all }, await fresh())));
    expect(one.context.logHeads.get(world.app.id)).toEqual({ size: all.length, root: rootOfEdge(edgeOf(all)) });
  });

  it("is not given when it cannot be remembered", async () => {
    const who = await createTestSigner({
      logHeads: {
        get: () => undefined,
        raise: () => {
          throw new Error("disk full");
        },
      },
    });
    who.state.report = () => undefined;
    expect(ask({ more: all }, who)).toMatchObject({ outcome: "refused", code: "internal_error" });
  });
});

describe("a receipt", () => {
  const { app, keys, wallets } = world;
  const call = (body: object, signers: (typeof keys.owner)[], wallet = wallets.otherApp) =>
    world.harness.call({
      app: wallet === wallets.otherApp ? world.otherApp : app,
      method: "POST",
      path: `/v1/wallets/${wallet.id}/rpc`,
      body,
      keys: signers,
    });
  const receiptOf = (sealed: string) => JSON.parse(bodyText(sealed));

  it("of a request that nobody signed well says so, and comes with no signature of ours", async () => {
    for (const [signers, code] of [
      [[], "missing_or_empty_authorization_header"],
      [[keys.foreign], "zero_correct_authorization_signatures"],
    ] as const) {
      const answer = await call(PERSONAL_SIGN, [...signers]);
      if (answer.outcome !== "refused") throw new Error("not refused");
      expect(answer.receipt).toMatchObject({ decision: "DENY", walletId: wallets.otherApp.id });
      expect(answer.receipt?.signature).toBeUndefined();
      const { body } = receiptOf(answer.receipt!.receipt);
      expect(body).toMatchObject({ decision: "DENY", refusal: { status: 401, code }, operation: "walletRpc" });
    }
  });

  it("is not made for callers without the app's secret, and not for malformed requests", async () => {
    const path = `/v1/wallets/${wallets.otherApp.id}/rpc`;
    const base = { app: world.otherApp, method: "POST", path, body: PERSONAL_SIGN };
    expect(await world.harness.call({ ...base, secret: null })).not.toHaveProperty("receipt");
    expect(await world.harness.call({ ...base, secret: "wrong" })).not.toHaveProperty("receipt");
    expect(await call({ method: "nonsense" }, [keys.owner])).not.toHaveProperty("receipt");
  });

  it("of a signature is signed by the log's key and holds what was decided on", async () => {
    const answer = await call(PERSONAL_SIGN, [keys.owner]);
    if (answer.outcome !== "accepted") throw new Error("not accepted");
    const entry = encodeUtf8(bodyText(answer.receipt.receipt));
    const token = formatReceiptToken(entry, decodeBase64Url(answer.receipt.signature!)!);
    expect(openReceiptToken(token, signer.context.logKey.publicKey)).toEqual(entry);
    expect(receiptOf(answer.receipt.receipt)).toMatchObject({
      type: "receipt",
      body: { request_body: PERSONAL_SIGN, decision: "ALLOW", changes: [], refusal: null, unowned: false },
    });
  });

  it("of a change holds the next version whole; of an app no secret", () => {
    const changes = world.harness.api.receipts.flatMap((sealed) => receiptOf(sealed).body.changes);
    const kinds = new Set(changes.map(({ type }) => type));
    expect(kinds).toEqual(new Set(["app", "user", "user_key", "key_quorum", "policy", "wallet"]));
    for (const { type, id, version, body } of changes) {
      if (type === "app")
        for (const name of ["secrets", "test_accounts", "token_key"]) expect(body).not.toHaveProperty(name);
      expect(JSON.stringify(body)).not.toMatch(/sha256|sealed|"2\.[0-9a-f]{16}\./);
      if (type !== "wallet" && type !== "policy") continue;
      const put = world.harness.api.history.get(
        `${[app.id, world.otherApp.id].find((appId) => world.harness.api.history.has(`${appId}/${type}/${id}`))}/${type}/${id}`,
      )!;
      expect(receiptOf(put[version - 1]!.sealed).body).toEqual(body);
    }
  });

  it("holds only the hash of the request where the operator wants that", async () => {
    const who = await createTestSigner({ seed: "hash" });
    who.context.recordBodies = "hash";
    const other = await createWorld(who);
    const answer = await other.harness.call({
      app: other.otherApp,
      method: "POST",
      path: `/v1/wallets/${other.wallets.otherApp.id}/rpc`,
      body: PERSONAL_SIGN,
      keys: [other.keys.owner],
    });
    if (answer.outcome !== "accepted") throw new Error("not accepted");
    expect(receiptOf(answer.receipt.receipt).body.request_body).toBeNull();
  });

  it("never has more bytes than an entry of a C2SP bundle may have", async () => {
    const rules = Array.from({ length: 60 }, (_, at) => ({
      name: `rule ${at}`,
      method: "eth_signTransaction",
      action: "DENY",
      conditions: [
        {
          field_source: "ethereum_transaction",
          field: "to",
          operator: "in",
          value: Array.from({ length: 40 }, (_, n) => `0x${String(at * 40 + n).padStart(40, "0")}`),
        },
      ],
    }));
    await world.harness.createPolicy(app, rules);
    const answer = await call(RPC_BODIES.small!, [keys.signer], wallets.alice);
    expect(answer.outcome).toBe("accepted");
    const sizes = world.harness.api.receipts.map((sealed) => encodeUtf8(bodyText(sealed)).length);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(65_535);
    const last = world.harness.api.receipts.map(receiptOf).find(({ body }) => body.changes.sha256 !== undefined);
    expect(last.body.operation).toBe("createPolicy");
  });
});
