import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasChromium } from "../dashboard/browser.ts";
import { BrowserClient } from "../login/browser-client.ts";
import type { App } from "../stack.ts";
import type { OpenPage } from "./open-page.ts";
import { type ReactSite, startReactSite } from "./react-site.ts";
import { type PageServer, servePage } from "./serve-page.ts";

const SILENCE_MS = 3000;

/** The same page at three origins. What each gets is asked of the browser, which is who enforces it. */
describe.skipIf(!hasChromium)("where the React SDK runs", () => {
  let site: ReactSite;
  let elsewhere: PageServer;
  let unknown: PageServer;
  let app: App;
  let other: App;

  beforeAll(async () => {
    [site, elsewhere, unknown] = await Promise.all([startReactSite(), servePage(), servePage()]);
    app = await site.stack.createApp(undefined, "Shop", { allowedOrigins: [site.origin] });
    other = await site.stack.createApp(undefined, "Other", { allowedOrigins: [elsewhere.origin] });
  });
  afterAll(async () => {
    await elsewhere?.stop();
    await unknown?.stop();
    await site?.stop();
  });

  const mayRead = (open: OpenPage, { id }: App, path: string, body?: object) =>
    open.page.evaluate(
      async ([url, appId, json]) => {
        const headers = {
          "privy-app-id": appId,
          ...(json === undefined ? {} : { "content-type": "application/json" }),
        };
        const init = json === undefined ? { headers } : { method: "POST", headers, body: json };
        return fetch(url, { ...init, credentials: "include" }).then(
          ({ status }) => status,
          () => "blocked",
        );
      },
      [`${site.stack.url}/api/v1/${path}`, id, body && JSON.stringify(body)] as const,
    );

  /** Frames the wallet page of this app, and asks it until it answers. */
  const askFrame = (open: OpenPage, { id }: App) =>
    open.page.evaluate(
      async ([src, ms]) => {
        const frame = document.createElement("iframe");
        frame.src = src;
        document.body.append(frame);
        const answer = new Promise<string>((resolve) => {
          window.addEventListener("message", ({ source, data }) => {
            if (source === frame.contentWindow) resolve(data.event);
          });
        });
        const ask = () =>
          frame.contentWindow?.postMessage({ id: "by-hand", event: "privy:iframe:ready", data: {} }, "*");
        const asking = setInterval(ask, 100);
        const silence = new Promise<string>((resolve) => setTimeout(() => resolve("silence"), ms));
        return Promise.race([answer, silence]).finally(() => clearInterval(asking));
      },
      [`${site.stack.url}/apps/${id}/embedded-wallets`, SILENCE_MS] as const,
    );

  const readCode = (email: string) => new BrowserClient(site.stack, app, site.origin).readCode(email);

  async function expectRefusal(from: PageServer, email: string) {
    const open = await site.open(app, "headless", from.origin);
    await open.page.waitForFunction(() => window.sdk !== undefined);
    // The SDK tries again for half a minute before it says no; its first request shows what becomes of the others.
    const failure = open.page.waitForEvent("requestfailed", (request) => request.url().endsWith("passwordless/init"));
    const sending = open.call("sendCode", { email }).then(
      () => "sent",
      () => "not sent",
    );
    expect((await failure).failure()?.errorText).toBe("net::ERR_FAILED");
    expect(await mayRead(open, app, `apps/${app.id}`)).toBe("blocked");
    expect(await mayRead(open, app, "passwordless/init", { email })).toBe("blocked");
    expect(await askFrame(open, app)).toBe("silence");
    expect(open.complaints.filter((text) => text.includes("frame-ancestors"))).not.toEqual([]);
    expect(await open.read("ready")).toBe(false);
    await expect(readCode(email)).rejects.toThrow("no mail");
    await open.page.context().close();
    expect(await sending).toBe("not sent");
  }

  async function expectService(of: App, from: string, email: string) {
    const open = await site.open(of, "headless", from);
    await open.waitFor("ready", true);
    expect(await mayRead(open, of, `apps/${of.id}`)).toBe(200);
    expect(await askFrame(open, of)).toBe("privy:iframe:ready");
    await open.call("sendCode", { email });
    await open.call("loginWithCode", { code: await readCode(email) });
    await open.waitFor("authenticated", true);
    await open.page.context().close();
  }

  it("an origin that no app allows, or only another app, gets no CORS, no frame, no login", () =>
    Promise.all([expectRefusal(unknown, "eve@example.com"), expectRefusal(elsewhere, "mallory@example.com")]));

  it("that other app gets all of it there", () => expectService(other, elsewhere.origin, "carol@example.com"));

  it("an origin that the app allows gets all of it", () => expectService(app, site.origin, "ada@example.com"));
});
