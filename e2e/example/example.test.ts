import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { generateAppId } from "@mandate/cli/app-registration";
import { prepareExampleApp } from "@mandate/cli/example-app";
import { operatorGet } from "@mandate/cli/operator-request";
import type { Browser, Page } from "playwright-core";
import { formatEther, type Hex, parseEther } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasChromium, launchBrowser } from "../dashboard/browser.ts";
import { type Stack, startStack } from "../stack.ts";
import { capture } from "./capture.ts";
import { type ExampleProcess, hasExamplePackages, startExample } from "./example-process.ts";

const EMAIL = "ada@example.com";
const SHOP = "0x00000000000000000000000000000000C0FfeE00";
const STRANGER = "0x000000000000000000000000000000000BadBad0";
const WAIT_MS = 60_000;

/** One user's story, in order. */
describe.skipIf(!hasChromium || !hasExamplePackages)("the example app in a browser", () => {
  let stack: Stack;
  let example: ExampleProcess;
  let browser: Browser;
  let page: Page;
  const strangers = new Set<string>();
  const crashes: string[] = [];
  /** Everything that the page was sent, as far as it is text. */
  const received: string[] = [];

  beforeAll(async () => {
    [stack, browser] = await Promise.all([startStack(), launchBrowser()]);
    example = await startExample(stack.dataDir);
    const context = await browser.newContext({ locale: "en-GB" });
    page = await context.newPage();
    page.setDefaultTimeout(WAIT_MS);
    page.on("pageerror", (error) => crashes.push(String(error)));
    page.on("response", (response) => {
      const { pathname } = new URL(response.url());
      // The stream of events has no end to wait for; its text is what the page shows.
      if (pathname === "/api/events" || pathname.startsWith("/.vite/")) return;
      void response.text().then(
        (text) => received.push(text),
        () => undefined,
      );
    });
    await context.route("**/*", (route) => {
      const { hostname } = new URL(route.request().url());
      if (hostname === "127.0.0.1" || hostname === "localhost") return route.continue();
      strangers.add(hostname);
      return route.abort();
    });
  });

  afterAll(async () => {
    await browser?.close();
    await example?.stop();
    await stack?.stop();
  });

  async function readCode(): Promise<string> {
    const { data } = (await operatorGet(stack.instance.server, "/operator/v1/inbox")) as {
      data: { to: string; text: string }[];
    };
    return /\b\d{6}\b/.exec(data.find(({ to }) => to === EMAIL)?.text ?? "no mail")![0];
  }
  const heading = (name: string | RegExp) => page.getByRole("heading", { level: 2, name });
  const entries = (outcome: string) => page.locator(`li.${outcome}`);
  const findWallet = async () => {
    const app = JSON.parse(readFileSync(join(stack.dataDir, "example/app.json"), "utf8"));
    const { data } = await stack.sdk(app).wallets().list();
    return { privy: stack.sdk(app), wallet: data[0]! };
  };

  it("tells nothing to whoever is not signed in", async () => {
    for (const headers of [undefined, { authorization: "Bearer nonsense" }]) {
      for (const [method, path] of [
        ["POST", "/api/offer"],
        ["POST", "/api/agent"],
        ["GET", "/api/events"],
      ]) {
        const answer = await fetch(`${example.url}${path}`, { method: method!, ...(headers && { headers }) });
        expect([path, answer.status]).toEqual([path, 401]);
      }
    }
  });

  it("asks who you are", async () => {
    await page.goto(example.url);
    await heading("Coffee, paid while you are away").waitFor();
    expect(await capture(page, "1-signed-out")).toEqual([]);
    await page.getByLabel("Email address").fill(EMAIL);
    await page.getByRole("button", { name: "Send me a code" }).click();
    await page.getByLabel("Six digits").waitFor();
    expect(await capture(page, "2-code")).toEqual([]);
    await page.getByLabel("Six digits").fill((await readCode()) === "000000" ? "000001" : "000000");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("alert").waitFor();
    await page.getByLabel("Six digits").fill(await readCode());
    await page.getByRole("button", { name: "Sign in" }).click();
  });

  it("asks, in words, what the server may do", async () => {
    await page.getByRole("button", { name: "Allow" }).waitFor();
    const card = page.getByRole("region", { name: "May our server pay for your coffee?" });
    const words = (await card.innerText()).replace(/\s+/g, " ");
    expect(words).toContain("The local test chain only");
    expect(words).toContain(`${SHOP} and nobody else`);
    expect(words).toContain("0.005 ETH a payment, any number of payments");
    expect(words).toMatch(/(today|\d+ \w+), \d\d:\d\d, or until you press Stop/);
    expect(words).toContain("These limits are yours");
    expect((await findWallet()).wallet.additional_signers).toEqual([]);
    expect(await capture(page, "3-consent")).toEqual([]);
  });

  it("takes no for an answer", async () => {
    await page.getByRole("button", { name: "Not now" }).click();
    await page.getByText("Nothing is allowed.").waitFor();
    await page.getByRole("button", { name: "Show the question again" }).click();
    await page.getByRole("button", { name: "Allow" }).waitFor();
  });

  it("acts on its own once it is allowed, within the policy that was shown", async () => {
    await page.getByRole("button", { name: "Allow" }).click();
    await heading("The server pays on its own").waitFor();
    await entries("paid").first().waitFor();
    expect(await capture(page, "4-acting")).toEqual([]);

    const { privy, wallet } = await findWallet();
    const signers = wallet.additional_signers;
    expect(signers).toHaveLength(1);
    const policy = await privy.policies().get(signers[0]!.override_policy_ids![0]!);
    // The user's, not the server's: nobody else can loosen it.
    const owner = await privy.keyQuorums().get(policy.owner_id!);
    const { user_ids } = await privy.keyQuorums().get(wallet.owner_id!);
    expect(user_ids).toHaveLength(1);
    expect(owner).toMatchObject({ user_ids, authorization_keys: [] });
    const limits = policy.rules[0]!.conditions.map((condition) => (condition as { value: string }).value);
    expect(limits.slice(0, 3)).toEqual(["31337", SHOP, parseEther("0.005").toString()]);

    const first = entries("paid").last();
    const hash = (await first.locator("code").getAttribute("title")) as Hex;
    const receipt = await stack.chain.getTransactionReceipt({ hash });
    expect(receipt).toMatchObject({ status: "success", from: wallet.address.toLowerCase(), to: SHOP.toLowerCase() });
    expect(await first.innerText()).toContain(`Block ${receipt.blockNumber}`);
  });

  it("shows what was refused, and by which rule", async () => {
    await entries("refused").first().waitFor();
    const words = await entries("refused").last().innerText();
    expect(words).toContain("A payment may be 0.005 ETH at most; this one was 0.5 ETH.");
    expect(words).toContain("Rule: “Small payments to the shop”.");
    expect(await capture(page, "5-refused")).toEqual([]);
  });

  it("goes on without the page, and shows it after a reload", async () => {
    const before = await entries("paid").count();
    await page.reload();
    await heading("The server pays on its own").waitFor();
    await expect.poll(() => entries("paid").count(), { timeout: WAIT_MS }).toBeGreaterThan(before);
  });

  it("ends with the user's word: the next attempt fails, visibly", async () => {
    await page.getByRole("button", { name: "Stop" }).click();
    const refusal = page.getByText("The server’s key is no longer a signer of this wallet.");
    await refusal.first().waitFor();
    await heading("Stopped").waitFor();
    await page.getByRole("button", { name: "Allow" }).waitFor();
    expect(await capture(page, "6-stopped")).toEqual([]);
    expect((await findWallet()).wallet.additional_signers).toEqual([]);

    const amounts = await page.locator("li.paid .ether").allInnerTexts();
    const paid = amounts.reduce((sum, text) => sum + parseEther(text.replace(" ETH", "")), 0n);
    expect(formatEther(await stack.chain.getBalance({ address: SHOP }))).toBe(formatEther(paid));
    expect(await stack.chain.getBalance({ address: STRANGER })).toBe(0n);
  });

  it("signs out", async () => {
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByLabel("Email address").waitFor();
  });

  it("keeps its secrets on the server, in files for their owner only", async () => {
    const folder = join(stack.dataDir, "example");
    const files = readdirSync(folder);
    expect(files.sort()).toEqual(["app.json", `authorization-key-${example.appId}.json`]);
    for (const name of files) {
      expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
      const { secret, privateKey } = JSON.parse(readFileSync(join(folder, name), "utf8"));
      const hidden = (secret ?? privateKey) as string;
      expect(hidden.length).toBeGreaterThan(40);
      expect(received.length).toBeGreaterThan(20);
      expect(received.filter((text) => text.includes(hidden))).toEqual([]);
      expect(example.output()).not.toContain(hidden);
    }
  });

  it("asked nobody but this machine, except for a list of wallets that the SDK wants", () => {
    expect([...strangers].filter((host) => host !== "explorer-api.walletconnect.com")).toEqual([]);
    expect(crashes).toEqual([]);
  });

  it("uses the same app at the next start, and another one where the server has lost it", async () => {
    const { server } = stack.instance;
    const origins = [example.url];
    expect((await prepareExampleApp(server, stack.dataDir, origins)).id).toBe(example.appId);
    const app = await operatorGet(server, `/operator/v1/apps/${example.appId}`);
    expect(app).toMatchObject({ name: "Coffee tab", allowed_origins: origins, server_side_access: true });

    const path = join(stack.dataDir, "example/app.json");
    const lost = { id: generateAppId(), secret: "of an app that this server does not have" };
    writeFileSync(path, JSON.stringify(lost));
    const made = await prepareExampleApp(server, stack.dataDir, origins);
    expect([lost.id, example.appId]).not.toContain(made.id);
    expect(JSON.parse(readFileSync(path, "utf8"))).toEqual({ id: made.id, secret: made.secret });
    chmodSync(path, 0o644);
    await expect(prepareExampleApp(server, stack.dataDir, origins)).rejects.toMatchObject({
      code: "example_file_exposed",
    });
  });
});
