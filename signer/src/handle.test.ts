import { beforeAll, describe, expect, it } from "vitest";
import { handle, type SignerState } from "./handle.ts";
import type { SignerAnswer, SignerRequest } from "./protocol.ts";
import { createTestSigner, makeRequest, type TestSigner } from "./testing/harness.ts";
import { createWorld, PERSONAL_SIGN, type World } from "./testing/world.ts";

let world: World & { signer: TestSigner };
let request: SignerRequest;

beforeAll(async () => {
  world = await createWorld(await createTestSigner());
  const path = `/v1/wallets/${world.wallets.alice.id}/rpc`;
  const call = { app: world.app, method: "POST", path, body: PERSONAL_SIGN, keys: [world.aliceKey] };
  request = world.harness.api.complete(makeRequest(call));
});

function ask(message: object, state: SignerState = world.signer.state): SignerAnswer {
  const { body = new Uint8Array(0), ...header } = message as { body?: Uint8Array };
  return handle(state, { header: { v: 1, id: 1, ...header }, body });
}

describe("phases (I32)", () => {
  it("answers nothing but the status while it is sealed", () => {
    const sealed: SignerState = { ...world.signer.state, phase: "sealed", context: undefined };
    expect(ask(request, sealed)).toMatchObject({ outcome: "refused", status: 503, code: "signer_not_ready" });
    expect(ask({ kind: "committed", records: [] }, sealed)).toMatchObject({ status: 503 });
    expect(ask({ kind: "status" }, sealed)).toMatchObject({ outcome: "status", phase: "sealed" });
    // Not even with a context that should not be there, and not without one that should.
    expect(ask(request, { ...world.signer.state, phase: "sealed" })).toMatchObject({ status: 503 });
    expect(ask(request, { ...world.signer.state, context: undefined })).toMatchObject({ status: 503 });
  });

  it("takes note but signs no more while it stops", () => {
    const stopping: SignerState = { ...world.signer.state, phase: "stopping" };
    expect(ask(request, stopping)).toMatchObject({ outcome: "refused", status: 503 });
    expect(ask({ kind: "committed", records: [] }, stopping)).toEqual({ outcome: "noted" });
    expect(ask(request).outcome).toBe("accepted");
  });
});

describe("messages", () => {
  it("are refused unless every member has the shape of the protocol", () => {
    const wrong: object[] = [
      ...[{}, { kind: null }, { kind: "sign" }, { kind: "__proto__" }, { kind: ["status"] }, { kind: "committed" }],
      ...[
        { kind: "committed", records: "x" },
        { kind: "committed", records: [1] },
        { kind: "committed", records: ["\ud800"] },
      ],
      ...[
        { kind: "committed", records: Array(2001).fill("") },
        { ...request, records: undefined },
        { ...request, records: {} },
      ],
      ...[
        { ...request, records: [...request.records, null] },
        { ...request, records: Array(2001).fill(request.records[0]) },
      ],
      ...[
        { ...request, method: 1 },
        { ...request, target: undefined },
        { ...request, target: `/${"a".repeat(8192)}` },
      ],
      ...[
        { ...request, headers: null },
        { ...request, headers: "x" },
        { ...request, headers: { authorization: ["Basic x"] } },
      ],
      ...[
        { ...request, headers: { ...request.headers, "privy-idempotency-key": "\udfff" } },
        { ...request, walletSecret: 1 },
      ],
      ...[
        { ...request, fill: [], kind: "x" },
        { ...request, fill: null },
        { ...request, fill: { nonce: 1 } },
        { ...request, fill: { to: "0x1" } },
      ],
    ];
    for (const message of wrong) {
      expect(ask(message), JSON.stringify(message).slice(0, 200)).toMatchObject({
        status: 400,
        code: "invalid_message",
      });
    }
  });

  it("may come without any records: the signer names what it misses until it can decide", () => {
    const records: string[] = [];
    const asked: string[][] = [];
    for (let round = 0; round < 8; round++) {
      const answer = ask({ ...request, records });
      if (answer.outcome !== "need") {
        expect(answer.outcome).toBe("accepted");
        // The policies of all principals last: their aggregations count what any of them releases.
        expect(asked).toEqual([["app"], ["wallet"], ["key_quorum", "key_quorum"], ["user"], ["policy"]]);
        return;
      }
      asked.push(answer.records.map(({ type }) => type));
      const found = world.harness.api.load(world.app.id, answer.records);
      expect(found.length).toBeGreaterThan(0);
      records.push(...found);
    }
    expect.unreachable("it kept asking");
  });

  it("name in `used` every record that the decision rests on, in the version it had", () => {
    const answer = ask(request);
    if (answer.outcome !== "accepted") return expect.unreachable(JSON.stringify(answer));
    const { alice } = world.wallets;
    const types = answer.used.map(({ type }) => type).sort();
    expect(types).toEqual(["app", "key_quorum", "user", "user_key", "wallet"]);
    expect(answer.used).toContainEqual({ type: "wallet", id: alice.id, version: 1 });
    for (const used of answer.used) {
      expect(world.harness.api.current.get(`${world.app.id}/${used.type}/${used.id}`)?.version).toBe(used.version);
    }
  });

  it("do not bring the signer down when something inside fails", () => {
    const reports: string[] = [];
    const { context } = world.signer.state;
    const failing = {
      ...context!,
      nowMs: () => {
        throw new TypeError(`a secret: ${world.app.secret}`);
      },
    };
    const state: SignerState = { ...world.signer.state, context: failing, report: (message) => reports.push(message) };
    const answer = ask(request, state);
    expect(answer).toMatchObject({ status: 500, code: "internal_error" });
    expect(reports.length).toBe(1);
    expect(JSON.stringify([answer, reports])).not.toContain(world.app.secret);
  });
});
