import { type CommitUnit, InvalidUnitError, type PutRecord } from "./storage.ts";

/**
 * Refuses a unit that no caller should have built, with `InvalidUnitError`, before any of it is written. What it
 * guards against is silent damage: a driver that would store another string than it was given, an answer that a
 * repeated request could never get, a wallet that no list would show.
 */
export function assertCommitUnit(unit: CommitUnit): void {
  assertText(unit.appId, "app id");
  if (unit.nowMs !== undefined) assertInteger(unit.nowMs, "nowMs");
  for (const { type, id, version } of unit.expect) {
    assertText(id, `id of an expected ${type}`);
    assertVersion(version, type);
  }
  for (const put of unit.put) assertPut(put);
  assertDistinct(
    unit.put.map((put) => `${put.type} ${put.id}`),
    "record",
  );
  assertFewerThan(unit);
  assertSecrets(unit);
  assertUsers(unit);
  assertRequests(unit);
  if (unit.transaction !== undefined) {
    const { createdAtMs, expiresAtMs, referenceId, ...text } = unit.transaction;
    for (const [name, value] of Object.entries(text)) assertText(value, `${name} of the transaction`);
    if (referenceId !== undefined) assertText(referenceId, "reference id of the transaction");
    assertInteger(createdAtMs, "createdAtMs of the transaction");
    if (expiresAtMs !== undefined) assertInteger(expiresAtMs, "expiresAtMs of the transaction");
  }
  assertUnusedNonce(unit);
  if (unit.receipt !== undefined) {
    assertText(unit.receipt.id, "id of the receipt");
    assertText(unit.receipt.receipt, "receipt");
    if (unit.receipt.walletId !== undefined) assertText(unit.receipt.walletId, "wallet id of the receipt");
    for (const id of [unit.receipt.policyId, unit.receipt.signerId]) if (id !== undefined) assertText(id, "receipt");
    assertInteger(unit.receipt.createdAtMs, "createdAtMs of the receipt");
  }
}

function assertPut(put: PutRecord): void {
  assertText(put.id, `id of a ${put.type}`);
  assertVersion(put.version, put.type);
  assertText(put.sealed, `sealed ${put.type}`);
  assertInteger(put.createdAtMs, `createdAtMs of a ${put.type}`);
  if (typeof put.deleted !== "boolean") throw new InvalidUnitError(`deleted of a ${put.type} is not a boolean`);
  if (put.title !== undefined) assertText(put.title, `title of a ${put.type}`);
  for (const reference of put.references) assertText(reference.to, `reference of a ${put.type}`);
  if (put.wallet !== undefined) {
    if (put.type !== "wallet") throw new InvalidUnitError(`a ${put.type} cannot carry wallet filters`);
    assertText(put.wallet.address, "wallet address");
    assertText(put.wallet.chainType, "wallet chain type");
    if (put.wallet.externalId !== undefined) assertText(put.wallet.externalId, "wallet external id");
  } else if (put.type === "wallet" && !put.deleted) {
    throw new InvalidUnitError("a wallet needs what its list filters look at");
  }
  if (put.expiresAtMs !== undefined) {
    if (put.type !== "user_key") throw new InvalidUnitError(`a ${put.type} cannot expire`);
    assertInteger(put.expiresAtMs, "expiresAtMs of a user key");
  } else if (put.type === "user_key" && !put.deleted) {
    throw new InvalidUnitError("a user key needs an expiry");
  }
}

/** The number is exact because writers of it meet at the record that is referred to. */
function assertFewerThan({ fewerThan, expect }: CommitUnit): void {
  if (fewerThan === undefined) return;
  const { max, to } = fewerThan;
  if (!Number.isSafeInteger(max) || max < 1 || max > 1000) throw new InvalidUnitError("a limit is from 1 to 1000");
  if (!expect.some(({ type, id }) => type === to.type && id === to.id))
    throw new InvalidUnitError(`a limit on what refers to a ${to.type} needs its version`);
}

