import { handle, type SignerState } from "../handle.ts";
import type { SignerAccepted, SignerAnswer, SignerMessage, SignerRequest } from "../protocol.ts";
import { encodeFrame, FrameReader, type PutRecord, type RecordKey, type RecordVersion } from "../protocol.ts";

export type Ask = (message: SignerMessage) => Promise<SignerAnswer>;

/** Message and answer both take the way through frames, as between processes. */
export function askThroughFrames(state: SignerState, message: SignerMessage): SignerAnswer {
  const body = message.kind === "request" ? message.body : new Uint8Array(0);
  const [frame] = new FrameReader().push(encodeFrame(1, message, body));
  const [answer] = new FrameReader().push(encodeFrame(1, handle(state, frame!), new Uint8Array(0)));
  const { v: _v, id: _id, ...rest } = answer!.header;
  return rest as unknown as SignerAnswer;
}

/** An API that does what the protocol asks of it, over records in memory. */
export class HonestApi {
  readonly current = new Map<string, PutRecord>();
  /** Every version there ever was, oldest first. */
  readonly history = new Map<string, PutRecord[]>();
  readonly secrets = new Map<string, SignerAccepted["walletSecrets"][number]>();
  readonly receipts: string[] = [];
  readonly #ask: Ask;
  readonly #nowMs: () => number;

  constructor(ask: Ask, nowMs: () => number) {
    this.#ask = ask;
    this.#nowMs = nowMs;
  }

  /** Loads what the decision wants, commits what was accepted, and says so to the signer. */
  async send(request: SignerRequest): Promise<SignerAnswer> {
    const complete = this.complete(request);
    let answer = await this.#ask(complete);
    for (let round = 0; answer.outcome === "need" && round < 6; round++) {
      const found = this.load(appIdOf(request), answer.records);
      const absent = answer.records.filter(
        (key) =>
          OPTIONAL_TYPES.includes(key.type) && !this.current.has(nameOf(appIdOf(request), { ...key, version: 0 })),
      );
      if (found.length + absent.length === 0) break;
      complete.records.push(...found);
      complete.absent = [...(complete.absent ?? []), ...absent];
      answer = await this.#ask(complete);
    }
    if (answer.outcome === "accepted") await this.apply(request, answer);
    return answer;
  }

  /** What the signer says, and no more: nothing is stored, nothing noted. */
  async try(request: SignerRequest, changes: Partial<SignerRequest> = {}): Promise<SignerAnswer> {
    return this.#ask({ ...this.complete(request), ...changes });
  }

  /** The request with all records, and the wallet's sealed key, that an honest API sends with it. */
  complete(request: SignerRequest): SignerRequest {
    const appId = appIdOf(request);
    const found = new Set(this.#concernedBy(appId, request).flatMap((put) => this.load(appId, [put])));
    const subject = subjectOf(request.body);
    if (subject !== undefined)
      for (const user of this.#findByIdentity(appId, `custom_auth:${subject}`)) found.add(user);
    const wallet = /\/wallets\/([a-z0-9]+)/.exec(request.target)?.[1];
    const secret = wallet === undefined ? undefined : this.secrets.get(wallet);
    return { ...request, records: [...found], ...(secret === undefined ? {} : { walletSecret: secret.sealedKey }) };
  }

  /** What the path and the body name, and what that leads to. */
  #concernedBy(appId: string, request: SignerRequest): PutRecord[] {
    const text = `${request.target} ${Buffer.from(request.body).toString("latin1")} ${appId}`;
    const ids = new Set(text.match(/did:privy:[a-z0-9]+|[a-z0-9]{24,25}/g));
    const concerned = new Map<string, PutRecord>();
    for (const id of ids) {
      for (const type of LOADED_TYPES) {
        const put = this.current.get(`${appId}/${type}/${id}`);
        if (put === undefined || concerned.has(`${type}/${id}`)) continue;
        concerned.set(`${type}/${id}`, put);
        for (const { to } of put.references) ids.add(to);
      }
    }
    return [...concerned.values()];
  }

  load(appId: string, keys: RecordKey[]): string[] {
    return keys.flatMap(({ type, id }) => {
      const record = this.current.get(`${appId}/${type}/${id}`);
      if (record === undefined) return [];
      return [record.sealed, ...(type === "user" ? this.#liveKeysOf(appId, id) : [])];
    });
  }

  async apply(request: SignerRequest, accepted: SignerAccepted): Promise<void> {
    const appId = appIdOf(request);
    for (const used of accepted.used) {
      const version = this.current.get(nameOf(appId, used))?.version;
      if (version !== used.version) throw new Error(`used ${used.type} ${used.id} ${used.version}, is ${version}`);
    }
    for (const put of accepted.put) {
      const name = nameOf(appId, put);
      const before = this.current.get(name)?.version ?? 0;
      if (put.version !== before + 1) throw new Error(`${name}: version ${put.version} follows ${before}`);
      this.current.set(name, put);
      this.history.set(name, [...(this.history.get(name) ?? []), put]);
    }
    for (const secret of accepted.walletSecrets) this.secrets.set(secret.walletId, secret);
    this.receipts.push(accepted.receipt.receipt);
    if (accepted.put.length > 0) {
      await this.#ask({ kind: "committed", records: accepted.put.map(({ sealed }) => sealed) });
    }
  }

  #liveKeysOf(appId: string, userId: string): string[] {
    const live: string[] = [];
    for (const [name, put] of this.current) {
      if (!name.startsWith(`${appId}/user_key/`) || (put.expiresAtMs ?? 0) <= this.#nowMs()) continue;
      if (put.references.some(({ to }) => to === userId)) live.push(put.sealed);
    }
    return live;
  }

  #findByIdentity(appId: string, identity: string): string[] {
    for (const [name, put] of this.current) {
      if (!name.startsWith(`${appId}/user/`) || put.deleted) continue;
      if (put.references.some(({ kind, to }) => kind === "identity" && to === identity)) return [put.sealed];
    }
    return [];
  }
}

const OPTIONAL_TYPES: readonly string[] = ["condition_set", "aggregation", "aggregation_window"];
const LOADED_TYPES = ["app", "wallet", "key_quorum", "policy", "user", "condition_set", "aggregation"] as const;

function appIdOf(request: SignerRequest): string {
  return request.headers["privy-app-id"] ?? "";
}

function nameOf(appId: string, record: RecordVersion): string {
  return `${appId}/${record.type}/${record.id}`;
}

/** The subject a token in the body claims, unverified: an API looks the user up by it. */
function subjectOf(body: Uint8Array): string | undefined {
  try {
    const { user_jwt: token } = JSON.parse(Buffer.from(body).toString("utf8"));
    return JSON.parse(Buffer.from(token.split(".")[1], "base64url").toString("utf8")).sub;
  } catch {
    return undefined;
  }
}
