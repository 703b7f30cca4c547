import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SignerUnavailableError } from "@mandate/signer/client";
import type { SignerAccepted, SignerAnswer, SignerRefused, SignerRequest } from "@mandate/signer/protocol";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ApiError } from "../api-error.ts";
import type { Deps } from "../deps.ts";
import type { HttpRequest } from "../http/request.ts";
import { createStorage } from "../storage/open-storage.ts";
import type { CommitUnit, PutRecord, Storage } from "../storage/storage.ts";
import type { AuthorityPlan } from "./authority-plan.ts";
import { decideAndCommit, jsonAnswer } from "./decide-and-commit.ts";

const APP = "c23456789012345678901234a";
const WALLET = { type: "wallet" as const, id: "w23456789012345678901234" };

let folder: string;
let storage: Storage;
let nowMs: number;
let logged: string[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "mandate-decide-"));
  storage = await createStorage(join(folder, "test.db"));
  nowMs = 1_800_000_000_000;
  logged = [];
  await put(sealed("app", APP, 1));
  await put(sealed("wallet", WALLET.id, 1));
});
afterEach(async () => {
  await storage.close();
  rmSync(folder, { recursive: true });
});

function sealed(type: PutRecord["type"], id: string, version: number, deleted = false): PutRecord {
  const body = { owner_id: null, policy_ids: [], additional_signers: [], user_ids: [], key_quorum_ids: [] };
  const text = JSON.stringify({ v: 1, type, app_id: APP, id, version, deleted, created_at: 1, body });
  const wallet =
    type === "wallet"
      ? { wallet: { address: "0x", chainType: "ethereum", externalId: undefined, archived: false } }
      : {};
  const record = { type, id, version, deleted, createdAtMs: 1, references: [], sealed: `1.a.b.${text}` };
  return deleted ? record : { ...record, ...wallet };
}

async function put(record: PutRecord): Promise<void> {
  const expected = record.version > 1 ? [{ type: record.type, id: record.id, version: record.version - 1 }] : [];
  expect(await storage.commit({ appId: APP, expect: expected, put: [record] })).toMatchObject({ ok: true });
}

let serial = 0;

function accepted(version: number, parts: Partial<SignerAccepted> = {}): SignerAccepted {
  return {
    outcome: "accepted",
    used: [{ ...WALLET, version }],
    put: [],
    walletSecrets: [],
    receipt: { id: `r${serial++}`, receipt: `decided under ${version}`, decision: "ALLOW", walletId: WALLET.id },
    consume: [],
    result: { signature: `under ${version}` },
    ...parts,
  };
}

function refused(code: string, parts: Partial<SignerRefused> = {}): SignerRefused {
  return { outcome: "refused", status: 400, code, error: "no", used: [], ...parts };
}

/** The signer answers by this script; beyond its end it answers like its last line. */
function depsWith(...script: ((request: SignerRequest) => SignerAnswer | Promise<SignerAnswer>)[]) {
  const asked: SignerRequest[] = [];
  const deps = {
    storage,
    nowMs: () => nowMs,
    records: { note: () => undefined },
    log: { error: (message: string) => logged.push(message), info: () => undefined },
    signer: {
      close: () => undefined,
      async send(message: { kind: string }): Promise<SignerAnswer> {
        if (message.kind !== "request") return { outcome: "noted" };
        asked.push(message as SignerRequest);
        return script[Math.min(asked.length, script.length) - 1]!(message as SignerRequest);
      },
    },
  } as unknown as Deps;
  return { deps, asked };
}

function requestWith(headers: { [name: string]: string } = {}): HttpRequest {
  const target = `/v1/wallets/${WALLET.id}/rpc`;
  return {
    method: "POST",
    target,
    path: target,
    params: {},
    query: {},
    headers: { "privy-app-id": APP, ...headers },
    rawBody: new Uint8Array(0),
    body: { method: "personal_sign" },
    requestId: "r",
    remoteAddress: "",
    receivedAtMs: nowMs,
    signal: new AbortController().signal,
    annotations: {},
    answerHeaders: {},
  };
}

const plan: AuthorityPlan = {
  appId: APP,
  target: { key: WALLET, missing: "not_found" },
  records: [],
  idempotent: true,
  answer: ({ result }) => jsonAnswer(result),
};