/** The nonce is unused because senders of the wallet meet at its record. */
function assertUnusedNonce({ transaction, nonceUnusedSinceMs, expect }: CommitUnit): void {
  if (nonceUnusedSinceMs === undefined) return;
  assertInteger(nonceUnusedSinceMs, "nonceUnusedSinceMs");
  if (!expect.some(({ type, id }) => type === "wallet" && id === transaction?.walletId)) {
    throw new InvalidUnitError("a nonce that must be unused needs its transaction and the version of its wallet");
  }
}

function assertSecrets(unit: CommitUnit): void {
  const secrets = unit.walletSecrets ?? [];
  for (const secret of secrets) {
    assertText(secret.walletId, "wallet id of a secret");
    assertText(secret.sealedKey, "sealed key");
    if (secret.sealedSeed !== undefined) assertText(secret.sealedSeed, "sealed seed");
    if (!unit.put.some((put) => put.type === "wallet" && put.id === secret.walletId && !put.deleted)) {
      throw new InvalidUnitError("a wallet secret is written only together with its wallet");
    }
  }
  assertDistinct(
    secrets.map((secret) => secret.walletId),
    "wallet secret",
  );
}

function assertUsers(unit: CommitUnit): void {
  const users = unit.putUsers ?? [];
  for (const user of users) {
    assertText(user.id, "user id");
    assertText(user.profile, "user profile");
    assertInteger(user.createdAtMs, "createdAtMs of a user");
    for (const account of user.accounts) assertText(account, "user account");
  }
  for (const id of unit.deleteUsers ?? []) assertText(id, "user id");
  assertDistinct([...users.map((user) => user.id), ...(unit.deleteUsers ?? [])], "user");
}

function assertRequests(unit: CommitUnit): void {
  const consumed = unit.consume ?? [];
  for (const { digest, expiresAtMs } of consumed) {
    assertText(digest, "digest of a consumed request");
    assertInteger(expiresAtMs, "expiresAtMs of a consumed request");
  }
  assertDistinct(
    consumed.map((request) => request.digest),
    "consumed request",
  );
  if (unit.idempotency !== undefined) {
    const { expiresAtMs, ...text } = unit.idempotency;
    for (const [name, value] of Object.entries(text)) assertText(value, `${name} of the idempotency entry`);
    assertInteger(expiresAtMs, "expiresAtMs of the idempotency entry");
  }
  const needsAnswer = consumed.length > 0 || unit.idempotency !== undefined;
  if (needsAnswer && unit.answer === undefined) {
    throw new InvalidUnitError("a consumed request or idempotency key needs the answer that a repetition gets");
  }
  if (unit.answer !== undefined) {
    assertInteger(unit.answer.status, "status of the answer");
    assertText(unit.answer.body, "body of the answer");
  }
}

/**
 * Text that every database gives back as it was. SQLite's driver would store an unpaired surrogate as U+FFFD (two
 * ids become one) and cuts text at U+0000 when reading; PostgreSQL refuses both.
 */
export function isStorableText(value: unknown): value is string {
  return typeof value === "string" && !value.includes("\0") && isWellFormed(value);
}

function isWellFormed(value: string): boolean {
  // ES2024, and in every Node we run on; the compiler's library is ES2023.
  return (value as unknown as { isWellFormed(): boolean }).isWellFormed();
}

/** Refuses a limit of a list that is not an integer from 1 to 10,000. */
export function assertLimit(limit: number): void {
  if (!Number.isSafeInteger(limit) || limit < 1 || limit > 10_000) {
    throw new RangeError("the limit of a list is an integer from 1 to 10000");
  }
}

function assertText(value: unknown, what: string): void {
  if (!isStorableText(value)) throw new InvalidUnitError(`${what} is not well-formed text without U+0000`);
}

function assertInteger(value: unknown, what: string): void {
  if (!Number.isSafeInteger(value)) throw new InvalidUnitError(`${what} is not a safe integer`);
}

function assertVersion(version: number, type: string): void {
  if (!Number.isSafeInteger(version) || version < 1) throw new InvalidUnitError(`version of a ${type} is not >= 1`);
}

function assertDistinct(names: string[], what: string): void {
  if (names.length > 1 && new Set(names).size !== names.length) {
    throw new InvalidUnitError(`one unit names the same ${what} twice`);
  }
}
