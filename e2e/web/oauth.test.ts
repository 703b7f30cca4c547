import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import Privy, { InMemoryCache } from "@privy-io/js-sdk-core";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { hasChromium, launchBrowser } from "../dashboard/browser.ts";
import { type OidcIssuer, startOidcIssuer } from "../login/oidc-issuer.ts";
import { type App, type Stack, startStack } from "../stack.ts";
import { joinFrame } from "./in-process-frame.ts";
import { LOCAL_PROVIDER as PROVIDER, pinLocalProvider } from "./local-provider.ts";

const EMAIL = "ada@example.com";
const CODE = "246810";

/**
 * The unmodified vanilla SDK begins and ends the sign-in; in between Chromium, where there is one, is led from the issuer
 * over the server's callback to a page of the app.
 */
describe("sign-in with an OpenID Connect provider, by the unmodified vanilla SDK", () => {
  let stack: Stack;
  let app: App;
  let issuer: OidcIssuer;
  let site: Server;
  let siteUrl: string;
  let browser: Browser | undefined;

  beforeAll(async () => {
    [stack, issuer] = await Promise.all([startStack(), startOidcIssuer()]);
    browser = hasChromium ? await launchBrowser() : undefined;
    site = createServer((_request, response) => {
      response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><title>Shop</title>");
    });
    await new Promise<void>((resolve) => site.listen(0, "127.0.0.1", resolve));
    siteUrl = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
    const settings = { allowedOrigins: [siteUrl], testAccounts: [{ email: EMAIL, otp: CODE }] };
    app = await stack.createApp(undefined, "Shop", settings);
    await pinLocalProvider(stack, app, issuer);
  });
  afterAll(async () => {
    await browser?.close();
    await issuer?.stop();
    site?.closeAllConnections();
    site?.close();
    await stack?.stop();
  });
  beforeEach(() => {
    Object.assign(issuer.behaviour, { user: { sub: `user-${Math.random()}` }, claims: {}, refusal: undefined });
  });

  async function makeClient(): Promise<Privy> {
    const options = { appId: app.id, baseUrl: stack.url, storage: new InMemoryCache() };
    const made = new Privy(options as never);
    joinFrame(made, { origin: stack.url, appId: app.id });
    await made.initialize();
    return made;
  }

  /** Where the user ends up, who says yes or no at the issuer. */
  async function goTo(url: string): Promise<URL> {
    if (browser === undefined) return new URL((await fetch(url)).url);
    const page = await browser.newPage();
    try {
      await page.goto(url);
      expect(await page.title()).toBe("Shop");
      return new URL(page.url());
    } finally {
      await page.close();
    }
  }

  async function goThrough(client: Privy): Promise<{ code: string; state: string }> {
    const { url } = await client.auth.oauth.generateURL(PROVIDER, `${siteUrl}/login`);
    const back = await goTo(url);
    expect(back.origin + back.pathname).toBe(`${siteUrl}/login`);
    const parameters = back.searchParams;
    expect(parameters.get("privy_oauth_provider")).toBe(PROVIDER);
    return { code: parameters.get("privy_oauth_code")!, state: parameters.get("privy_oauth_state")! };
  }

  async function signIn(): Promise<{ client: Privy; userId: string }> {
    const client = await makeClient();
    const { code, state } = await goThrough(client);
    const { user } = await client.auth.oauth.loginWithCode(code, state, PROVIDER);
    return { client, userId: user.id };
  }

  it("is refused when the page comes back with another state, or the user said no", async () => {
    const client = await makeClient();
    const { code } = await goThrough(client);
    await expect(client.auth.oauth.loginWithCode(code, "another state", PROVIDER)).rejects.toMatchObject({
      code: "pkce_state_code_mismatch",
    });
    issuer.behaviour.refusal = "access_denied";
    const denied = await goThrough(client);
    expect(denied.code).toBe("undefined");
    await expect(client.auth.oauth.loginWithCode(denied.code, denied.state, PROVIDER)).rejects.toMatchObject({
      code: "oauth_state_mismatch",
    });
    expect(await client.getAccessToken()).toBeNull();
  });

  it("is refused to whoever took the code from the page's address", async () => {
    const { code, state } = await goThrough(await makeClient());
    const thief = await makeClient();
    await thief.auth.oauth.generateURL(PROVIDER, `${siteUrl}/login`);
    await expect(thief.auth.oauth.loginWithCode(code, state, PROVIDER)).rejects.toMatchObject({
      code: "pkce_state_code_mismatch",
    });
  });

  it("signs a new user in, and the same user again", async () => {
    const first = await signIn();
    const { user } = await first.client.user.get();
    expect(user.linked_accounts).toContainEqual(
      expect.objectContaining({ type: PROVIDER, subject: issuer.behaviour.user.sub }),
    );
    expect((await signIn()).userId).toBe(first.userId);
  });

  it("links the account to a user who signed in by email: both are the same user, until it is unlinked", async () => {
    const client = await makeClient();
    const { user: byMail } = await client.auth.email.loginWithCode(EMAIL, CODE);
    const { code, state } = await goThrough(client);
    const { user: linked } = await client.auth.oauth.linkWithCode(code, state, PROVIDER);
    expect(linked.linked_accounts.map(({ type }) => type)).toEqual(["email", PROVIDER]);

    const again = await signIn();
    expect(again.userId).toBe(byMail.id);

    const { user: unlinked } = await client.auth.oauth.unlink(PROVIDER, issuer.behaviour.user.sub);
    expect(unlinked.linked_accounts.map(({ type }) => type)).toEqual(["email"]);
    expect((await signIn()).userId).not.toBe(byMail.id);
  });
});
