import { afterAll, beforeAll, expect, it } from "vitest";
import { putManyRows, rowId } from "../testing/many-rows.ts";
import { startTeamServer, type TeamServer } from "../testing/team-server.ts";

/** `MANDATE_ROWS=100000` is the full run. */
const ROWS = Number(process.env.MANDATE_ROWS ?? 5000);
const BOUND_MS = 200;
const APP = "c23456789012345678901234a";

let server: TeamServer;
let session: string;

beforeAll(async () => {
  server = await startTeamServer();
  ({ session } = await server.signIn("admin"));
  const body = { id: APP, name: "Shop", secret_sha256: "0".repeat(64) };
  expect((await server.ask("POST", "/operator/v1/apps", { body, session })).status).toBe(200);
  await putManyRows(server.deps.storage, APP, ROWS);
}, 600_000);
afterAll(() => server.close());

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
  [`users?search=${rowId("u", 7)}`, 1, 1],
  ["users?search=nobody", 1, 0],
  ["users?account_type=email&has_wallet=false", 3, 150],
  [`users?account_type=google_oauth`, Math.ceil(ROWS / 10_000), 0],
  ["users?has_wallet=true", Math.ceil(ROWS / 10_000), 0],
  ["users?created_from=1100&created_before=1200", 2, 100],
  ["activity", 3, 150],
  ["activity?limit=100", 2, 200],
  ["activity?decision=DENY", 1, 50],
  [`activity?wallet_id=${rowId("w", 7)}`, 1, Math.min(50, ROWS / 1000)],
  [`activity?policy_id=${rowId("p", 7)}`, 2, 100],
  [`activity?signer_id=${rowId("k", 1)}&decision=DENY`, 1, Math.min(50, Math.ceil((ROWS - 100) / 300))],
  [`activity?wallet_id=${rowId("w", 7)}&decision=DENY`, 1, 0],
])(`%s among ${ROWS} rows`, async (query, pages, rows) => {
  await readAll(query, pages);
  const { data, slowestMs } = await readAll(query, pages);
  expect(data.length).toBe(rows);
  expect(slowestMs).toBeLessThan(BOUND_MS);
  if (ROWS >= 100_000) console.log(`${query}: slowest page ${slowestMs.toFixed(1)} ms`);
});
