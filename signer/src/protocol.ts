/**
 * The messages between API and signer. Frames travel over one inherited socket pair, length-prefixed and bounded:
 *
 *   u32 BE frame length (of what follows) · u32 BE header length · header (UTF-8 JSON) · body (raw bytes)
 *
 * The body of a `request` is the HTTP body exactly as it arrived; the signer parses it itself, as it does the method,
 * target and headers, since those are the bytes the caller signed. Every message carries `v` and an `id`; every
 * message gets one answer with the same `id`, in any order.
 */

export const PROTOCOL_VERSION = 1;
export const FRAME_BYTES_MAX = 8 * 1024 * 1024;

export type RecordType =
  | "app"
  | "user"
  | "user_key"
  | "key_quorum"
  | "policy"
  | "wallet"
  | "condition_set"
  | "aggregation"
  | "aggregation_window";
export type RecordKey = { type: RecordType; id: string };
export type RecordVersion = RecordKey & { version: number };

/** The headers a decision depends on, verbatim. */
export type AuthorityHeaders = {
  authorization?: string;
  "privy-app-id"?: string;
  "privy-authorization-signature"?: string;
  "privy-idempotency-key"?: string;
  "privy-request-expiry"?: string;
};

/** What the API found out on the chain, as 0x quantities. It only ever fills in what the caller left open. */
export type TransactionFill = {
  nonce?: string;
  gas_limit?: string;
  gas_price?: string;
  max_fee_per_gas?: string;
  max_priority_fee_per_gas?: string;
};

export type SignerRequest = {
  kind: "request";
  method: string;
  /** The raw request target. */
  target: string;
  headers: AuthorityHeaders;
  body: Uint8Array;
  /** Sealed records that the request concerns, in any order. What is missing is answered with `need`. */
  records: string[];
  /** Records that the signer asked for and that never were. It does not believe this of one that it has seen. */
  absent?: RecordKey[];
  /** The sealed key of the wallet in the target. */
  walletSecret?: string;
  /** The sealed seed phrase of the wallet in the target; only exports of it need it. */
  walletSeed?: string;
  /** The sealed key that an import's initiation gave. */
  importKey?: string;
  /** Items of a batch that the API refuses, by index. */
  leaveOut?: number[];
  fill?: TransactionFill;
  /** The key set of the app's identity provider, for apps that name a JWKS URL. Never consulted where a key is pinned. */
  jwks?: unknown;
  /** Decide and record, sign nothing. */
  decideOnly?: true;
  /** A member of the team asks, not an app: the API's word, admitted while the dashboard is on and for little. */
  team?: { memberId: string };
  /** For sign-ins and sessions. */
  login?: LoginFacts;
};

/** What the API knows about a sign-in that the request's own bytes do not say. */
export type LoginFacts = {
  sessionId: string;
  /**
   * The identity that the API saw proved where the signer cannot: a mailed code, a provider without ID tokens. For
   * unlinking, the identity to remove.
   */
  attested?: string;
  /** Which of the app's providers signed the user in, and its ID token where it gives one. */
  oauth?: { provider: string; idToken?: string };
  /** Of the session, for refreshing it. */
  userId?: string;
  /** The nonce of a wallet's message, which the API issued and has used up. */
  nonce?: string;
  /** What an identity token is to say of the user. */
  identity?: IdentityClaims;
};

/** Spec 05 §4.3. */
export type IdentityClaims = { cr: string; linked_accounts: string; custom_metadata?: string; guest?: "t" };

/** Asks for a key for the API's own use; see `server_key`. */
export type SignerServerKeyQuery = { kind: "server_key" };

/** Tells the signer which sealed records are now current, so that older ones are refused from here on. */
export type SignerCommitted = { kind: "committed"; records: string[] };
export type SignerStatusQuery = { kind: "status" };

