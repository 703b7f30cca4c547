import { ApiError } from "../api-error.ts";
import type { Deps } from "../deps.ts";
import { makeId } from "../make-id.ts";
import { normalizeAddress } from "../views/address.ts";

/**
 * Who may sign in to an app that lets only listed people in. An allowlist is on as soon as it has an entry, and carries
 * no authority: it keeps strangers out of an app, not users out of their wallets.
 */
export type AllowlistEntry = {
  id: string;
  type: "email" | "emailDomain" | "wallet" | "phone";
  value: string;
  acceptedAtMs: number | null;
};

const COLLECTION = "allowlist";
const ENTRIES_MAX = 10_000;

export async function listAllowlist(deps: Deps, appId: string): Promise<AllowlistEntry[]> {
  const { data } = await deps.documents.listDocuments(
    { collection: COLLECTION, scope: appId, order: "oldest" },
    { cursor: undefined, limit: ENTRIES_MAX },
  );
  return data.map(({ body }) => JSON.parse(body) as AllowlistEntry);
}

export async function isAllowlistOn(deps: Deps, appId: string): Promise<boolean> {
  return (await deps.documents.countDocuments(COLLECTION, appId)) > 0;
}

/** The entry, which may have been there. */
export async function addToAllowlist(
  deps: Deps,
  appId: string,
  type: AllowlistEntry["type"],
  value: string,
): Promise<AllowlistEntry> {
  const entry: AllowlistEntry = { id: makeId(), type, value: normalize(type, value), acceptedAtMs: null };
  const result = await deps.documents.writeDocuments({
    put: [
      {
        ...{ collection: COLLECTION, scope: appId, id: entry.id, version: 1, body: JSON.stringify(entry) },
        createdAtMs: deps.nowMs(),
        keys: [nameOf(entry)],
      },
    ],
  });
  if (result.ok) return entry;
  const known = await deps.documents.findDocumentByKey(COLLECTION, appId, nameOf(entry));
  if (known === undefined) throw new ApiError("resource_conflict");
  return JSON.parse(known.body) as AllowlistEntry;
}

/** False when there is no such entry. */
export async function removeFromAllowlist(
  deps: Deps,
  appId: string,
  type: AllowlistEntry["type"],
  value: string,
): Promise<boolean> {
  const name = nameOf({ type, value: normalize(type, value) });
  const known = await deps.documents.findDocumentByKey(COLLECTION, appId, name);
  if (known === undefined) return false;
  const { collection, scope, id, version } = known;
  return (await deps.documents.writeDocuments({ remove: [{ collection, scope, id, version }] })).ok;
}

export async function assertAllowlisted(
  deps: Deps,
  appId: string,
  login: { identity: string; account: { type: string; [member: string]: unknown } | undefined },
): Promise<void> {
  if (!(await isAllowlistOn(deps, appId))) return;
  for (const name of namesOf(login.identity, login.account)) {
    if ((await deps.documents.findDocumentByKey(COLLECTION, appId, name)) !== undefined) return;
  }
  throw new ApiError("allowlist_rejected");
}

/** Only what was proved counts: the address of an email account, never one that another provider mentions. */
function namesOf(identity: string, account: { type: string; [member: string]: unknown } | undefined): string[] {
  if (account?.type === "email") {
    const address = identity.slice("email:".length);
    return [`email:${address}`, `emailDomain:${address.slice(address.lastIndexOf("@") + 1)}`];
  }
  return account?.type === "wallet" || account?.type === "phone" ? [identity] : [];
}

function nameOf({ type, value }: Pick<AllowlistEntry, "type" | "value">): string {
  return `${type}:${value}`;
}

function normalize(type: AllowlistEntry["type"], value: string): string {
  if (type === "wallet") return normalizeAddress(value);
  return type === "phone" ? value : value.toLowerCase().replace(/^@/, "");
}
