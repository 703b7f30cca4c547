import { randomBytes, webcrypto } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { hpkeOpen } from "@mandate/core/crypto/hpke";
import { deriveP256Scalar, p256PublicKey } from "@mandate/core/crypto/p256";
import { createFrame } from "@mandate/wallet-frame/frame";
import type { Browser, BrowserContext, FrameLocator, Page } from "playwright-core";
import type { Hex } from "viem";
import { generatePrivateKey, mnemonicToAccount, privateKeyToAccount } from "viem/accounts";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { hasChromium, launchBrowser } from "../dashboard/browser.ts";
import { BrowserClient } from "../login/browser-client.ts";
import { type App, type Stack, startStack } from "../stack.ts";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
/** Where the pictures go, for a look. */
const FOLDER = fileURLToPath(new URL("../../test-results/wallet-frame", import.meta.url));

type Violation = { id: string; nodes: { html: string }[] };

describe.skipIf(!hasChromium)("the export page, framed by a page of the app", () => {
  let stack: Stack;
  let browser: Browser;
  let pages: Server;
  let origin: string;
  let app: App;
  let token: string;
  let wallet: { id: string; address: string };
  /** Of a private key, so it has no seed phrase. */
  let imported: string;
  let context: BrowserContext;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    mkdirSync(FOLDER, { recursive: true });
    // Blank pages of the app and of somebody else, which differ by their host alone.
    pages = createServer((_request, response) =>
      response
        .setHeader("content-type", "text/html")
        .end("<!doctype html><html lang=en><title>App</title><main></main>"),
    );
    await new Promise<void>((resolve) => pages.listen(0, "127.0.0.1", resolve));
    const { port } = pages.address() as AddressInfo;
    origin = `http://localhost:${port}`;
    [stack, browser] = await Promise.all([startStack(), launchBrowser()]);
    app = await stack.createApp(undefined, "Export", { allowedOrigins: [origin] });
    const client = new BrowserClient(stack, app, origin);
    ({ token } = await client.signInByEmail("export@example.com"));
    wallet = (await client.post("wallets", { chain_type: "ethereum" }, token)).json as typeof wallet;
    const keyless = await importKey();
    const { json } = await client.send("GET", "wallets", { token });
    imported = (json as { data: (typeof wallet)[] }).data.find(({ address }) => address === keyless)!.id;
  });
  afterAll(async () => {
    await browser?.close();
    await stack?.stop();
    pages?.close();
  });

  beforeEach(async () => {
    complaints = [];
    context = await browser.newContext();
    page = await newPage(context);
  });
  afterEach(async () => {
    await context.close();
    expect(complaints).toEqual([]);
  });

  async function newPage(of: BrowserContext): Promise<Page> {
    const made = await of.newPage();
    made.on("pageerror", (error) => complaints.push(String(error)));
    made.on("console", (message) => {
      if (message.text().includes("Content Security Policy")) complaints.push(message.text());
    });
    return made;
  }

  /** By the frame's own code, in this process. */
  async function importKey(): Promise<string> {
    const frame = createFrame({
      appId: app.id,
      origin: stack.url,
      origins: [stack.url],
      fetch: (...given) => fetch(...given),
      subtle: webcrypto.subtle as never,
      random: (length) => new Uint8Array(randomBytes(length)),
      nowMs: () => Date.now(),
    });
    const data = { accessToken: token, privateKey: generatePrivateKey(), chainType: "ethereum", mode: "tee" };
    const reply = await frame.answer({ id: "1", event: "privy:wallets:import", data });
    if ("error" in reply) throw new Error(reply.error.message);
    return String(reply.data.address);
  }

  const urlOf = (more: { [name: string]: string } = {}, withToken = token) => {
    const query = new URLSearchParams({ v: "1-unified", wallet_id: wallet.id, chain_type: "ethereum", ...more });
    return `${stack.url}/apps/${app.id}/embedded-wallets/export?${query}#token=${withToken}`;
  };

  /** As the SDK does it: 44 pixels high, allowed to write to the clipboard. */
  async function embed(url: string, { from = origin, height = 44, on = page } = {}): Promise<FrameLocator> {
    await on.goto(from);
    await on.evaluate(
      ([src, px]) => {
        const frame = Object.assign(document.createElement("iframe"), {
          src,
          width: "380",
          height: px,
          title: "Export",
        });
        frame.allow = "clipboard-write self *";
        document.querySelector("main")!.append(frame);
        return new Promise((resolve) => frame.addEventListener("load", resolve));
      },
      [url, String(height)] as const,
    );
    return on.frameLocator("iframe");
  }

  const exported = (frame: FrameLocator) => frame.locator("output");
  const press = (frame: FrameLocator, name: string) => frame.getByRole("button", { name, exact: true }).click();

  it("is not framed by a page of another origin", async () => {
    const evil = origin.replace("localhost", "127.0.0.1");
    const frame = await embed(urlOf(), { from: evil });
    expect(await frame.getByRole("button").count()).toBe(0);
    expect(page.frames()[1]!.url()).toBe("chrome-error://chromewebdata/");
    complaints = complaints.filter((complaint) => !complaint.includes("frame-ancestors"));
  });

  it.each<[string, () => string]>([
    ["without a token", () => urlOf({}, "")],
    ["with a token that was changed", () => urlOf({}, `${token.slice(0, -8)}AAAAAAAA`)],
    ["for a wallet that is not the user's", () => urlOf({ wallet_id: "a23456789012345678901234" })],
    ["for what is no wallet", () => urlOf({ wallet_id: "../../apps/x" })],
    ["for a seed phrase of a wallet that has none", () => urlOf({ wallet_id: imported, phrase_export: "true" })],
  ])("shows nothing %s, and says why", async (_name, url) => {
    const frame = await embed(url());
    await press(frame, url().includes("phrase_export") ? "Reveal seed phrase" : "Reveal private key");
    await frame.getByRole("alert").waitFor();
    expect(await frame.getByRole("alert").textContent()).not.toMatch(/undefined|\[object/);
    expect(await exported(frame).count()).toBe(0);
    await press(frame, "Back");
    await frame.getByRole("button", { name: "Reveal private key" }).waitFor();
  });

  it("shows the key after a click, and hides it", async () => {
    const frame = await embed(urlOf());
    expect(await exported(frame).count()).toBe(0);
    await press(frame, "Reveal private key");
    const key = await exported(frame).textContent();
    expect(privateKeyToAccount(`0x${key!.replace(/^0x/, "")}` as Hex).address).toBe(wallet.address);
    expect(await frame.getByRole("button", { name: "Reveal seed phrase" }).count()).toBe(0);
    await press(frame, "Hide");
    expect(await exported(frame).count()).toBe(0);
    expect(await page.frames()[1]!.content()).not.toContain(key!);
  });

  it("shows the seed phrase and copies it, and leaves nothing behind", async () => {
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    const frame = await embed(urlOf({ phrase_export: "true" }));
    await press(frame, "Reveal seed phrase");
    const phrase = (await exported(frame).textContent())!;
    expect(mnemonicToAccount(phrase).address).toBe(wallet.address);
    await press(frame, "Copy");
    await frame.getByRole("button", { name: "Copied" }).waitFor();
    await page.bringToFront();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(phrase);

    const inside = page.frames()[1]!;
    // The token went to nobody and is in no address.
    expect(inside.url()).not.toContain("token");
    expect(await context.storageState({ indexedDB: true })).toEqual({ cookies: [], origins: [] });
    await inside.evaluate(() => dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true })));
    expect(await inside.content()).not.toContain(phrase.split(" ").slice(0, 3).join(" "));
    expect(await exported(frame).count()).toBe(0);
  });

  it("gives the app's page the key only encrypted to a key of its own, when the SDK asks for that", async () => {
    const scalar = deriveP256Scalar(new Uint8Array(randomBytes(48)));
    const ask = async (recipientPublicKey: string, url = urlOf({ mode: "client-export" })) => {
      await embed(url);
      return page.evaluate(
        ([key, to]) =>
          new Promise<{ [member: string]: string }>((resolve) => {
            addEventListener("message", ({ data }) => resolve(data), { once: true });
            const { contentWindow } = document.querySelector("iframe")!;
            contentWindow!.postMessage({ type: "CLIENT_EXPORT_REQUEST", recipientPublicKey: key }, to);
          }),
        [recipientPublicKey, stack.url] as const,
      );
    };
    expect(await ask("no key")).toEqual({
      type: "CLIENT_EXPORT_ERROR",
      error: expect.stringContaining("recipient_public_key"),
    });
    const answer = await ask(p256PublicKey(scalar).spkiBase64);
    expect(answer).toEqual({
      type: "CLIENT_EXPORT_RESPONSE",
      chainType: "ethereum",
      ciphertext: expect.any(String),
      encapsulatedKey: expect.any(String),
    });
    const opened = hpkeOpen({
      recipientScalar: scalar,
      encapsulatedKey: Buffer.from(answer.encapsulatedKey!, "base64"),
      ciphertext: Buffer.from(answer.ciphertext!, "base64"),
    });
    const key = Buffer.from(opened!).toString("utf8").replace(/^0x/, "");
    expect(privateKeyToAccount(`0x${key}`).address).toBe(wallet.address);
  });

  it.each(["light", "dark"] as const)("is accessible and fits, %s", async (colorScheme) => {
    // The page's own policy would keep the checker out, as it should.
    const checked = await browser.newContext({ colorScheme, bypassCSP: true, viewport: { width: 420, height: 300 } });
    const on = await newPage(checked);
    const found: string[] = [];
    for (const height of [44, 240]) {
      const frame = await embed(urlOf({ phrase_export: "true", colorScheme }), { height, on });
      const look = async (name: string) => {
        await on.screenshot({ path: join(FOLDER, `${name}-${height}-${colorScheme}.png`) });
        const inside = on.frames()[1]!;
        await inside.addScriptTag({ content: axe });
        const violations = (await inside.evaluate("axe.run().then(({ violations }) => violations)")) as Violation[];
        for (const { id, nodes } of violations) found.push(`${name} ${height}: ${id} ${nodes[0]?.html ?? ""}`);
        const [scrolled, inner] = (await inside.evaluate(
          "[document.documentElement.scrollHeight, innerHeight]",
        )) as number[];
        if (scrolled! > inner!) found.push(`${name} ${height}: too high, ${scrolled}`);
      };
      await frame.getByRole("button", { name: "Reveal seed phrase" }).waitFor();
      await look("choice");
      await press(frame, "Reveal seed phrase");
      await exported(frame).waitFor();
      await look("phrase");
      await press(frame, "Hide");
      await press(frame, "Reveal private key");
      await exported(frame).waitFor();
      await look("key");
      const refused = await embed(urlOf({ colorScheme }, ""), { height, on });
      await press(refused, "Reveal private key");
      await refused.getByRole("alert").waitFor();
      await look("refused");
    }
    await checked.close();
    expect(found).toEqual([]);
  });
});
