import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Stack, startStack } from "../stack.ts";
import { hasChromium, launchBrowser } from "./browser.ts";
import { type FilledApp, fillApp } from "./fill-app.ts";
import { followLink, inspectPage, openPage } from "./inspect-page.ts";
import { listRoutes, type Place, placeOf } from "./places.ts";
import { signInByLink, type TeamClient } from "./team-client.ts";

const TABS = 3;
const TIMEOUT_MS = 600_000;
const REQUEST_ID = "11111111-2222-4333-8444-555555555555";

/** Those that are for people who are not signed in. */
const isOutside = (route: string) => route === "/login" || route === "/invitation";
/** Pages that ask the API for nothing, so that nothing of them can fail. */
const ASK_NOTHING = ["/app/$appId/policies/new"];
/** What is not there, in the form that is there otherwise. */
const NOTHING = {
  userId: "did:privy:c23456789012345678901234",
  walletId: "a23456789012345678901234",
  quorumId: "a23456789012345678901234",
  policyId: "a23456789012345678901234",
  setId: "a23456789012345678901234",
  conditionSetId: "a23456789012345678901234",
  aggregationId: "a23456789012345678901234",
  receiptId: "a23456789012345678901234",
};
/** Places within a route that its address leads to. */
const MORE: readonly [route: string, name: string, search: string][] = [
  ["/app", "create-app", "?create=true"],
  ["/app/$appId/users", "users-search", "?search=ada"],
  ["/app/$appId/users", "users-no-match", "?search=nobody"],
  ["/app/$appId/users", "create-user", "?create=true"],
  ["/app/$appId/wallets", "create-wallet", "?create=true"],
  ["/app/$appId/authorization-keys", "all-keys", "?all=true"],
  ["/app/$appId/policies/new", "policy-from-template", "?template=spending-limit"],
  ["/app/$appId/activity", "activity-refused", "?decision=DENY"],
  ["/app/$appId/logs", "logs-errors", "?errors=true"],
  ["/login", "login-used-link", `#link=${"x".repeat(43)}`],
  ["/invitation", "invitation-link", `#token=${"x".repeat(43)}`],
];

describe.skipIf(!hasChromium)("every page", () => {
  let stack: Stack;
  let browser: Browser;
  let admin: TeamClient;
  let routes: string[];
  let emptyApp: FilledApp;
  let filledApp: FilledApp;

  beforeAll(async () => {
    [stack, browser] = await Promise.all([startStack(), launchBrowser()]);
    admin = await signInByLink(stack);
    const page = await (await open()).newPage();
    await openPage(page, "/app");
    routes = await listRoutes(page);
    await page.context().close();
  });

  afterAll(async () => {
    await browser?.close();
    await stack?.stop();
  });

  async function open(isSignedIn = true): Promise<BrowserContext> {
    const context = await browser.newContext({ baseURL: stack.url });
    context.setDefaultTimeout(30_000);
    if (isSignedIn) await admin.enter(context);
    return context;
  }

  type Check = (page: Page, place: Place) => Promise<string[]>;
  type Prepare = (context: BrowserContext) => Promise<void>;

  /** Looks at each of them in tabs of a browser that is signed in, or of one that is not. Gives what is wrong. */
  async function look(state: string, places: readonly Place[], check?: Check, prepare?: Prepare): Promise<string[]> {
    const found: string[] = [];
    const visit = async (page: Page, place: Place, go: typeof openPage) => {
      try {
        await go(page, place.address);
        found.push(...((await check?.(page, place)) ?? []), ...(await inspectPage(page, state, place.name)));
      } catch (error) {
        found.push(`${state}/${place.name}: ${error}`);
      }
    };
    const openTab = async (context: BrowserContext) => {
      const page = await context.newPage();
      page.on("pageerror", (error) => found.push(`${state}: ${page.url()}: ${error}`));
      return page;
    };
    const [inside, outside] = await Promise.all([open(true), open(false)]);
    await Promise.all([inside, outside].map(prepare ?? (async () => undefined)));
    const waiting = places.filter(({ route }) => !isOutside(route));
    const tabs = Array.from({ length: TABS }, async () => {
      const page = await openTab(inside);
      await openPage(page, "/app");
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await visit(page, next, followLink);
    });
    await Promise.all(tabs);
    const page = await openTab(outside);
    for (const place of places.filter(({ route }) => isOutside(route))) await visit(page, place, openPage);
    await Promise.all([inside.close(), outside.close()]);
    return found;
  }

  it("is one of the list, and there are not fewer than there were", () => {
    expect(routes.length).toBeGreaterThanOrEqual(31);
    expect(routes).toEqual(expect.arrayContaining(["/login", "/app", "/app/$appId/users/$userId", "/settings/audit"]));
  });

  it(
    "of a server without apps",
    async () => {
      const places = routes.filter((route) => !route.includes("$") && route !== "/").map((route) => placeOf(route, {}));
      expect(await look("nothing", places)).toEqual([]);
    },
    TIMEOUT_MS,
  );

  it(
    "of an app without anything in it",
    async () => {
      emptyApp = { ...NOTHING, appId: (await stack.createApp(undefined, "Empty")).id };
      const places = routes.filter((route) => route.includes("$")).map((route) => placeOf(route, emptyApp));
      const saysSo = async (page: Page, { route, name }: Place) => {
        // What an address names and is not there, is said not to be there.
        if (!/\$(?!appId)/.test(route)) return [];
        return (await page.getByRole("alert").count()) === 0 ? [`${name}: does not say what is missing`] : [];
      };
      expect(await look("empty", places, saysSo)).toEqual([]);
    },
    TIMEOUT_MS,
  );

  it(
    "of an app in which everything has happened",
    async () => {
      filledApp = await fillApp(stack, admin, await stack.createApp());
      const places = [
        ...routes.map((route) => placeOf(route, filledApp)),
        ...MORE.map(([route, name, search]) => {
          const place = placeOf(route, filledApp);
          return { ...place, name, address: `${place.address}${search}` };
        }),
      ];
      const isWhole = async (page: Page, { name, route }: Place) =>
        !isOutside(route) && (await page.getByRole("alert").count()) > 0 ? [`${name}: shows an error`] : [];
      expect(await look("filled", places, isWhole)).toEqual([]);
    },
    TIMEOUT_MS,
  );

  it(
    "of a server that fails",
    async () => {
      const places = routes.filter((route) => route !== "/").map((route) => placeOf(route, filledApp));
      const fail = async (context: BrowserContext) => {
        await context.route(/\/operator\/v1\/(?!session$)/, (route) =>
          route.fulfill({
            status: 500,
            headers: { "request-id": REQUEST_ID },
            json: { error: "Something failed on the server", code: "internal_error" },
          }),
        );
      };
      const saysWhatAndHow = async (page: Page, { route, name }: Place) => {
        if (isOutside(route) || ASK_NOTHING.includes(route)) return [];
        const missing: string[] = [];
        if (!(await page.getByRole("alert").filter({ hasText: REQUEST_ID }).first().isVisible())) {
          missing.push(`${name}: no error with its request ID`);
        }
        if ((await page.getByRole("button", { name: "Try again" }).count()) === 0) missing.push(`${name}: no way on`);
        return missing;
      };
      expect(await look("failing", places, saysWhatAndHow, fail)).toEqual([]);
    },
    TIMEOUT_MS,
  );
});
