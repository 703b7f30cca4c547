import Privy, { InMemoryCache } from "@privy-io/js-sdk-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { hasChromium, launchBrowser } from "../dashboard/browser.ts";
import { addVirtualAuthenticator, type VirtualAuthenticator } from "../dashboard/virtual-authenticator.ts";
import { BrowserClient, codeOf } from "../login/browser-client.ts";
import { startOidcIssuer } from "../login/oidc-issuer.ts";
import { type App, type Stack, startStack } from "../stack.ts";
import { joinFrame } from "./in-process-frame.ts";
import { LOCAL_PROVIDER, pinLocalProvider } from "./local-provider.ts";
import type { PasskeySdk } from "./page/main.ts";
import { type PageServer, servePage } from "./page-server.ts";

/** Sign-up, sign-in and linking as users do them: the unmodified vanilla SDK on a page, Chromium's own authenticator. */
describe.skipIf(!hasChromium)("passkeys of an app's users, in a browser", () => {
  let stack: Stack;
  let browser: Browser;
  let server: PageServer;
  let stranger: PageServer;
  let app: App;
  let page: Page;
  let authenticator: VirtualAuthenticator;

  beforeAll(async () => {
    [server, stranger] = await Promise.all([servePage(), servePage()]);
    [stack, browser] = await Promise.all([startStack(), launchBrowser()]);
    app = await stack.createApp(undefined, "Shop", { allowedOrigins: [server.origin] });
  });
  afterAll(async () => {
    await browser?.close();
    await Promise.all([server?.stop(), stranger?.stop()]);
    await stack?.stop();
  });
  beforeEach(async () => {
    page = await (await browser.newContext()).newPage();
    authenticator = await addVirtualAuthenticator(page);
    await open(app);
  });

  async function open({ id }: App, { origin } = server): Promise<void> {
    await page.goto(`${origin}/?${new URLSearchParams({ app: id, api: stack.url })}`);
    await page.waitForFunction(() => window.passkeySdk !== undefined);
  }

  /** What the SDK throws has its message, and its code where the server gave one. */
  function call<Name extends keyof PasskeySdk>(name: Name, ...given: Parameters<PasskeySdk[Name]>) {
    return page.evaluate(
      async ([called, list]) => {
        try {
          return await (window.passkeySdk[called as Name] as (...each: unknown[]) => Promise<unknown>)(...(list as []));
        } catch (thrown) {
          const { message, code, name: kind } = thrown as { [member: string]: unknown };
          throw new Error(`${typeof code === "string" ? code : kind}: ${message}`);
        }
      },
      [name as string, given as unknown] as const,
    ) as ReturnType<PasskeySdk[Name]>;
  }

  async function makeClient({ id }: App): Promise<Privy> {
    const client = new Privy({ appId: id, baseUrl: stack.url, storage: new InMemoryCache() } as never);
    joinFrame(client, { origin: stack.url, appId: id });
    await client.initialize();
    return client;
  }

  const readCode = (email: string, of = app) => new BrowserClient(stack, of, server.origin).readCode(email);

  async function signInByEmail(email: string, of = app): Promise<string> {
    await call("sendCode", email);
    return call("logInWithCode", email, await readCode(email, of));
  }

  it("a new user signs up, is still there after a reload, logs out, and comes back as the same user", async () => {
    const id = await call("signUp");
    const [credential] = await authenticator.credentials();
    expect(credential).toMatchObject({ rpId: "localhost", isResidentCredential: true });
    await page.reload();
    await page.waitForFunction(() => window.passkeySdk !== undefined);
    expect(await call("user")).toBe(id);
    for (let time = 0; time < 2; time++) {
      await call("logOut");
      expect(await call("logIn")).toBe(id);
    }
    // The authenticator counts, and the server took each count for higher than the one before.
    expect((await authenticator.credentials())[0]!.signCount).toBeGreaterThan(credential!.signCount);
  });

  it("a user who came by email links a passkey and comes back with it as the same user", async () => {
    const id = await signInByEmail("ada@example.com");
    expect(await call("link")).toEqual(["email", "passkey"]);
    await expect(call("link")).rejects.toThrow("InvalidStateError");
    await call("logOut");
    expect(await call("logIn")).toBe(id);
  });

  it("a user with a passkey and a provider's account is the same one by either", async () => {
    const issuer = await startOidcIssuer();
    try {
      const shop = await stack.createApp(undefined, "Shop", { allowedOrigins: [server.origin] });
      await pinLocalProvider(stack, shop, issuer);
      await open(shop);
      const email = "grace@example.com";
      const id = await signInByEmail(email, shop);
      await call("link");

      const byMail = await makeClient(shop);
      await byMail.auth.email.sendCode(email);
      await byMail.auth.email.loginWithCode(email, await readCode(email, shop));
      const goThrough = async (client: Privy): Promise<[string, string, typeof LOCAL_PROVIDER]> => {
        const { url } = await client.auth.oauth.generateURL(LOCAL_PROVIDER, `${server.origin}/login`);
        const { searchParams } = new URL((await fetch(url)).url);
        return [searchParams.get("privy_oauth_code")!, searchParams.get("privy_oauth_state")!, LOCAL_PROVIDER];
      };
      const { user } = await byMail.auth.oauth.linkWithCode(...(await goThrough(byMail)));
      expect(user.linked_accounts.map(({ type }) => type)).toEqual(["email", "passkey", LOCAL_PROVIDER]);

      const byProvider = await makeClient(shop);
      const signedIn = await byProvider.auth.oauth.loginWithCode(...(await goThrough(byProvider)));
      await call("logOut");
      expect([signedIn.user.id, await call("logIn")]).toEqual([id, id]);
    } finally {
      await issuer.stop();
    }
  });

  it("what the browser sent is worth nothing a second time, nor changed", async () => {
    await call("signUp");
    await call("logOut");
    await call("logIn");
    const { challenge, answer } = (await call("overhear"))!;
    const { clientDataJSON, authenticatorData: authenticator_data, signature } = answer.response;
    const send = (client_data_json: string) => {
      const response = { client_data_json, authenticator_data, signature };
      const authenticator_response = { type: "public-key", id: answer.id, raw_id: answer.rawId, response };
      const client = new BrowserClient(stack, app, server.origin);
      return client.post("passkeys/authenticate", { challenge, authenticator_response });
    };
    const again = await send(clientDataJSON);
    expect([codeOf(again), again.text]).toEqual(["401 invalid_credentials", expect.stringContaining("used before")]);
    const clientData = Buffer.from(clientDataJSON, "base64url").toString();
    expect(JSON.parse(clientData)).toMatchObject({ type: "webauthn.get", origin: server.origin, crossOrigin: false });
    const changed = Buffer.from(clientData.replace(challenge, "A".repeat(75))).toString("base64url");
    expect(codeOf(await send(changed))).toBe("401 invalid_credentials");
  });

  it("nobody signs in without their finger, or with a passkey that was never registered here", async () => {
    await call("signUp");
    await call("logOut");
    await authenticator.setUserVerified(false);
    await expect(call("logIn")).rejects.toThrow("NotAllowedError");
    await authenticator.setUserVerified(true);
    await call("logIn");
    await open(await stack.createApp(undefined, "Other", { allowedOrigins: [server.origin] }));
    await expect(call("logIn")).rejects.toThrow("passkey_not_registered");
  });

  it("a page of an origin that is not allowed gets no challenge", async () => {
    await open(app, stranger);
    await expect(call("signUp")).rejects.toThrow("Failed to fetch");
    expect(await authenticator.credentials()).toEqual([]);
  });
});
