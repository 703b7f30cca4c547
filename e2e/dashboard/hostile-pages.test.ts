import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createLoginLink } from "@mandate/cli/login-link";
import type { Browser, Page, Request } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type App, type Stack, startStack } from "../stack.ts";
import { hasChromium, launchBrowser } from "./browser.ts";
import { signInByLink, type TeamClient } from "./team-client.ts";

/**
 * Pages of others in a browser in which an Admin is signed in. One is on another port of the same host, which browsers
 * count as the same site: `SameSite` keeps no cookie from it. The other has another name.
 */
describe.skipIf(!hasChromium)("a page of somebody else", () => {
  let stack: Stack;
  let browser: Browser;
  let admin: TeamClient;
  let app: App;
  let hostile: Server;
  let port: number;
  let html = "";

  beforeAll(async () => {
    [stack, browser] = await Promise.all([startStack({ MANDATE_RATE_LIMIT: "1000000" }), launchBrowser()]);
    admin = await signInByLink(stack);
    app = await stack.createApp(undefined, "Mine");
    hostile = createServer((_, answer) => answer.setHeader("content-type", "text/html").end(html));
    await new Promise<void>((resolve) => hostile.listen(0, "0.0.0.0", resolve));
    port = (hostile.address() as AddressInfo).port;
  });

  afterAll(async () => {
    hostile?.close();
    await browser?.close();
    await stack?.stop();
  });

  async function openHostile(host: string, body: string): Promise<{ page: Page; asked: Request[] }> {
    html = `<!doctype html><title>hostile</title>${body}`;
    const context = await browser.newContext();
    await admin.enter(context);
    const page = await context.newPage();
    const asked: Request[] = [];
    page.on("request", (request) => request.url().startsWith(stack.url) && asked.push(request));
    await page.goto(`http://${host}:${port}/`);
    return { page, asked };
  }

  const readApps = async () => ((await admin.expect("GET", "/operator/v1/apps")) as { data: { name: string }[] }).data;

  describe.each(["127.0.0.1", "localhost"])("at %s", (host) => {
    it("cannot make the browser change anything by a form, whatever the form sends", async () => {
      const before = await readApps();
      for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]) {
        const { page, asked } = await openHostile(
          host,
          `<form method="post" enctype="${type}" action="${stack.url}/operator/v1/apps/${app.id}/secrets">
           <input name='{"secret_sha256":"${"a".repeat(64)}","x":"' value='"}'></form>`,
        );
        const answered = page.waitForResponse((response) => response.url().includes("/secrets"));
        await page.evaluate(() => document.forms[0]!.submit());
        const answer = await answered;
        expect([403, 415], type).toContain(answer.status());
        // The attack is only one where the session went along with it.
        const { cookie } = await asked.at(-1)!.allHeaders();
        if (host === "127.0.0.1") expect(cookie).toBe(admin.cookie);
        else expect(cookie).toBeUndefined();
        await page.context().close();
      }
      expect(await readApps()).toEqual(before);
    });

    it("cannot read or change anything by script", async () => {
      const { page } = await openHostile(host, "");
      const seen = await page.evaluate(
        async ({ origin, id }) => {
          const attempts: [string, RequestInit][] = [
            ["/operator/v1/apps", { credentials: "include" }],
            ["/operator/v1/apps", { credentials: "include", headers: { "mandate-dashboard": "1" } }],
            [`/operator/v1/apps/${id}`, { credentials: "include", method: "DELETE" }],
            [
              `/operator/v1/apps/${id}`,
              {
                credentials: "include",
                method: "PATCH",
                headers: { "mandate-dashboard": "1", "content-type": "application/json" },
                body: '{"name":"Stolen"}',
              },
            ],
            [
              "/operator/v1/session/link",
              { credentials: "include", method: "POST", mode: "no-cors", body: `{"token":"${"x".repeat(43)}"}` },
            ],
          ];
          const read = attempts.map(([path, init]) =>
            fetch(origin + path, init).then(
              (answer) => answer.text(),
              () => "",
            ),
          );
          return Promise.all(read);
        },
        { origin: stack.url, id: app.id },
      );
      expect(seen).toEqual(["", "", "", "", ""]);
      expect((await readApps()).map(({ name }) => name)).toEqual(["Mine"]);
      await page.context().close();
    });

    it("cannot put any page of the dashboard in a frame", async () => {
      const places = ["/", "/login", "/invitation", `/app/${app.id}`, `/app/${app.id}/settings/danger`, "/settings"];
      const frames = places.map((place) => `<iframe src="${stack.url}${place}"></iframe>`).join("");
      const { page } = await openHostile(host, frames);
      await page.waitForLoadState("networkidle");
      const inside = await Promise.all(
        page
          .frames()
          .slice(1)
          .map((frame) => frame.evaluate(() => document.querySelector("#root") === null)),
      );
      expect(inside).toEqual(places.map(() => true));
      await page.context().close();
    });

    it("learns nothing from a window that it opened", async () => {
      const { page } = await openHostile(host, "");
      const popup = page.context().waitForEvent("page");
      await page.evaluate((url) => {
        (self as unknown as { opened: Window | null }).opened = window.open(url);
      }, `${stack.url}/app`);
      await (await popup).waitForLoadState("networkidle");
      const known = await page.evaluate(() => {
        const { opened } = self as unknown as { opened: Window | null };
        try {
          return opened === null || opened.closed ? "" : String(opened.document.body.innerText);
        } catch {
          return "";
        }
      });
      expect(known).toBe("");
      await page.context().close();
    });
  });

  it("is never where signing in leads, whatever the address says", async () => {
    const outside = `127.0.0.1:${port}`;
    const nexts = [
      `http://${outside}/`,
      `//${outside}/`,
      `/\\${outside}/`,
      `/\t/${outside}/`,
      `/%09/${outside}/`,
      `\\\\${outside}/`,
      `/.//${outside}/`,
      `/app/..//${outside}/`,
      "javascript:document.title='run'",
      "data:text/html,run",
      `@${outside}/`,
      `.${outside}/`,
    ];
    html = "<!doctype html><title>hostile</title>";
    for (const next of nexts) {
      const { url } = await createLoginLink(stack.instance.server);
      const page = await (await browser.newContext()).newPage();
      await page.goto(url.replace("/login", `/login?next=${encodeURIComponent(next)}`));
      await page.waitForFunction(() => location.pathname !== "/login" || document.title === "hostile");
      const drawn = page.locator("h1").or(page.getByText("There is no such page")).first();
      await drawn.waitFor({ timeout: 15_000 }).catch((error) => Promise.reject(new Error(`${next}: ${error}`)));
      expect(new URL(page.url()).origin, next).toBe(stack.url);
      expect(await page.title(), next).not.toMatch(/hostile|run/);
      await page.context().close();
    }
  });

  it("differs from the place that somebody who signs in wanted to see, with all that its address says", async () => {
    const page = await (await browser.newContext()).newPage();
    await page.goto(`${stack.url}/app/${app.id}/activity?decision=DENY`);
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    const { url } = await createLoginLink(stack.instance.server);
    const { search } = new URL(page.url());
    await page.goto(url.replace("/login", `/login${search}`));
    await page.getByRole("heading", { name: "Activity" }).waitFor();
    expect(page.url()).toBe(`${stack.url}/app/${app.id}/activity?decision=DENY`);
    await page.context().close();
  });
});
