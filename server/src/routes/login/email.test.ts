import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type LoginApp, type LoginServer, startLoginServer } from "../../testing/login-server.ts";

const MINUTE_MS = 60_000;

let server: LoginServer;
let app: LoginApp;

beforeAll(async () => {
  server = await startLoginServer();
  app = await server.createApp("shop");
});
afterAll(() => server?.close());

let count = 0;
const newAddress = () => `person-${++count}@example.com`;
const wrong = (code: string) => String((Number(code) + 1) % 1_000_000).padStart(6, "0");
const init = (email: string) => server.send("POST", "/api/v1/passwordless/init", { app, body: { email } });
const authenticate = (email: string, code: string) =>
  server.send("POST", "/api/v1/passwordless/authenticate", { app, body: { email, code } });

async function issue(email: string): Promise<string> {
  // Mails of one millisecond have no order.
  server.clock.nowMs += 1;
  expect((await init(email)).status).toBe(200);
  return server.readCode(email);
}

describe("a mailed code", () => {
  it("is worth nothing after ten minutes, to the millisecond, also for linking and for another address", async () => {
    const [late, just, email] = [newAddress(), newAddress(), newAddress()];
    const justCode = await issue(just);
    server.clock.nowMs += 10 * MINUTE_MS - 1;
    expect((await authenticate(just, justCode)).status).toBe(200);
    const token = String((await authenticate(email, await issue(email))).body.token);
    const lateCode = await issue(late);
    server.clock.nowMs += 10 * MINUTE_MS;
    expect((await authenticate(late, lateCode)).code).toBe("401 invalid_credentials");
    const update = { oldAddress: email, newAddress: late, code: lateCode };
    for (const [path, sent] of [
      ["link", { email: late, code: lateCode }],
      ["update", update],
    ] as const) {
      const answer = await server.send("POST", `/api/v1/passwordless/${path}`, { app, token, body: sent });
      expect(answer.code, path).toBe("401 invalid_credentials");
    }
    expect((await authenticate(late, await issue(late))).status).toBe(200);
  });

  it("is not had again within ten minutes when five were sent, and is after", async () => {
    const email = newAddress();
    for (let sent = 0; sent < 5; sent++) expect((await init(email)).status).toBe(200);
    expect((await init(email)).code).toBe("429 too_many_requests");
    server.clock.nowMs += 10 * MINUTE_MS;
    expect((await authenticate(email, await issue(email))).status).toBe(200);
  });
});

it("ten wrong codes lock an address for fifteen minutes and no longer, and a right one forgets the wrong", async () => {
  const [email, other] = [newAddress(), newAddress()];
  const guess = async (address: string, times: number) => {
    const code = await issue(address);
    for (let at = 0; at < times; at++)
      expect((await authenticate(address, wrong(code))).code).toBe("401 invalid_credentials");
    return code;
  };
  await guess(other, 4);
  expect((await authenticate(other, await guess(other, 4))).status).toBe(200);
  await guess(other, 4);
  expect((await authenticate(other, await guess(other, 4))).status).toBe(200);

  await guess(email, 5);
  await guess(email, 5);
  server.clock.nowMs += 15 * MINUTE_MS - 1;
  expect((await init(email)).code).toBe("429 too_many_requests");
  expect((await authenticate(email, "000000")).code).toBe("429 too_many_requests");
  server.clock.nowMs += 1;
  expect((await authenticate(email, await issue(email))).status).toBe(200);
});
