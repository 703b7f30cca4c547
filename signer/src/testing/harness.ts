import { createHash, type KeyObject } from "node:crypto";
import { hpkeOpen } from "@mandate/core/crypto/hpke";
import { installPrimitives, type Primitives } from "@mandate/core/crypto/primitives";
import type { SignerContext } from "../core/context.ts";
import { HighWater } from "../core/high-water.ts";
import { deriveLogKey, type LogHead, type LogHeads } from "../core/record-log.ts";
import { createSealer } from "../core/seal.ts";
import type { SignerState } from "../handle.ts";
import { loadPrimitives } from "../primitives/native.ts";
import type { AuthorityHeaders, RecordType, SignerAnswer, SignerRequest } from "../protocol.ts";
import { isTokenKey, readUnverified, verifyUserToken } from "../user-token.ts";
import { type Ask, askThroughFrames, HonestApi } from "./honest-api.ts";
import { canonicalText, importPkcs8, seededRandom, signJwt, signText, type TestKey, testKey } from "./test-keys.ts";

export const ORIGIN = "https://wallets.example.test";
export const START_MS = 1_750_000_000_000;

export type TestApp = { id: string; secret: string };
export type TestUser = { id: string; subject: string };
export type TestWallet = { id: string; address: string; ownerId: string | null };

export type Call = {
  app: TestApp;
  method: string;
  path: string;
  /** Sent as JSON; undefined sends no bytes. */
  body?: unknown;
  /** Who signs, in this order. */
  keys?: readonly TestKey[];
  /** In place of the app's own; null sends no credentials. */
  secret?: string | null;
  idempotencyKey?: string;
  expiryMs?: number;
  /** What happens to the signature header on its way. */
  rewriteSignatures?: (header: string) => string;
  more?: Partial<Pick<SignerRequest, "fill" | "jwks" | "decideOnly" | "team">>;
};

export type TestSigner = { state: SignerState; context: SignerContext; clock: { nowMs: number } };

let installed: Promise<void> | undefined;

/** Once per process, like the signer's own start; `wrap` may put a fault in between. */
export function installTestPrimitives(wrap: (primitives: Primitives) => Primitives = (same) => same): Promise<void> {
  installed ??= loadPrimitives().then(({ primitives }) => installPrimitives(wrap(primitives)));
  return installed;
}

/** A signer in this process: real core and native primitives, a clock that can be moved, repeatable randomness. */
export async function createTestSigner(
  options: {
    seed?: string;
    highWater?: HighWater;
    logHeads?: LogHeads;
    clock?: { nowMs: number };
    feeBudgetWei?: bigint;
    teamAllowed?: boolean;
  } = {},
): Promise<TestSigner> {
  await installTestPrimitives();
  const { seed = "root", highWater = new HighWater(new Map(), () => {}), clock = { nowMs: START_MS } } = options;
  const rootKey = seededRandom(`${seed} root key`)(32);
  const heads = new Map<string, LogHead>();
  const context: SignerContext = {
    sealer: createSealer(rootKey),
    highWater,
    logKey: deriveLogKey(rootKey),
    logHeads: options.logHeads ?? { get: (appId) => heads.get(appId), raise: (appId, head) => heads.set(appId, head) },
    recordBodies: "full",
    nowMs: () => clock.nowMs,
    random: seededRandom(`${seed} random`),
    origins: [ORIGIN],
    operatorPublicKey: testKey("operator").spkiBase64,
    teamAllowed: options.teamAllowed ?? false,
    feeBudgetWei: options.feeBudgetWei ?? 10n ** 17n,
    isTokenKey,
    verifyUserToken,
    readUnverified,
  };
  const state: SignerState = {
    phase: "unsealed",
    context,
    status: {
      rootKey: { provider: "test", id: context.sealer.rootKeyId },
      primitives: {},
      notes: [],
      origins: [ORIGIN],
    },
    report: (message) => {
      throw new Error(message);
    },
  };
  return { state, context, clock };
}

/** What a client sends for a call: body bytes, headers and the signatures of `keys` over the canonical payload. */
export function makeRequest(call: Call): SignerRequest {
  const { app, method, path, body, keys = [], secret = app.secret, idempotencyKey, expiryMs } = call;
  const headers: AuthorityHeaders = { "privy-app-id": app.id };
  if (secret !== null) headers.authorization = basicAuth(app.id, secret);
  if (idempotencyKey !== undefined) headers["privy-idempotency-key"] = idempotencyKey;
  if (expiryMs !== undefined) headers["privy-request-expiry"] = String(expiryMs);
  const request: SignerRequest = {
    kind: "request",
    method,
    target: path,
    headers,
    body: new TextEncoder().encode(body === undefined ? "" : JSON.stringify(body)),
    records: [],
    ...call.more,
  };
  if (keys.length > 0) {
    const payload = payloadText(request, body);
    const header = keys.map((key) => signText(key, payload)).join(",");
    headers["privy-authorization-signature"] = call.rewriteSignatures?.(header) ?? header;
  }
  return request;
}

export function payloadText(request: SignerRequest, body: unknown): string {
  const { authorization: _a, "privy-authorization-signature": _s, ...signed } = request.headers;
  const url = ORIGIN + request.target.split("?", 1)[0];
  return canonicalText({ version: 1, method: request.method, url, body: body ?? "", headers: signed });
}

export function basicAuth(appId: string, secret: string): string {
  return `Basic ${Buffer.from(`${appId}:${secret}`).toString("base64")}`;
}

/** The client's side of the whole API, over an honest API server. Every method throws when it is refused. */
export class Harness {
  readonly clock: { nowMs: number };
  readonly api: HonestApi;
  readonly operator = testKey("operator");

