import type { ErrorCode } from "@mandate/contract/errors";
import type { LoginFacts, SignerAccepted, TransactionFill } from "@mandate/signer/protocol";
import type { ApiError } from "../api-error.ts";
import type { CommitUnit, RecordKey, StoredAnswer } from "../storage/storage.ts";

/** What one operation adds to the path that all of them share. */
export type AuthorityPlan = {
  appId: string;
  /** Records that are certainly concerned; the signer asks for others. */
  records: RecordKey[];
  /** Whether `privy-idempotency-key` counts here; elsewhere it is only signed. */
  idempotent: boolean;
  /** The resource in the path, and what to answer when there is none. */
  target?: { key: RecordKey; missing: ErrorCode };
  walletSecret?: string;
  walletSeed?: string;
  importKey?: string;
  leaveOut?: number[];
  jwks?: unknown;
  /** For sign-ins and sessions. */
  login?: LoginFacts;
  /** For sends: asks the chain for what the caller left open, once for every decision. */
  prepare?(): Promise<Preparation>;
  /** The answer to the caller. It is stored with the commit, so a repeated request gets the same one. */
  answer(accepted: SignerAccepted): StoredAnswer;
  /** What else becomes durable in the same commit. */
  extend?(accepted: SignerAccepted): Partial<CommitUnit>;
  /** What to say when something that the request uses up is used up already; the stored answer unless given. */
  consumed?: ApiError;
  /** What to say when there are as many as there may be (`fewerThan` of the unit). */
  full?: ApiError;
  /** For control changes: the answer as the resource stands now; tells a harmless repetition from a stale one. */
  current?(): Promise<StoredAnswer | undefined>;
};

/** With a `failure` the signer is only asked whether the policy allows: its refusal says more than the chain's. */
export type Preparation = { fill: TransactionFill; failure?: ApiError };