async function run(deps: Deps, request = requestWith(), more: Partial<AuthorityPlan> = {}): Promise<string> {
  try {
    return (await decideAndCommit(deps, request, { ...plan, ...more })).answer.body;
  } catch (error) {
    return error instanceof ApiError ? `${error.status} ${error.code}` : (error as Error).name;
  }
}

const receipts = async () => (await storage.listReceipts(APP, 0, 100)).map(({ receipt }) => receipt);

describe("I15: a decision whose records moved on", () => {
  it("is thrown away, and made again on what is current", async () => {
    const { deps, asked } = depsWith(
      async () => {
        await put(sealed("wallet", WALLET.id, 2));
        return accepted(1);
      },
      () => accepted(2),
    );
    expect(await run(deps)).toBe('{"signature":"under 2"}');
    expect(asked[0]!.records.join()).toContain('"version":1');
    expect(asked[1]!.records.find((record) => record.includes(WALLET.id))).toContain('"version":2');
    expect(await receipts()).toEqual(["decided under 2"]);
  });

  it("is given up after a bounded number of times, with nothing recorded", async () => {
    const { deps, asked } = depsWith(() => accepted(99));
    expect(await run(deps)).toBe("409 resource_conflict");
    expect(asked).toHaveLength(12);
    expect(await receipts()).toEqual([]);
  });

  it("because the target was deleted is not found", async () => {
    const { deps } = depsWith(async () => {
      await put(sealed("wallet", WALLET.id, 2, true));
      return accepted(1);
    });
    expect(await run(deps)).toBe("404 not_found");
    expect(await receipts()).toEqual([]);
  });
});

describe("I18: a record that the signer has seen newer", () => {
  const policy = { type: "policy" as const, id: "p23456789012345678901234" };
  const stale = (): SignerAnswer => ({ outcome: "stale", records: [{ ...policy, version: 1 }] });

  it("is loaded again when storage has the newer one, deleted or not", async () => {
    for (const deleted of [false, true]) {
      const id = deleted ? `${policy.id.slice(0, -1)}x` : policy.id;
      await put(sealed("policy", id, 1));
      const { deps } = depsWith(
        async () => {
          await put(sealed("policy", id, 2, deleted));
          return { outcome: "stale", records: [{ type: "policy", id, version: 1 }] };
        },
        () => accepted(1),
      );
      expect(await run(deps), `deleted: ${deleted}`).toBe('{"signature":"under 1"}');
    }
    expect(logged).toEqual([]);
  });

  it("means that storage was rolled back when it has nothing newer, and is said aloud", async () => {
    await put(sealed("policy", policy.id, 1));
    const { deps, asked } = depsWith(stale);
    expect(await run(deps)).toBe("500 record_integrity");
    expect(asked).toHaveLength(1);
    expect(logged).toHaveLength(1);
  });
});

describe("I6: a request that expires", () => {
  const expiring = { requestExpiryMs: 1_800_000_001_000 };

  it("while the signer is at work is neither recorded nor released", async () => {
    const { deps } = depsWith(() => {
      nowMs += 1001;
      return accepted(1, expiring);
    });
    expect(await run(deps)).toBe("400 request_expired");
    expect(await receipts()).toEqual([]);
  });

  it("while it is recorded is not released", async () => {
    const { deps } = depsWith(() => accepted(1, expiring));
    const slow = { ...deps, storage: slowCommit() };
    expect(await run(slow)).toBe("400 request_expired");
  });

  it("while it is recorded is not sent by anybody later either", async () => {
    const transaction = {
      id: "t23456789012345678901234",
      walletId: WALLET.id,
      caip2: "eip155:1",
      nonce: "0",
      hash: "0x01",
      signed: "0x02",
      referenceId: undefined,
      createdAtMs: nowMs,
    };
    const { deps } = depsWith(() => accepted(1, expiring));
    const extend = () => ({ transaction });
    expect(await run({ ...deps, storage: slowCommit() }, requestWith(), { extend })).toBe("400 request_expired");
    expect(await storage.listUnbroadcast(10)).toEqual([]);
    expect(await storage.findTransaction(APP, transaction.id)).toMatchObject({ status: "failed" });
  });

  it("in this very millisecond is still good", async () => {
    const { deps } = depsWith(() => {
      nowMs += 1000;
      return accepted(1, expiring);
    });
    expect(await run(deps)).toBe('{"signature":"under 1"}');
  });

  function slowCommit(): Storage {
    const commit = async (unit: CommitUnit) => {
      const result = await storage.commit(unit);
      nowMs += 1001;
      return result;
    };
    return new Proxy(storage, { get: (inner, name) => (name === "commit" ? commit : Reflect.get(inner, name)) });
  }
});