  constructor(ask: Ask, clock: { nowMs: number }) {
    this.clock = clock;
    this.api = new HonestApi(ask, () => clock.nowMs);
  }

  static inProcess(signer: TestSigner): Harness {
    return new Harness(async (message) => askThroughFrames(signer.state, message), signer.clock);
  }

  call(call: Call): Promise<SignerAnswer> {
    return this.api.send(makeRequest(call));
  }

  async expectAccepted(call: Call): Promise<Extract<SignerAnswer, { outcome: "accepted" }>> {
    const answer = await this.call(call);
    if (answer.outcome !== "accepted") throw new Error(`${call.method} ${call.path}: ${JSON.stringify(answer)}`);
    return answer;
  }

  async createApp(name: string, jwt: object | null = null, more: object = {}): Promise<TestApp> {
    const id = `c${createHash("sha256").update(name).digest("hex").slice(0, 24)}`;
    const app = { id, secret: `${name} app secret ${"0".repeat(32)}` };
    const secret_sha256 = createHash("sha256").update(app.secret).digest("hex");
    await this.expectAccepted({
      app,
      method: "POST",
      path: "/operator/v1/apps",
      body: { id, name, secret_sha256, jwt, server_side_access: true, ...more },
      keys: [this.operator],
      secret: null,
      expiryMs: this.clock.nowMs + 60_000,
    });
    return app;
  }

  async createUser(app: TestApp, subject: string, wallets: object[] = []): Promise<TestUser> {
    const body = { linked_accounts: [{ type: "custom_auth", custom_user_id: subject }], wallets };
    const { put } = await this.expectAccepted({ app, method: "POST", path: "/v1/users", body });
    return { id: idOf(put, "user"), subject };
  }

  /** Exchanges a token for a user key, as a client does: only the holder of the recipient key can read the answer. */
  async authenticateUser(app: TestApp, user: TestUser, issuer: KeyObject, lifetimeS = 3600): Promise<TestKey> {
    const nowS = Math.floor(this.clock.nowMs / 1000);
    const recipient = testKey("hpke recipient");
    const body = {
      user_jwt: signJwt(issuer, { sub: user.subject, iat: nowS, exp: nowS + lifetimeS }),
      encryption_type: "HPKE",
      recipient_public_key: recipient.spkiBase64,
    };
    const { result } = await this.expectAccepted({ app, method: "POST", path: "/v1/wallets/authenticate", body });
    return openUserKey(recipient, result);
  }

  async createQuorum(app: TestApp, body: object): Promise<string> {
    const { put } = await this.expectAccepted({ app, method: "POST", path: "/v1/key_quorums", body });
    return idOf(put, "key_quorum");
  }

  async createPolicy(app: TestApp, rules: object[], more: object = {}): Promise<string> {
    const body = { version: "1.0", name: "test", chain_type: "ethereum", rules, ...more };
    const { put } = await this.expectAccepted({ app, method: "POST", path: "/v1/policies", body });
    return idOf(put, "policy");
  }

  async createWallet(app: TestApp, body: object = {}): Promise<TestWallet> {
    const whole = { chain_type: "ethereum", ...body };
    const { put } = await this.expectAccepted({ app, method: "POST", path: "/v1/wallets", body: whole });
    const wallet = put.find(({ type }) => type === "wallet")!;
    const ownerId = wallet.references.find(({ kind }) => kind === "owner")?.to ?? null;
    return { id: wallet.id, address: wallet.wallet!.address, ownerId };
  }

  updateWallet(app: TestApp, wallet: TestWallet, body: object, keys: readonly TestKey[]): Promise<SignerAnswer> {
    return this.call({ app, method: "PATCH", path: `/v1/wallets/${wallet.id}`, body, keys });
  }

  rpc(app: TestApp, wallet: TestWallet, body: object, keys: readonly TestKey[], more: Partial<Call> = {}) {
    return this.call({ app, method: "POST", path: `/v1/wallets/${wallet.id}/rpc`, body, keys, ...more });
  }
}

/** The user key in an answer of `authenticate`; undefined results and other recipients throw. */
export function openUserKey(recipient: TestKey, result: { [member: string]: unknown } | null): TestKey {
  const sealed = result?.encrypted_authorization_key as { encapsulated_key: string; ciphertext: string };
  const plaintext = hpkeOpen({
    recipientScalar: recipient.scalar,
    encapsulatedKey: Buffer.from(sealed.encapsulated_key, "base64"),
    ciphertext: Buffer.from(sealed.ciphertext, "base64"),
  });
  if (plaintext === undefined) throw new Error("the user key is not encrypted to this recipient");
  const pkcs8Base64 = Buffer.from(plaintext).toString("utf8");
  const der = Buffer.from(pkcs8Base64, "base64");
  const scalar = new Uint8Array(der.subarray(36, 68));
  const spki = Buffer.concat([Buffer.from(P256_SPKI_PREFIX, "hex"), der.subarray(der.length - 65)]);
  return { spkiBase64: spki.toString("base64"), pkcs8Base64, scalar, privateKey: importPkcs8(pkcs8Base64) };
}

// SEQUENCE { id-ecPublicKey, prime256v1 } and the head of the BIT STRING that holds the point  (RFC 5480 §2)
const P256_SPKI_PREFIX = "3059301306072a8648ce3d020106082a8648ce3d030107034200";

export function idOf(put: readonly { type: RecordType; id: string }[], type: RecordType): string {
  const found = put.find((record) => record.type === type);
  if (found === undefined) throw new Error(`no ${type} was put`);
  return found.id;
}
