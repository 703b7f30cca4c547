import type { Storage } from "../storage/storage.ts";

const UNIT = 500;
const verified = { verified_at: 1, first_verified_at: 1, latest_verified_at: 1 };

/** IDs of the form that the server's own have. */
export function rowId(kind: string, row: number): string {
  return `${kind}${String(row).padStart(23, "0")}`;
}

/** As many users and decisions in an app, straight into storage; what is asked for is what the API would have put there. */
export async function putManyRows(storage: Storage, appId: string, count: number): Promise<void> {
  for (let from = 0; from < count; from += UNIT) {
    const rows = Array.from({ length: Math.min(UNIT, count - from) }, (_, at) => from + at);
    const putUsers = rows.map((row) => ({
      id: `did:privy:${rowId("u", row)}`,
      createdAtMs: 1000 + row,
      profile: JSON.stringify({ linked_accounts: [{ type: "email", address: `user${row}@example.com`, ...verified }] }),
      accounts: [`email:user${row}@example.com`],
    }));
    await Promise.all([
      storage.commit({ appId, expect: [], put: [], putUsers }),
      ...rows.map((row) => storage.commit({ appId, expect: [], put: [], receipt: receiptOf(appId, row) })),
    ]);
  }
}

/** One in a hundred is refused, so that filters can look for what few have and for what nearly all have. */
function receiptOf(appId: string, row: number) {
  const [walletId, policyId, signerId] = [rowId("w", row % 1000), rowId("p", row % 10), rowId("k", row % 3)];
  const decision = row % 100 === 0 ? ("DENY" as const) : ("ALLOW" as const);
  const body = { operation: "walletRpc", method: "POST", path: "/v1/wallets/x/rpc", policy: null };
  const sealed = JSON.stringify({ v: 1, type: "receipt", app_id: appId, id: rowId("r", row), version: 1, body });
  const [id, createdAtMs] = [rowId("r", row), 1000 + row];
  return { id, receipt: `1.a.b.${sealed}`, walletId, decision, createdAtMs, policyId, signerId };
}
