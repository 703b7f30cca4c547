import type { JsonObject, JsonValue } from "@mandate/core/encoding/json-value";
import type { SignerAccepted } from "../protocol.ts";
import { accept } from "./accept.ts";
import { makeUserId } from "./id.ts";
import { identityOf, kindOf } from "./identities.ts";
import { authenticateApp, type Operation, requireBody, requireList } from "./operation.ts";
import { putRecord } from "./put-record.ts";
import type { UserBody } from "./records.ts";
import { invalidData, Refusal } from "./refusal.ts";
import type { AuthorityRecord } from "./seal.ts";
import { makeUserWallets } from "./wallets.ts";

const CREATE_MEMBERS = [
  "linked_accounts",
  "wallets",
  "custom_metadata",
  "create_ethereum_wallet",
  "create_embedded_wallet",
  "create_n_ethereum_wallets",
  "number_of_ethereum_wallets_to_create",
  "create_n_embedded_wallets",
];
const WALLETS_MAX = 10;

/**
 * Seals who the user is: the identities that may later obtain a key for this user. The rest of the profile carries no
 * authority and is the server's.
 */
export function createUser(op: Operation): SignerAccepted {
  authenticateApp(op);
  const body = requireBody(op, CREATE_MEMBERS);
  const accounts = requireList(body.linked_accounts, "linked_accounts", 50);
  if (accounts.length === 0) throw invalidData("linked_accounts must have at least one entry");
  const id = makeUserId(op.ctx);
  const user = putRecord(op, { type: "user", id, version: 1, body: { identities: readIdentities(accounts) } });
  const wallets = makeUserWallets(op, id, readWallets(body));
  const { put, walletSecrets } = wallets;
  return accept(op, { changesState: true, put: [user, ...put], walletSecrets, more: { user_id: id } });
}

export function createUserWallets(op: Operation): SignerAccepted {
  authenticateApp(op);
  const record = requireStored(op);
  const body = requireBody(op, ["wallets"]);
  const { put, walletSecrets } = makeUserWallets(op, record.id, requireList(body.wallets, "wallets", WALLETS_MAX));
  if (put.length === 0) throw invalidData("wallets must have at least one entry");
  return accept(op, { changesState: true, put, walletSecrets, more: { user_id: record.id } });
}

/** A deleted user never approves again; wallets that only this user owned stay, and obey nobody. */
export function deleteUser(op: Operation): SignerAccepted {
  authenticateApp(op);
  const record = requireStored(op);
  const { id, version, createdAtMs, body } = record;
  const put = putRecord(op, { type: "user", id, version: version + 1, createdAtMs, deleted: true, body });
  return accept(op, { changesState: true, put: [put], more: { user_id: id } });
}

function requireStored(op: Operation): AuthorityRecord<UserBody> {
  const id = op.route.params.id!;
  const record = op.records.get("user", id.startsWith("did:privy:") ? id : `did:privy:${id}`);
  if (record.deleted) throw new Refusal(404, "user_does_not_exist", "User not found");
  op.records.markUsed(record);
  return record;
}

/** The app vouches for the accounts it names: whoever holds one signs in as this user. */
function readIdentities(accounts: JsonValue[]): string[] {
  const identities = accounts.map((account, at) => identityOf(account, `linked_accounts.${at}`));
  if (identities.filter((identity) => kindOf(identity) === "custom_auth").length > 1)
    throw invalidData("User cannot have more than one custom JWT account.");
  return [...new Set(identities)];
}

/** `wallets`, or the flags of older clients that stand for it (spec 05 §2). */
function readWallets(body: JsonObject): JsonValue[] {
  const wallets = body.wallets === undefined ? [] : [...requireList(body.wallets, "wallets", WALLETS_MAX)];
  if (body.create_ethereum_wallet !== true && body.create_embedded_wallet !== true) return wallets;
  const count =
    body.create_n_ethereum_wallets ?? body.number_of_ethereum_wallets_to_create ?? body.create_n_embedded_wallets ?? 1;
  if (typeof count !== "number" || !Number.isSafeInteger(count) || count < 1 || count > WALLETS_MAX) {
    throw invalidData(`the number of wallets to create must be 1 to ${WALLETS_MAX}`);
  }
  return [...wallets, ...Array.from({ length: count }, () => ({ chain_type: "ethereum" }))];
}
