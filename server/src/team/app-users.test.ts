import { createHash } from "node:crypto";
import { testKey } from "@mandate/signer/testing/test-keys";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTeamServer, type TeamServer } from "../testing/team-server.ts";

const APP = "c23456789012345678901234a";
const OTHER = "c23456789012345678901234b";
const path = `/operator/v1/apps/${APP}/users`;

let server: TeamServer;
let session: string;

const asAdmin = (method: string, target: string, body?: object) => server.ask(method, target, { body, session });
const codeOf = (answer: { body?: unknown }) => (answer.body as { code?: string } | undefined)?.code;

beforeAll(async () => {
  server = await startTeamServer();
  ({ session } = await server.signIn("admin"));
  const secret_sha256 = createHash("sha256").update("secret").digest("hex");
  for (const id of [APP, OTHER]) {
    const body = { id, name: "Shop", secret_sha256, login_methods: ["guest"] };
    expect((await asAdmin("POST", "/operator/v1/apps", body)).status).toBe(200);
  }
});
afterAll(() => server.close());

type SignedIn = { user: { id: string }; token: string; refresh_token: string };

async function signInAsGuest(guest_credential: string): Promise<SignedIn> {
  const answer = await server.ask("POST", "/v1/guest/authenticate", {
    body: { guest_credential },
    headers: { "privy-app-id": APP },
  });
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body as SignedIn;
}

describe("sessions of a user", () => {
  const guest = "g".repeat(43);
  const asUser = (method: string, target: string, { token }: SignedIn, body?: object) =>
    server.ask(method, target, { body, headers: { "privy-app-id": APP, authorization: `Bearer ${token}` } });
  const listed = async (userId: string) =>
    ((await asAdmin("GET", `${path}/${userId}/sessions`)).body as { data: { id: string }[] }).data;
  const isIn = async (one: SignedIn) => (await asUser("GET", "/v1/users/me", one)).status === 200;
  const countKeys = async ({ user }: SignedIn) =>
    (await server.deps.storage.findUserKeys(APP, user.id, server.deps.nowMs(), 10)).length;
  const getKey = async (one: SignedIn) => {
    const body = {
      user_jwt: one.token,
      encryption_type: "HPKE",
      recipient_public_key: testKey("agent").spkiBase64,
    };
    const answer = await asUser("POST", "/v1/wallets/authenticate", one, body);
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  };

  it("of nobody, of another user or of another app are not found, and stay", async () => {
    const [mine, others] = [await signInAsGuest("a".repeat(43)), await signInAsGuest("b".repeat(43))];
    const [{ id }] = (await listed(mine.user.id)) as [{ id: string }];
    expect(codeOf(await asAdmin("DELETE", `${path}/did:privy:none/sessions/${id}`))).toBe("user_does_not_exist");
    expect(codeOf(await asAdmin("DELETE", `${path}/did:privy:none/sessions`))).toBe("user_does_not_exist");
    expect(codeOf(await asAdmin("DELETE", `${path}/${others.user.id}/sessions/${id}`))).toBe("not_found");
    expect(codeOf(await asAdmin("DELETE", `${path}/${mine.user.id}/sessions/none`))).toBe("not_found");
    const elsewhere = path.replace(APP, OTHER);
    expect(codeOf(await asAdmin("DELETE", `${elsewhere}/${mine.user.id}/sessions/${id}`))).toBe("user_does_not_exist");
    expect(await isIn(mine)).toBe(true);
  });

  it("are listed, the newest first, and one is ended with its keys, the others are not", async () => {
    const first = await signInAsGuest(guest);
    server.clock.nowMs += 1000;
    const second = await signInAsGuest(guest);
    await getKey(first);
    await getKey(second);
    const sessions = await listed(first.user.id);
    expect(sessions).toMatchObject([{ refreshed_at: null }, { created_at: server.clock.nowMs - 1000 }]);
    expect(await countKeys(first)).toBe(2);
    const answer = await asAdmin("DELETE", `${path}/${first.user.id}/sessions/${sessions[1]!.id}`);
    expect(answer).toMatchObject({ status: 200, body: { success: true } });
    expect([await isIn(first), await isIn(second)]).toEqual([false, true]);
    expect(await countKeys(first)).toBe(1);
    const body = { refresh_token: first.refresh_token };
    const refreshed = await asUser("POST", "/v1/sessions", first, body);
    expect(codeOf(refreshed)).toBe("missing_or_invalid_token");
    expect(await listed(first.user.id)).toEqual([sessions[0]]);
  });

  it("are ended all at once", async () => {
    const one = await signInAsGuest(guest);
    await getKey(one);
    const answer = await asAdmin("DELETE", `${path}/${one.user.id}/sessions`);
    expect(answer).toMatchObject({ status: 200, body: { ended: 2 } });
    expect(await isIn(one)).toBe(false);
    expect(await countKeys(one)).toBe(0);
    expect(await listed(one.user.id)).toEqual([]);
  });
});

describe("facets of users", () => {
  const made: { [name: string]: string } = {};

  beforeAll(async () => {
    const users = {
      ada: { linked_accounts: [{ type: "email", address: "ada@example.com" }] },
      bob: { linked_accounts: [{ type: "custom_auth", custom_user_id: "bob" }], wallets: [{ chain_type: "ethereum" }] },
      cleo: {
        linked_accounts: [
          { type: "email", address: "cleo@example.com" },
          { type: "custom_auth", custom_user_id: "cleo" },
        ],
        wallets: [{ chain_type: "solana" }],
      },
    };
    for (const [name, body] of Object.entries(users)) {
      server.clock.nowMs += 3_600_000;
      const answer = await asAdmin("POST", path, body);
      expect(answer.status, JSON.stringify(answer.body)).toBe(200);
      made[name] = (answer.body as { id: string }).id;
    }
  });

  const find = async (query: string) => {
    const { body } = await asAdmin("GET", `${path}?${query}`);
    const names = Object.keys(made);
    return (body as { data: { id: string }[] }).data.map(
      ({ id }) => names.find((name) => made[name] === id) ?? "guest",
    );
  };

  it.each(["account_type=E-Mail", "has_wallet=yes", "created_from=-1", "created_before=x", "kind=email"])(
    "that are malformed are refused: %s",
    async (query) => expect(codeOf(await asAdmin("GET", `${path}?${query}`))).toBe("invalid_data"),
  );

  it("narrow a list and a search alike", async () => {
    expect(await find("account_type=email")).toEqual(["cleo", "ada"]);
    expect(await find("account_type=custom_auth")).toEqual(["cleo", "bob"]);
    expect(await find("account_type=google_oauth")).toEqual([]);
    expect(new Set(await find("account_type=guest"))).toEqual(new Set(["guest"]));
    expect(await find("has_wallet=true")).toEqual(["cleo", "bob"]);
    expect(await find("has_wallet=false&account_type=email")).toEqual(["ada"]);
    expect(await find(`created_from=${server.clock.nowMs}`)).toEqual(["cleo"]);
    expect(await find(`created_before=${server.clock.nowMs}&created_from=${server.clock.nowMs - 4_000_000}`)).toEqual([
      "bob",
    ]);
    expect(await find("search=cleo")).toEqual(["cleo"]);
    expect(await find("search=cleo&has_wallet=false")).toEqual([]);
    expect(await find("search=cleo&account_type=email&has_wallet=true")).toEqual(["cleo"]);
    expect(await find(`search=cleo&created_before=${server.clock.nowMs}`)).toEqual([]);
  });
});