/** Appends stored receipts to an app's log and asks for a checkpoint. Hashes are base64. */
export type SignerCheckpointQuery = {
  kind: "checkpoint";
  appId: string;
  /** Of the tree before. */
  size: number;
  /** Its perfect subtrees, largest first. */
  edge: string[];
  /** Sealed, in order of sequence, the first being `size + 1`. */
  receipts: string[];
  /** The signed checkpoint of the tree before; absent for an empty one. */
  previous?: string;
  /** Proof that the tree before continues the one that `need_consistency` named. */
  consistency?: string[];
};

export type SignerMessage =
  | SignerRequest
  | SignerCommitted
  | SignerStatusQuery
  | SignerCheckpointQuery
  | SignerServerKeyQuery;

export type PutRecord = RecordVersion & {
  sealed: string;
  deleted: boolean;
  createdAtMs: number;
  references: {
    kind:
      | "owner"
      | "signer"
      | "policy"
      | "member_key"
      | "member_user"
      | "member_quorum"
      | "identity"
      | "app"
      | "entity";
    to: string;
  }[];
  wallet?: { address: string; chainType: string; externalId?: string; archived: boolean };
  expiresAtMs?: number;
};

export type Receipt = {
  id: string;
  receipt: string;
  walletId?: string;
  decision: "ALLOW" | "DENY";
  /** Of what was allowed: by the log's key over the entry, base64url. It leaves with the result. */
  signature?: string;
};

/** Commit all of it, on condition that every version in `used` is current; only then may `result` leave. */
export type SignerAccepted = {
  outcome: "accepted";
  used: RecordVersion[];
  put: PutRecord[];
  walletSecrets: { walletId: string; sealedKey: string; sealedSeed?: string }[];
  receipt: Receipt;
  /** Payloads that are executed at most once; see docs/decisions/0005. */
  consume: { digest: string; expiresAtMs: number }[];
  /** For signing methods, sends too: the wire's `data`. For user keys: the wire's answer. Control changes answer with `put`. */
  result: { [member: string]: unknown } | null;
  /**
   * For sends: what the API must store before it may broadcast. `signed` is 0x hex, `hash` as the chain spells it. No two
   * unsent ones of a wallet and chain share a `nonce`, in decimal digits, or the hash where the chain has none.
   */
  transaction?: { signed: string; hash: string; nonce: string };
  requestExpiryMs?: number;
};

export type SignerRefused = {
  outcome: "refused";
  status: number;
  code: string;
  error: string;
  /** For the app's own server only. */
  details?: { [member: string]: unknown };
  used: RecordVersion[];
  receipt?: Receipt;
};

/** The answer to a question; nothing is to be committed and nothing was signed. */
export type SignerAnswered = { outcome: "answered"; result: { [member: string]: unknown } };

/** The API did not send these; load them and ask again. A `user` comes with all of that user's live `user_key`s. */
export type SignerNeed = { outcome: "need"; records: RecordKey[] };

/** A record is older than one the signer has seen. Load it again; if storage has nothing newer, it was rolled back. */
export type SignerStale = { outcome: "stale"; records: RecordVersion[] };

export type SignerStatus = {
  outcome: "status";
  phase: string;
  rootKey: { provider: string; id: string };
  primitives: { [name: string]: string };
  notes: string[];
  origins: string[];
};

/** `checkpoint` is a signed note, `key` what verifies it, `root` the base64 of its tree's root. */
export type SignerCheckpointed = { outcome: "checkpoint"; checkpoint: string; key: string; root: string };

/**
 * 32 bytes, base64, derived from the root key for the API and nothing else: it hashes one-time codes, makes refresh
 * tokens and encrypts the API's own secrets. All servers of one root key have the same.
 */
export type SignerServerKey = { outcome: "server_key"; key: string };

export type SignerAnswer =
  | SignerServerKey
  | SignerCheckpointed
  | { outcome: "need_consistency"; size: number }
  | SignerAccepted
  | SignerRefused
  | SignerAnswered
  | SignerNeed
  | SignerStale
  | SignerStatus
  | { outcome: "noted" };

