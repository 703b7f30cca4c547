import { NotFoundError, type PrivyClient } from "@privy-io/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AppClient } from "../app-client.ts";
import { type Stack, startStack } from "../stack.ts";

let stack: Stack;
let privy: PrivyClient;
let other: PrivyClient;
let client: AppClient;
let id: string;

beforeAll(async () => {
  stack = await startStack();
  const [app, foreign] = await Promise.all([stack.createApp(), stack.createApp()]);
  privy = stack.sdk(app);
  other = stack.sdk(foreign);
  client = stack.client(app);
  const user = await privy.users().create({
    linked_accounts: [
      { type: "email", address: "grace@example.com" },
      { type: "phone", number: "+1 555 555 5555" },
      { type: "discord_oauth", subject: "d1", username: "Grace" },
      { type: "github_oauth", subject: "h1", username: "grace-h" },
      { type: "twitter_oauth", subject: "t1", username: "grace_t", name: "Grace" },
      { type: "spotify_oauth", subject: "s1" },
      { type: "google_oauth", subject: "g1", email: "G.Hopper@navy.example", name: "Grace" },
      { type: "tiktok_oauth", subject: "k1", username: "grace.tok", name: null },
      { type: "instagram_oauth", subject: "i1", username: "grace.i" },
      { type: "twitch_oauth", subject: "w1", username: "gracew" },
      { type: "farcaster", fid: 7, owner_address: "0x00" },
      { type: "telegram", telegram_user_id: "42", username: "gracetg" },
    ],
    custom_metadata: { plan: "free", seats: 1 },
  });
  id = user.id;
  await privy.users().create({ linked_accounts: [{ type: "github_oauth", subject: "h2", username: "grace-hopper" }] });
});
afterAll(() => stack?.stop());

const lookups: { [name: string]: (of: PrivyClient) => Promise<{ id: string }> } = {
  phone: (of) => of.users().getByPhoneNumber({ number: "+1 555 555 5555" }),
  discord: (of) => of.users().getByDiscordUsername({ username: "Grace" }),
  "discord, with its discriminator": (of) => of.users().getByDiscordUsername({ username: "grace#0" }),
  github: (of) => of.users().getByGitHubUsername({ username: "GRACE-h" }),
  "twitter username": (of) => of.users().getByTwitterUsername({ username: "grace_t" }),
  "twitter subject": (of) => of.users().getByTwitterSubject({ subject: "t1" }),
  farcaster: (of) => of.users().getByFarcasterID({ fid: 7 }),
  "telegram id": (of) => of.users().getByTelegramUserID({ telegram_user_id: "42" }),
  "telegram username": (of) => of.users().getByTelegramUsername({ username: "gracetg" }),
  "a search": (of) => of.users().search({ searchTerm: "grace@example" }),
  "a search for a name": (of) => of.users().search({ searchTerm: "grace_t" }),
  "a search for a name that no other lookup knows": (of) => of.users().search({ searchTerm: "Grace.Tok" }),
  "a search for the address that a provider gave": (of) => of.users().search({ searchTerm: "g.hopper@NAVY" }),
  "a search by lists": (of) =>
    of.users().search({ emails: ["nobody@example.com", "Grace@Example.com"], phoneNumbers: [], walletAddresses: [] }),
};

describe("a user is found by", () => {
  for (const [name, find] of Object.entries(lookups)) {
    it(`${name}, and not from another app`, async () => {
      expect((await find(privy)).id).toBe(id);
      await expect(find(other)).rejects.toThrow(NotFoundError);
    });
  }

  it("the whole of a name, not its beginning", async () => {
    await expect(privy.users().getByGitHubUsername({ username: "grace" })).rejects.toThrow(NotFoundError);
    await expect(privy.users().getBySmartWalletAddress({ address: "0x00" })).rejects.toThrow(NotFoundError);
  });

  it.each([
    ["instagram/username", { username: "grace.i" }],
    ["twitch/username", { username: "gracew" }],
    ["spotify/subject", { subject: "s1" }],
  ])("%s", async (path, body) => {
    expect((await client.request("POST", `/v1/users/${path}`, { body })).json).toMatchObject({ id });
  });

  it("a search below /api/v1, as a page", async () => {
    const page = await client.request("POST", "/api/v1/users/search", { body: { searchTerm: "grace" } });
    expect(page.json).toMatchObject({ data: expect.any(Array), next_cursor: null });
    expect((page.json as { data: { id: string }[] }).data.map((user) => user.id)).toContain(id);
    const none = await client.request("POST", "/api/v1/users/search", { body: { emails: ["nobody@example.com"] } });
    expect(none.json).toEqual({ data: [], next_cursor: null });
  });
});

describe("metadata", () => {
  const merge = (custom_metadata: { [name: string]: string | number }) =>
    client.request("PATCH", `/v1/users/${id}/custom_metadata`, { body: { custom_metadata } });

  it("is added to, and the user is found as before", async () => {
    expect((await merge({ seats: 2, region: "eu" })).json).toMatchObject({
      custom_metadata: { plan: "free", seats: 2, region: "eu" },
    });
    expect((await privy.users().getByGitHubUsername({ username: "grace-h" })).id).toBe(id);
  });

  it("has a bound, and belongs to a user", async () => {
    const many = Object.fromEntries(Array.from({ length: 99 }, (_, at) => [`m${at}`, at]));
    expect(await merge(many)).toMatchObject({ status: 400, json: { code: "invalid_data" } });
    const nobody = await client.request("PATCH", "/v1/users/nobody/custom_metadata", { body: { custom_metadata: {} } });
    expect(nobody).toMatchObject({ status: 404, json: { code: "user_does_not_exist" } });
  });
});
