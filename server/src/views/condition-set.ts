import { readSealedRecord } from "@mandate/signer/protocol";

type StoredItem = { id: string; value: string; created_at: number; n: number };

/** The wire's condition set (spec 06 §4), without its items. */
export function viewConditionSet(sealed: string) {
  const { id, created_at, body } = readSealedRecord(sealed);
  const { name, owner_id } = body as { name: string; owner_id: string | null };
  return { id, name, owner_id, created_at };
}

/** The items in the order in which they were added. `n` says where a page ends and is not shown. */
export function readConditionSetItems(sealed: string): StoredItem[] {
  return (readSealedRecord(sealed).body as { items: StoredItem[] }).items;
}

export function viewConditionSetItem(setId: string, { id, value, created_at }: StoredItem) {
  return { id, condition_set_id: setId, value, created_at };
}
