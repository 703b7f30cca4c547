import type { RecordKey, RecordType, RecordVersion } from "../protocol.ts";
import type { HighWater } from "./high-water.ts";
import type {
  AggregationBody,
  AggregationWindowBody,
  AppBody,
  ConditionSetBody,
  KeyQuorumBody,
  PolicyBody,
  UserBody,
  UserKeyBody,
  WalletBody,
} from "./records.ts";
import { NeedRecords, Refusal, StaleRecords } from "./refusal.ts";
import type { AuthorityRecord, OpenedRecord, Sealer } from "./seal.ts";

type BodyOf = {
  app: AppBody;
  user: UserBody;
  user_key: UserKeyBody;
  key_quorum: KeyQuorumBody;
  policy: PolicyBody;
  wallet: WalletBody;
  condition_set: ConditionSetBody;
  aggregation: AggregationBody;
  aggregation_window: AggregationWindowBody;
};

/**
 * The records that came with one request: opened, of one app, none older than the signer has seen. It remembers which
 * of them the decision used, since the commit is conditional on exactly those versions.
 */
export class RecordSet {
  #records = new Map<string, OpenedRecord>();
  #used = new Map<string, RecordVersion>();
  #absent: ReadonlySet<string>;

  constructor(
    sealed: readonly string[],
    appId: string,
    sealer: Sealer,
    highWater: HighWater,
    absent: readonly RecordKey[] = [],
  ) {
    const stale: RecordVersion[] = [];
    for (const text of sealed) {
      const record = sealer.openRecord(text);
      if (record === undefined || record.type === "receipt") {
        throw new Refusal(
          500,
          "record_integrity",
          "a stored record does not open under this signer's root key; nothing was signed",
        );
      }
      // INVARIANT I29: a record of another app is as good as none.
      if (record.appId !== appId) throw new Refusal(500, "record_integrity", "a record of another app was presented");
      const version = { type: record.type, id: record.id, version: record.version };
      if (!highWater.accepts(record)) stale.push(version);
      this.#records.set(keyOf(version), record);
    }
    this.#absent = new Set(absent.map(keyOf));
    // INVARIANT I16, I17: what was seen once is not gone by being left out.
    for (const { type, id } of absent) if (highWater.hasSeen({ type, appId, id })) stale.push({ type, id, version: 0 });
    if (stale.length > 0) throw new StaleRecords(stale);
  }

  /** Also finds deleted records; the caller decides what a deleted one means. Throws NeedRecords when it was not sent. */
  get<T extends RecordType>(type: T, id: string): AuthorityRecord<BodyOf[T]> {
    const record = this.#records.get(keyOf({ type, id }));
    if (record === undefined) throw new NeedRecords([{ type, id }]);
    return record as unknown as AuthorityRecord<BodyOf[T]>;
  }

  /** All that are missing at once, so that one more round suffices. */
  requireAll(keys: RecordKey[]): void {
    const missing = keys.filter((key) => !this.#records.has(keyOf(key)));
    if (missing.length > 0) throw new NeedRecords(missing);
  }

  /** Live records; a deleted one, and one that never was, is undefined. Throws NeedRecords for those not looked for yet. */
  findLive<T extends RecordType>(type: T, ids: readonly string[]): (AuthorityRecord<BodyOf[T]> | undefined)[] {
    this.requireAll(ids.map((id) => ({ type, id })).filter((key) => !this.#absent.has(keyOf(key))));
    return ids.map((id) => {
      const record = this.#records.get(keyOf({ type, id }));
      return record?.deleted === false ? (record as unknown as AuthorityRecord<BodyOf[T]>) : undefined;
    });
  }

  has(type: RecordType, id: string): boolean {
    return this.#records.has(keyOf({ type, id }));
  }

  userKeys(userId: string): AuthorityRecord<UserKeyBody>[] {
    const found: AuthorityRecord<UserKeyBody>[] = [];
    for (const record of this.#records.values()) {
      if (record.type === "user_key" && !record.deleted && record.body.user_id === userId) {
        found.push(record as unknown as AuthorityRecord<UserKeyBody>);
      }
    }
    return found;
  }

  userKeysOfSession(sessionId: string): AuthorityRecord<UserKeyBody>[] {
    const found: AuthorityRecord<UserKeyBody>[] = [];
    for (const record of this.#records.values()) {
      if (record.type === "user_key" && !record.deleted && record.body.session_id === sessionId) {
        found.push(record as unknown as AuthorityRecord<UserKeyBody>);
      }
    }
    return found;
  }

  /** The live user that was sent along and was sealed with this identity. */
  findUserByIdentity(identity: string): AuthorityRecord<UserBody> | undefined {
    for (const record of this.#records.values()) {
      if (record.type !== "user" || record.deleted) continue;
      const user = record as unknown as AuthorityRecord<UserBody>;
      if (user.body.identities.includes(identity)) return user;
    }
    return undefined;
  }

  markUsed(record: { type: RecordType | "receipt"; id: string; version: number }): void {
    const version = { type: record.type as RecordType, id: record.id, version: record.version };
    this.#used.set(keyOf(version), version);
  }

  used(): RecordVersion[] {
    return [...this.#used.values()];
  }
}

function keyOf(key: RecordKey): string {
  return `${key.type}/${key.id}`;
}
