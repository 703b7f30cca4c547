import { afterAll, beforeAll, expect, it } from "vitest";
import { startTeamServer, type TeamServer } from "../testing/team-server.ts";

/** `MANDATE_ROWS=100000` is the full run. */
const ROWS = Number(process.env.MANDATE_ROWS ?? 5000);
const BOUND_MS = 200;
const APP = "c23456789012345678901234a";
const UNIT = 500;
const verified = { verified_at: 1, first_verified_at: 1, latest_verified_at: 1 };

let server: TeamServer;
let session: string;

beforeAll(async () => {
  server = await startTeamServer();
  ({ session } = await server.signIn("admin"));
  const body = { id: APP, name: "Shop", secret_sha256: "0".repeat(64) };
  expect((await server.ask("POST", "/operator/v1/apps", { body, session })).status).toBe(200);
  const { storage } = server.deps;
  for (let from = 0; from < ROWS; from += UNIT) {
    const rows = Array.from({ length: Math.min(UNIT, ROWS - from) }, (_, at) => from + at);
    const putUsers = rows.map((row) => ({
      id: `did:privy:${idOf("u", row)}`,
      createdAtMs: 1000 + row,
      profile: JSON.stringify({ linked_accounts: [{ type: "email", address: `user${row}@example.com`, ...verified }] }),
      accounts: [`email:user${row}@example.com`],
    }));
    await Promise.all([
      storage.commit({ appId: APP, expect: [], put: [], putUsers }),
      ...rows.map((row) => storage.commit({ appId: APP, expect: [], put: [], receipt: receiptOf(row) })),
    ]);
  }
}, 600_000);
afterAll(() => server.close());

function idOf(kind: string, row: number): string {
  return `${kind}${String(row).padStart(23, "0")}`;
}

/** One in a hundred is refused; the filters below look for what few have and for what nearly all have. */
function receiptOf(row: number) {
  const [walletId, policyId, signerId] = [idOf("w", row % 1000), idOf("p", row % 10), idOf("k", row % 3)];
  const decision = row % 100 === 0 ? ("DENY" as const) : ("ALLOW" as const);
  const body = { operation: "walletRpc", method: "POST", path: "/v1/wallets/x/rpc", policy: null };
  const sealed = JSON.stringify({ v: 1, type: "receipt", app_id: APP, id: idOf("r", row), version: 1, body });
  const [id, createdAtMs] = [idOf("r", row), 1000 + row];
  return { id, receipt: `1.a.b.${sealed}`, walletId, decision, createdAtMs, policyId, signerId };
}

async function readAll(query: string, pages: number): Promise<{ data: unknown[]; slowestMs: number }> {
  let [cursor, slowestMs]: [string | null, number] = [null, 0];
  const data: unknown[] = [];
  for (let page = 0; page < pages; page++) {
    const joint = query.includes("?") ? "&" : "?";
    const target = `/operator/v1/apps/${APP}/${query}${cursor === null ? "" : `${joint}cursor=${encodeURIComponent(cursor)}`}`;
    const before = performance.now();
    const answer = await server.ask("GET", target, { session });
    slowestMs = Math.max(slowestMs, performance.now() - before);
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    const body = answer.body as { data: unknown[]; next_cursor: string | null };
    data.push(...body.data);
    cursor = body.next_cursor;
    if (cursor === null) break;
  }
  return { data, slowestMs };
}

it.each([
  ["users", 3, 150],
  ["users?limit=100", 2, 200],
  [`users?search=user${ROWS - 1}@`, 1, 1],
  ["users?search=user1", 1, 50],
  [`users?search=${idOf("u", 7)}`, 1, 1],
  ["users?search=nobody", 1, 0],
  ["activity", 3, 150],
  ["activity?limit=100", 2, 200],
  ["activity?decision=DENY", 1, 50],
  [`activity?wallet_id=${idOf("w", 7)}`, 1, Math.min(50, ROWS / 1000)],
  [`activity?policy_id=${idOf("p", 7)}`, 2, 100],
  [`activity?signer_id=${idOf("k", 1)}&decision=DENY`, 1, Math.min(50, Math.ceil((ROWS - 100) / 300))],
  [`activity?wallet_id=${idOf("w", 7)}&decision=DENY`, 1, 0],
])(`%s among ${ROWS} rows`, async (query, pages, rows) => {
  await readAll(query, pages);
  const { data, slowestMs } = await readAll(query, pages);
  expect(data.length).toBe(rows);
  expect(slowestMs).toBeLessThan(BOUND_MS);
  if (ROWS >= 100_000) console.log(`${query}: slowest page ${slowestMs.toFixed(1)} ms`);
});
