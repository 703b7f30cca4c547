import type { JsonObject, JsonValue } from "@mandate/core/encoding/json-value";
import type { HighWater } from "./high-water.ts";
import type { LogHeads, LogKey } from "./record-log.ts";
import type { JwtPin } from "./records.ts";
import type { Sealer } from "./seal.ts";

export type TokenVerdict =
  | { ok: true; subject: string; expiresAtMs: number; claims: JsonObject }
  | { ok: false; code: string; message: string };

/** Everything the signer's core takes from outside: made once in `main.ts`, replaced as a whole in tests. */
export type SignerContext = {
  sealer: Sealer;
  highWater: HighWater;
  logKey: LogKey;
  logHeads: LogHeads;
  /** Whether receipts hold the bodies of wallet requests, or only the hash of what was signed. */
  recordBodies: "full" | "hash";
  nowMs(): number;
  /** Kernel-seeded random bytes. */
  random(length: number): Uint8Array;
  /** The public origins a signed `url` may begin with, in order of likelihood. */
  origins: readonly string[];
  /** base64 SPKI of the key that may create apps; undefined refuses all operator requests. */
  operatorPublicKey: string | undefined;
  /** Whether the API may act for members of the team: only while the dashboard is on. */
  teamAllowed: boolean;
  /** What the API may spend on fees of its own choosing, in wei per transaction (I7). */
  feeBudgetWei: bigint;
  /** Whether tokens could be verified with this PEM at all. */
  isTokenKey(pem: string): boolean;
  /** Verifies a token of the app's own identity provider against its pin (or, for a JWKS URL, the key set given). */
  verifyUserToken(token: string, pin: JwtPin, jwks: JsonValue | undefined, nowMs: number): TokenVerdict;
  /** Header (0) or claims (1) of a token, unverified; only for choosing how to verify it. */
  readUnverified(token: string, part: 0 | 1): JsonObject | undefined;
};
