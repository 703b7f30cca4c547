import type { IdempotencyEntry, StoredAnswer } from "../../storage.ts";
import { type Reader, readInteger } from "../statement.ts";

export type RequestReads = {
  findConsumed(appId: string, digest: string, nowMs: number): Promise<StoredAnswer | undefined>;
  findIdempotent(
    appId: string,
    key: string,
    nowMs: number,
  ): Promise<{ entry: IdempotencyEntry; answer: StoredAnswer } | undefined>;
};

const FIND_CONSUMED = `SELECT status, body FROM consumed_requests
  WHERE app_id = $1 AND digest = $2 AND expires_at_ms > $3`;
const FIND_USED = `SELECT target, body_digest, expires_at_ms, status, body FROM idempotency_entries
  WHERE app_id = $1 AND key = $2 AND expires_at_ms > $3`;

export function createRequestReads(reader: Reader): RequestReads {
  return {
    async findConsumed(appId, digest, nowMs) {
      const row = await reader.findRow<[number, string]>(FIND_CONSUMED, [appId, digest, nowMs]);
      return row === undefined ? undefined : { status: row[0], body: row[1] };
    },
    async findIdempotent(appId, key, nowMs) {
      const row = await reader.findRow<[string, string, string, number, string]>(FIND_USED, [appId, key, nowMs]);
      if (row === undefined) return undefined;
      const [target, bodyDigest, expiresAtMs, status, body] = row;
      const entry = { key, target, bodyDigest, expiresAtMs: readInteger(expiresAtMs) };
      return { entry, answer: { status, body } };
    },
  };
}
