import { expect } from "vitest";
import type {
  CommitResult,
  CommitUnit,
  NewReceipt,
  NewTransaction,
  PutRecord,
  PutUser,
  RecordReference,
  RecordType,
  Storage,
} from "../storage.ts";

export const APP = "app-a-0000000000000000000";
export const OTHER_APP = "app-b-0000000000000000000";

/** A unit that does nothing but what is given. */
export function makeUnit(parts: Partial<CommitUnit>): CommitUnit {
  return { appId: APP, expect: [], put: [], ...parts };
}

export function makePut(type: RecordType, id: string, version: number, parts: Partial<PutRecord> = {}): PutRecord {
  const own: Partial<PutRecord> = {};
  if (type === "wallet") own.wallet = makeWalletFilters(id);
  if (type === "user_key") own.expiresAtMs = 1_000_000;
  const sealed = `sealed ${type} ${id} v${version}`;
  return { type, id, version, sealed, deleted: false, createdAtMs: 1000, references: [], ...own, ...parts };
}

export function makeWalletFilters(id: string, parts: Partial<NonNullable<PutRecord["wallet"]>> = {}) {
  return { address: `address of ${id}`, chainType: "ethereum", externalId: undefined, archived: false, ...parts };
}

export function makeDeletion(type: RecordType, id: string, version: number): PutRecord {
  return { type, id, version, sealed: "tombstone", deleted: true, createdAtMs: 1000, references: [] };
}

export function reference(kind: RecordReference["kind"], to: string): RecordReference {
  return { kind, to };
}

export function makeUser(id: string, parts: Partial<PutUser> = {}): PutUser {
  return { id, createdAtMs: 1000, profile: `{"id":"${id}"}`, accounts: [], ...parts };
}

export function makeTransaction(id: string, parts: Partial<NewTransaction> = {}): NewTransaction {
  const signed = `0x02${Buffer.from(id, "utf8").toString("hex")}`;
  const own = { walletId: "w1", caip2: "eip155:1", nonce: id, hash: `0xhash${id}`, referenceId: undefined };
  return { id, signed, createdAtMs: 1000, ...own, ...parts };
}

export function makeReceipt(text: string, parts: Partial<NewReceipt> = {}): NewReceipt {
  const receipt = JSON.stringify({ text });
  return { id: `receipt ${text}`, receipt, walletId: "w1", decision: "ALLOW", createdAtMs: 1000, ...parts };
}

/** Commits what has to be there before the test begins. */
export async function commitOk(storage: Storage, parts: Partial<CommitUnit>): Promise<CommitResult> {
  const result = await storage.commit(makeUnit(parts));
  expect(result).toMatchObject({ ok: true });
  return result;
}
