import type { Browser } from "playwright-core";
import { launchBrowser } from "../dashboard/browser.ts";
import { type App, type Stack, startStack } from "../stack.ts";
import { type OpenPage, openPage } from "./open-page.ts";
import type { PageAddress } from "./page/page-address.ts";
import { buildPage, type PageServer, servePage } from "./serve-page.ts";

/** Everything that a web app with the React SDK runs on: Mandate, a chain, the app's page, a browser. */
export type ReactSite = {
  stack: Stack;
  /** Where the page is; an app has to allow it. */
  origin: string;
  browser: Browser;
  /** Opens the page in a browser profile of its own. `from` is another server of the page. */
  open(app: App, login?: PageAddress["login"], from?: string): Promise<OpenPage>;
  stop(): Promise<void>;
};

export async function startReactSite(): Promise<ReactSite> {
  buildPage();
  const [stack, server, browser] = await Promise.all([startStack(), servePage(), launchBrowser()]);
  return describeSite(stack, server, browser);
}

function describeSite(stack: Stack, server: PageServer, browser: Browser): ReactSite {
  return {
    stack,
    origin: server.origin,
    browser,
    open(app, login = "headless", from = server.origin) {
      const address = { appId: app.id, apiUrl: stack.url, rpcUrl: stack.chainUrl, login };
      return openPage(browser, stack, from, address);
    },
    async stop() {
      await browser.close();
      await server.stop();
      await stack.stop();
    },
  };
}
