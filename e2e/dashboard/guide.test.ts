import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { generateP256KeyPair, PrivyClient } from "@privy-io/node";
import type { Browser, Page } from "playwright-core";
import { createPublicClient, http } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fund } from "../faults/chain.ts";
import { type MandateProcess, startMandate } from "../processes/mandate-process.ts";
import { CAIP2 } from "../stack.ts";
import { hasChromium, launchBrowser } from "./browser.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const RECIPIENT = "0x000000000000000000000000000000000000dEaD";

/** What the browser sent: addresses, headers and bodies. */
type Sent = { url: string; text: string };

describe.skipIf(!hasChromium)("the guide, click by click", () => {
  let mandate: MandateProcess;
  /** From what the start command printed, and from nowhere else. */
  let link = "";
  let browser: Browser;
  let page: Page;
  const sent: Sent[] = [];
  const complaints: string[] = [];
  const app = { id: "", secret: "" };
  let quorumId = "";
  let privateKey = "";
  let policyId = "";

  beforeAll(async () => {
    [mandate, browser] = await Promise.all([startMandate({ root, forPeople: true }), launchBrowser()]);
    link = /^ +Dashboard +(http\S+)$/m.exec(mandate.output())?.[1] ?? "";
    page = await (await browser.newContext()).newPage();
    page.setDefaultTimeout(60_000);
    page.on("request", (request) => {
      sent.push({ url: request.url(), text: JSON.stringify([request.headers(), request.postData() ?? ""]) });
    });
    page.on("console", (message) => {
      if (/content security policy/i.test(message.text())) complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(String(error)));
  });

  afterAll(async () => {
    await browser?.close();
    await mandate?.remove();
  });

  const field = (name: string) => page.locator(`[data-field="${name}"]`);

  it("opens the printed link, once", async () => {
    expect(link).toMatch(/^http:\/\/[^/]+\/login#link=[\w-]{43}$/);
    await page.goto(link);
    // A start on an empty folder has made one app to try things with; its overview is where the link leads.
    await page.getByRole("heading", { name: "Development", level: 1 }).waitFor();
    expect(page.url()).not.toContain("#");
    const stranger = await browser.newContext();
    const second = await stranger.newPage();
    await second.goto(link);
    await second.getByRole("alert").waitFor();
    await second.goto(`${mandate.url}/app`);
    await second.getByRole("heading", { name: "Sign in" }).waitFor();
    expect(await stranger.cookies()).toEqual([]);
    await stranger.close();
  });

  it("creates an app", async () => {
    await page.getByRole("button", { name: "Development" }).click();
    await page.getByRole("menuitem", { name: "Create app" }).click();
    await page.getByLabel("Name").fill("Shop");
    await page.getByRole("dialog").getByRole("button", { name: "Create app" }).click();
    app.id = await field("App ID").innerText();
    app.secret = await field("App secret").innerText();
    expect(sent.filter(({ text, url }) => text.includes(app.secret) || url.includes(app.secret))).toEqual([]);
    await page.getByRole("button", { name: "I have saved the secret" }).click();
    await page.getByRole("heading", { name: "Shop", level: 1 }).waitFor();
  });

  it("turns Server-side access on: User management > Authentication > Advanced", async () => {
    await page.getByRole("heading", { name: "User management" }).waitFor();
    await page.getByRole("link", { name: "Authentication", exact: true }).click();
    await page.getByRole("link", { name: "Advanced" }).click();
    const access = page.getByRole("switch", { name: "Server-side access" });
    await access.click();
    await page.getByText("Saved").waitFor();
    expect(await access.getAttribute("aria-checked")).toBe("true");
  });

  it("creates a key: Wallet infrastructure > Authorization keys > Create new key", async () => {
    await page.getByRole("heading", { name: "Wallet infrastructure" }).waitFor();
    await page.getByRole("link", { name: "Authorization keys" }).click();
    await page.getByRole("button", { name: "Create new key" }).first().click();
    await page.getByLabel("Name", { exact: true }).fill("Order server");
    await page.getByRole("button", { name: "Create key" }).click();
    quorumId = await field("Key quorum ID").innerText();
    privateKey = await field("Private key").innerText();
    expect(privateKey).toMatch(/^wallet-auth:[A-Za-z0-9+/]+=*$/);
    await page.getByRole("button", { name: "Test it" }).click();
    await page.getByText("Signed a challenge; the signature verifies").waitFor();
    // Leaving without saving asks.
    await page.getByRole("button", { name: "Done" }).click();
    await page.getByRole("button", { name: "Close anyway" }).click();
    await page.getByText("Order server").waitFor();
  });

  it("leaves no trace of the private key: not sent, not kept by the page, not on the server", async () => {
    const bare = privateKey.slice("wallet-auth:".length);
    // The scalar's part of the PKCS #8 text, in case something took the key apart.
    const traces = [bare, bare.slice(48, 88), Buffer.from(bare, "base64").toString("hex").slice(72, 136)];
    const isTrace = (text: string) => traces.some((trace) => text.includes(trace));
    expect(sent.length).toBeGreaterThan(20);
    expect(sent.filter(({ text, url }) => isTrace(text) || isTrace(decodeURIComponent(url)))).toEqual([]);
    const kept = await page.evaluate(async () => {
      const databases = (await indexedDB.databases?.()) ?? [];
      const caches_ = "caches" in self ? await caches.keys() : [];
      return JSON.stringify([
        document.documentElement.outerHTML,
        { ...localStorage },
        { ...sessionStorage },
        document.cookie,
        location.href,
        history.state,
        databases,
        caches_,
        [...document.querySelectorAll("input, textarea")].map((input) => (input as HTMLInputElement).value),
      ]);
    });
    expect(isTrace(kept)).toBe(false);
    const stored = readAll(mandate.dataDir);
    expect(stored.length).toBeGreaterThan(1000);
    expect(traces.filter((trace) => stored.includes(trace))).toEqual([]);
  });

  it("creates a policy from a template: Policies", async () => {
    await page.getByRole("link", { name: "Policies", exact: true }).click();
    await page.getByRole("link", { name: "Limit each payment" }).click();
    await page.getByText("May send a transaction when the value is at most 0.1 ETH").waitFor();
    await page.getByRole("button", { name: "Create policy" }).click();
    await page.getByRole("heading", { name: "Up to 0.1 ETH a payment" }).waitFor();
    policyId = page.url().split("/").at(-1) ?? "";
    expect(policyId).toMatch(/^[a-z0-9]{24}$/);
  });

  it("works with exactly those values in the official SDK, and Activity shows what came of it", async () => {
    const privy = new PrivyClient({ appId: app.id, appSecret: app.secret, apiUrl: mandate.url });
    const owner = await generateP256KeyPair();
    const wallet = await privy.wallets().create({ chain_type: "ethereum", owner: { public_key: owner.publicKey } });
    await fund(mandate.chains[CAIP2]!, wallet.address);
    await privy.wallets().update(wallet.id, {
      additional_signers: [{ signer_id: quorumId, override_policy_ids: [policyId] }],
      authorization_context: { authorization_private_keys: [owner.privateKey] },
    });
    const pay = (value: string) =>
      privy
        .wallets()
        .ethereum()
        .sendTransaction(wallet.id, {
          caip2: CAIP2,
          params: { transaction: { to: RECIPIENT, value } },
          authorization_context: { authorization_private_keys: [privateKey] },
        });
    const { hash } = await pay("0x16345785d8a0000");
    const chain = createPublicClient({ transport: http(mandate.chains[CAIP2]), pollingInterval: 50 });
    const receipt = await chain.waitForTransactionReceipt({ hash: hash as `0x${string}` });
    expect(receipt.status).toBe("success");
    await expect(pay("0x16345785d8a0001")).rejects.toMatchObject({ status: 400, error: { code: "policy_violation" } });

    await page.getByRole("link", { name: "Activity", exact: true }).click();
    await page.getByLabel("Decision", { exact: true }).selectOption("Allowed");
    await page.locator(`code[title="${hash}"]`).waitFor();
    await page.getByLabel("Decision", { exact: true }).selectOption("Refused");
    expect(page.url()).toContain("decision=DENY");
    await page
      .getByRole("row", { name: /Refused/ })
      .first()
      .getByRole("link")
      .first()
      .click();
    await page.getByText("No rule allows it").waitFor();
    await page.getByText("Small payments").first().waitFor();
    await page.getByText("100000000000000001").first().waitFor();
  }, 180_000);

  it("ran nothing that its content security policy forbids", () => {
    expect(complaints).toEqual([]);
  });
});

/** All files below a folder, as one text of bytes. */
function readAll(folder: string): string {
  return readdirSync(folder)
    .map((name) => join(folder, name))
    .map((path) =>
      statSync(path).isDirectory() ? readAll(path) : statSync(path).isFile() ? readFileSync(path, "latin1") : "",
    )
    .join("\n");
}
