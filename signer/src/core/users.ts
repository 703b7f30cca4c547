import type { JsonObject, JsonValue } from "@mandate/core/encoding/json-value";
import type { SignerAccepted } from "../protocol.ts";
import { accept } from "./accept.ts";
import { makeUserId } from "./id.ts";
import { identityOf, kindOf } from "./identities.ts";
import { authenticateApp, type Operation, requireBody, requireList, requireText } from "./operation.ts";
import { putRecord } from "./put-record.ts";
import type { UserBody } from "./records.ts";
import { invalidData, Refusal } from "./refusal.ts";
import type { AuthorityRecord } from "./seal.ts";
import { makeUserWallets } from "./wallets.ts";

const WALLETS_MEMBERS = [
  "wallets",
  "create_ethereum_wallet",
  "create_solana_wallet",
  "create_ethereum_smart_wallet",
  "create_embedded_wallet",
  "create_n_ethereum_wallets",
  "number_of_ethereum_wallets_to_create",
  "create_n_embedded_wallets",
];
const CREATE_MEMBERS = ["linked_accounts", "custom_metadata", ...WALLETS_MEMBERS];
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
  const { wallets } = requireBody(op, ["wallets"]);
  return addWallets(op, requireUser(op, op.route.params.id!), requireList(wallets, "wallets", WALLETS_MAX));
}

/** The same by the path and the flags of an older client, which names the user in the body (spec 05 §2). */
export function createWalletsForUser(op: Operation): SignerAccepted {
  authenticateApp(op);
  if (op.route.params.id !== op.appId) throw new Refusal(404, "not_found", "App not found");
  const { user_id: id, ...body } = requireBody(op, ["user_id", ...WALLETS_MEMBERS]);
  return addWallets(op, requireUser(op, requireText(id, "user_id", 100)), readWallets(body));
}

function addWallets(op: Operation, user: AuthorityRecord<UserBody>, items: JsonValue[]): SignerAccepted {
  if (items.length === 0) throw invalidData("wallets must have at least one entry");
  const { put, walletSecrets } = makeUserWallets(op, user.id, items);
  return accept(op, { changesState: true, put, walletSecrets, more: { user_id: user.id } });
}

/** A deleted user never approves again; wallets that only this user owned stay, and obey nobody. */
export function deleteUser(op: Operation): SignerAccepted {
  authenticateApp(op);
  const record = requireUser(op, op.route.params.id!);
  const { id, version, createdAtMs, body } = record;
  const put = putRecord(op, { type: "user", id, version: version + 1, createdAtMs, deleted: true, body });
  return accept(op, { changesState: true, put: [put], more: { user_id: id } });
}

/** With or without its method prefix (spec 00 §2). */
export function requireUser(op: Operation, id: string): AuthorityRecord<UserBody> {
  const record = op.records.get("user", id.startsWith("did:privy:") ? id : `did:privy:${id}`);
  if (record.deleted) throw new Refusal(404, "user_does_not_exist", "User not found");
  op.records.markUsed(record);
  return record;
}

/** The app vouches for the accounts it names: whoever holds one signs in as this user. */
function readIdentities(accounts: JsonValue[]): string[] {
  const identities = accounts.map((account, at) => identityOf(account, `linked_accounts.${at}`));
  if (identities.some((identity) => kindOf(identity) === "passkey"))
    throw invalidData("a passkey is linked by its holder; the app cannot vouch for one");
  if (identities.filter((identity) => kindOf(identity) === "custom_auth").length > 1)
    throw invalidData("User cannot have more than one custom JWT account.");
  return [...new Set(identities)];
}

/** `wallets`, and the flags of older clients that stand for it (spec 05 §2). */
function readWallets(body: JsonObject): JsonValue[] {
  if (body.create_ethereum_smart_wallet === true)
    throw new Refusal(400, "not_supported", "smart wallets are not supported by this server");
  const wallets = body.wallets === undefined ? [] : requireList(body.wallets, "wallets", WALLETS_MAX);
  const wantsEthereum = body.create_ethereum_wallet === true || body.create_embedded_wallet === true;
  const count =
    body.create_n_ethereum_wallets ?? body.number_of_ethereum_wallets_to_create ?? body.create_n_embedded_wallets;
  if (count !== undefined && !wantsEthereum)
    throw invalidData("a number of Ethereum wallets goes with create_ethereum_wallet: true");
  if (count !== undefined && (typeof count !== "number" || !Number.isSafeInteger(count) || count < 1)) {
    throw invalidData("the number of wallets to create must be 1 or more");
  }
  const all = [
    ...wallets,
    ...Array.from({ length: wantsEthereum ? Math.min(count ?? 1, WALLETS_MAX + 1) : 0 }, () => ETHEREUM),
    ...(body.create_solana_wallet === true ? [{ chain_type: "solana" }] : []),
  ];
  if (all.length > WALLETS_MAX) throw invalidData(`a request creates at most ${WALLETS_MAX} wallets`);
  return all;
}

const ETHEREUM = { chain_type: "ethereum" };