type FrameHeader = { v: number; id: number; [member: string]: unknown };

/** One frame. Throws RangeError when it would exceed `FRAME_BYTES_MAX`. */
export function encodeFrame(id: number, message: object, body: Uint8Array): Uint8Array {
  const header = new TextEncoder().encode(JSON.stringify({ ...message, body: undefined, v: PROTOCOL_VERSION, id }));
  const length = 4 + header.length + body.length;
  if (length > FRAME_BYTES_MAX)
    throw new RangeError(`a frame of ${length} bytes exceeds the limit of ${FRAME_BYTES_MAX}`);
  const frame = new Uint8Array(4 + length);
  const view = new DataView(frame.buffer);
  view.setUint32(0, length);
  view.setUint32(4, header.length);
  frame.set(header, 8);
  frame.set(body, 8 + header.length);
  return frame;
}

export type Frame = { header: FrameHeader; body: Uint8Array };

/** Cuts a byte stream into frames. `push` throws FrameError on a stream that cannot be one of ours. */
export class FrameReader {
  #chunks: Uint8Array[] = [];
  #buffered = 0;

  push(chunk: Uint8Array): Frame[] {
    this.#chunks.push(chunk);
    this.#buffered += chunk.length;
    const frames: Frame[] = [];
    for (;;) {
      if (this.#buffered < 4) return frames;
      let bytes = this.#join();
      const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
      if (length < 4 || length > FRAME_BYTES_MAX) throw new FrameError(`frame length ${length} is out of bounds`);
      if (bytes.length < 4 + length) return frames;
      frames.push(decodeFrame(bytes.subarray(4, 4 + length)));
      bytes = bytes.subarray(4 + length);
      this.#chunks = bytes.length > 0 ? [bytes] : [];
      this.#buffered = bytes.length;
    }
  }

  #join(): Uint8Array {
    if (this.#chunks.length === 1) return this.#chunks[0]!;
    const joined = new Uint8Array(this.#buffered);
    let at = 0;
    for (const chunk of this.#chunks) {
      joined.set(chunk, at);
      at += chunk.length;
    }
    this.#chunks = [joined];
    return joined;
  }
}

/** The other end does not speak this protocol. */
export class FrameError extends Error {
  override name = "FrameError";
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

function decodeFrame(bytes: Uint8Array): Frame {
  const headerLength = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
  if (headerLength > bytes.length - 4) throw new FrameError("frame header exceeds its frame");
  let header: unknown;
  try {
    header = JSON.parse(utf8.decode(bytes.subarray(4, 4 + headerLength)));
  } catch {
    throw new FrameError("frame header is not JSON");
  }
  if (typeof header !== "object" || header === null || Array.isArray(header))
    throw new FrameError("frame header is not an object");
  const { v, id } = header as FrameHeader;
  if (v !== PROTOCOL_VERSION) throw new FrameError("another protocol version");
  if (!Number.isSafeInteger(id) || id < 0) throw new FrameError("frame has no id");
  return { header: header as FrameHeader, body: bytes.slice(4 + headerLength) };
}

export type SealedRecord = {
  v: 1;
  type: RecordType;
  app_id: string;
  id: string;
  version: number;
  deleted: boolean;
  created_at: number;
  body: { [member: string]: unknown };
};

/**
 * What a sealed record says, unverified: for showing and for finding what else to load. Only the signer decides by it.
 * Shape of a seal: `1.<root key id>.<base64url HMAC-SHA256>.<canonical JSON>`.
 */
export function readSealedRecord(sealed: string): SealedRecord {
  let at = -1;
  for (let dots = 0; dots < 3; dots++) {
    at = sealed.indexOf(".", at + 1);
    if (at < 0) throw new Error("not a sealed record");
  }
  return JSON.parse(sealed.slice(at + 1)) as SealedRecord;
}
