import { readSealedRecord } from "@mandate/signer/protocol";
import type { RecordKey, StorageReader, StoredRecord } from "../storage/storage.ts";

const USER_KEYS_MAX = 50;
const ROUNDS_MAX = 6;
/** Keys that expired lately come along, so that the signer can say that this is why a signature counts for nothing. */
const EXPIRED_KEYS_MS = 3600 * 1000;

/**
 * Gathers the sealed records a decision will want: those named, and what they lead to (a wallet to its quorums and
 * policies, a quorum to its children and users, a user to the user's live keys). It only saves rounds: what it misses
 * the signer asks for, and what it brings too much the signer ignores.
 */
export class RecordLoader {
  readonly #storage: StorageReader;
  readonly #appId: string;
  readonly #nowMs: number;
  readonly #records = new Map<string, StoredRecord>();
  readonly #absent = new Map<string, RecordKey>();
  readonly #userKeys = new Map<string, string[]>();

  constructor(storage: StorageReader, appId: string, nowMs: number) {
    this.#storage = storage;
    this.#appId = appId;
    this.#nowMs = nowMs;
  }

  /** Loads `keys` and what they lead to. Returns those of `keys` that do not exist and never did. */
  async load(keys: RecordKey[]): Promise<RecordKey[]> {
    let wanted = keys;
    for (let round = 0; round < ROUNDS_MAX && wanted.length > 0; round++) {
      const missing = wanted.filter((key) => !this.#records.has(nameOf(key)));
      const found = await findEvenDeleted(this.#storage, this.#appId, missing);
      const next: RecordKey[] = [];
      for (const record of found) {
        if (record === undefined) continue;
        this.#records.set(nameOf(record), record);
        if (record.type === "user") await this.#loadUserKeys(record.id);
        if (!record.deleted) next.push(...leadsTo(record));
      }
      wanted = next;
    }
    return keys.filter((key) => !this.#records.has(nameOf(key)));
  }

  /** Records that the signer asked for, that it can do without and that never were. */
  absent(): RecordKey[] {
    return [...this.#absent.values()];
  }

  noteAbsent(keys: RecordKey[]): void {
    for (const key of keys) this.#absent.set(nameOf(key), key);
  }

  /** The ids of the records of a type that were loaded. */
  idsOf(type: RecordKey["type"]): string[] {
    return [...this.#records.values()].filter((record) => record.type === type).map(({ id }) => id);
  }

  get(key: RecordKey): StoredRecord | undefined {
    return this.#records.get(nameOf(key));
  }

  /** For the log. */
  names(): string[] {
    return [...this.#records.keys()];
  }

  sealed(): string[] {
    return [...[...this.#records.values()].map((record) => record.sealed), ...[...this.#userKeys.values()].flat()];
  }

  async #loadUserKeys(userId: string): Promise<void> {
    const since = this.#nowMs - EXPIRED_KEYS_MS;
    const keys = await this.#storage.findUserKeys(this.#appId, userId, since, USER_KEYS_MAX);
    this.#userKeys.set(
      userId,
      keys.map((record) => record.sealed),
    );
  }
}

/**
 * Deleted records count: a quorum that a deleted user was a member of still decides, and only the signer may say what
 * a deleted record means. In the order of `keys`.
 */
export async function findEvenDeleted(
  storage: StorageReader,
  appId: string,
  keys: RecordKey[],
): Promise<(StoredRecord | undefined)[]> {
  const live = await storage.findRecords(appId, keys);
  return Promise.all(keys.map((key, at) => live[at] ?? storage.findRecord(appId, key, { includeDeleted: true })));
}

function nameOf(key: RecordKey): string {
  return `${key.type}/${key.id}`;
}

/** A damaged record leads nowhere, or to what is not there; the signer will say what it is. */
function leadsTo(record: StoredRecord): RecordKey[] {
  if (record.type === "policy" || record.type === "aggregation") return referredTo(record.sealed);
  if (record.type !== "wallet" && record.type !== "key_quorum") return [];
  try {
    const { body } = readSealedRecord(record.sealed);
    const keys = record.type === "key_quorum" ? namedByQuorum(body as never) : namedByWallet(body as never);
    return keys.filter(({ id }) => typeof id === "string");
  } catch {
    return [];
  }
}

function namedByQuorum({ user_ids, key_quorum_ids }: { user_ids: string[]; key_quorum_ids: string[] }): RecordKey[] {
  return [
    ...user_ids.map((id) => ({ type: "user" as const, id })),
    ...key_quorum_ids.map((id) => ({ type: "key_quorum" as const, id })),
  ];
}

type NamedByWallet = {
  owner_id: string | null;
  policy_ids: string[];
  additional_signers: { signer_id: string; override_policy_ids?: string[] }[];
};

function namedByWallet(wallet: NamedByWallet): RecordKey[] {
  const policies = [
    ...wallet.policy_ids,
    ...wallet.additional_signers.flatMap((signer) => signer.override_policy_ids ?? []),
  ];
  return [
    ...(wallet.owner_id === null ? [] : [{ type: "key_quorum" as const, id: wallet.owner_id }]),
    ...wallet.additional_signers.map((signer) => ({ type: "key_quorum" as const, id: signer.signer_id })),
    ...policies.map((id) => ({ type: "policy" as const, id })),
  ];
}

/** The aggregations and condition sets that the conditions of a policy or aggregation name. Most name none. */
function referredTo(sealed: string): RecordKey[] {
  const keys: RecordKey[] = [];
  for (const [, id] of sealed.matchAll(/"aggregation\.([a-z0-9]{24})"/g)) keys.push({ type: "aggregation", id: id! });
  if (!sealed.includes('"in_condition_set"')) return keys;
  const { rules, definition } = readSealedRecord(sealed).body as {
    rules?: { conditions: Condition[] }[];
    definition?: { conditions: Condition[] };
  };
  const conditions = [...(rules ?? []).flatMap((rule) => rule.conditions), ...(definition?.conditions ?? [])];
  for (const { operator, value } of conditions) {
    if (operator === "in_condition_set" && typeof value === "string") keys.push({ type: "condition_set", id: value });
  }
  return keys;
}

type Condition = { operator: string; value: unknown };