describe("records that the signer asks for", () => {
  it("are the caller's mistake when they do not exist", async () => {
    const { deps } = depsWith(() => ({ outcome: "need", records: [{ type: "policy", id: "nowhere" }] }));
    expect(await run(deps)).toBe("400 invalid_data");
  });

  it("are sent also when they were deleted: what that means is the signer's to say", async () => {
    await put(sealed("user", "did:privy:gone", 1));
    await put(sealed("user", "did:privy:gone", 2, true));
    const { deps, asked } = depsWith(
      () => ({ outcome: "need", records: [{ type: "user", id: "did:privy:gone" }] }),
      () => accepted(1),
    );
    expect(await run(deps)).toBe('{"signature":"under 1"}');
    expect(
      asked[1]!.records.some((record) => record.includes("did:privy:gone") && record.includes('"deleted":true')),
    ).toBe(true);
  });

  it("are not looked for without end", async () => {
    const { deps, asked } = depsWith(() => ({ outcome: "need", records: [WALLET] }));
    expect(await run(deps)).toBe("500 record_integrity");
    expect(asked.length).toBeLessThan(10);
  });
});

describe("a refusal", () => {
  const receipt = { id: "denied", receipt: "denied", decision: "DENY" as const, walletId: WALLET.id };

  it("is recorded with its reason before the caller reads it", async () => {
    const { deps } = depsWith(() => refused("policy_violation", { receipt }));
    expect(await run(deps)).toBe("400 policy_violation");
    expect(await receipts()).toEqual(["denied"]);
  });

  it.each([
    ["policy_violation", 400, false],
    ["zero_correct_authorization_signatures", 401, false],
    ["request_expired", 400, false],
    ["internal_error", 500, false],
    ["invalid_data", 400, true],
  ])("%s under an idempotency key is remembered: %s %s", async (code, status, remembered) => {
    const request = requestWith({ "privy-idempotency-key": "k" });
    const first = depsWith(() => refused(code, { status }));
    expect(await run(first.deps, request)).toBe(`${status} ${code}`);
    const second = depsWith(() => accepted(1));
    const answer = await run(second.deps, request);
    expect(second.asked).toHaveLength(remembered ? 0 : 1);
    expect(answer).toBe(remembered ? JSON.stringify({ error: "no", code }) : '{"signature":"under 1"}');
  });

  it("with a code that nobody declared is an internal error", async () => {
    const { deps } = depsWith(() => refused("something_new", { status: 500 }));
    expect(await run(deps)).toBe("500 internal_error");
  });

  it("by silence leaves nothing behind", async () => {
    const { deps } = depsWith(() => {
      throw new SignerUnavailableError("gone");
    });
    expect(await run(deps)).toBe("SignerUnavailableError");
    expect(await receipts()).toEqual([]);
  });
});

describe("a payload that is executed once", () => {
  const once = (version: number, result: string) =>
    accepted(version, { consume: [{ digest: "d", expiresAtMs: nowMs + 1000 }], result: { signature: result } });

  it("is answered as it was the first time", async () => {
    expect(await run(depsWith(() => once(1, "first")).deps)).toBe('{"signature":"first"}');
    expect(await run(depsWith(() => once(1, "second")).deps)).toBe('{"signature":"first"}');
    expect(await receipts()).toHaveLength(1);
  });

  it("is refused when it named no expiry and what it changed has changed since", async () => {
    expect(await run(depsWith(() => once(1, "first")).deps)).toBe('{"signature":"first"}');
    const again = (now: object) =>
      run(depsWith(() => once(1, "x")).deps, requestWith(), { current: async () => jsonAnswer(now) });
    expect(await again({ signature: "first" })).toBe('{"signature":"first"}');
    expect(await again({ signature: "other" })).toBe("400 invalid_state");
  });
});
