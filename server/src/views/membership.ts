import { readSealedRecord } from "@mandate/signer/protocol";
import type { StorageReader } from "../storage/storage.ts";

/** Whether the user belongs to the quorum, directly or through one inside it; the signer asks the same (I20). */
export async function isMember(
  storage: StorageReader,
  appId: string,
  quorumId: string | null,
  userId: string,
  depth = 0,
): Promise<boolean> {
  if (quorumId === null || depth > 1) return false;
  const record = await storage.findRecord(appId, { type: "key_quorum", id: quorumId });
  if (record === undefined) return false;
  const { user_ids, key_quorum_ids } = readSealedRecord(record.sealed).body as { [name: string]: string[] };
  if (user_ids?.includes(userId)) return true;
  for (const child of key_quorum_ids ?? []) if (await isMember(storage, appId, child, userId, depth + 1)) return true;
  return false;
}

/** The user whom the quorum consists of; null where there is none, or somebody else beside. */
export async function findSoleUser(storage: StorageReader, appId: string, quorumId: string | null) {
  if (quorumId === null) return null;
  const record = await storage.findRecord(appId, { type: "key_quorum", id: quorumId });
  if (record === undefined) return null;
  const members = readSealedRecord(record.sealed).body as { [name: string]: string[] | undefined };
  const { user_ids = [], public_keys = [], key_quorum_ids = [] } = members;
  return user_ids.length === 1 && public_keys.length + key_quorum_ids.length === 0 ? user_ids[0]! : null;
}
