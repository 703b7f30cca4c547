import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasChromium } from "../dashboard/browser.ts";
import { BrowserClient } from "../login/browser-client.ts";
import type { App } from "../stack.ts";
import type { OpenPage } from "./open-page.ts";
import { type ReactSite, startReactSite } from "./react-site.ts";

const EMAIL = "ada@example.com";

describe.skipIf(!hasChromium)("the unmodified React SDK, with passkeys of the browser", () => {
  let site: ReactSite;
  let app: App;
  let open: OpenPage;

  beforeAll(async () => {
    site = await startReactSite();
    app = await site.stack.createApp(undefined, "Shop", { allowedOrigins: [site.origin] });
    open = await site.open(app);
    await addAuthenticator(open);
    await open.waitFor("ready", true);
  });
  afterAll(() => site?.stop());

  const userId = async () => (await open.read("user"))?.id;
  const signOut = async () => {
    await open.call("logout");
    await open.waitFor("authenticated", false);
  };

  it("signs nobody in who has none", async () => {
    await expect(open.call("loginWithPasskey")).rejects.toThrow();
    expect(await open.read("authenticated")).toBe(false);
  });

  it("signs up with a passkey, and in again with it", async () => {
    await open.call("signupWithPasskey");
    await open.waitFor("authenticated", true);
    const made = await userId();
    await signOut();
    await open.call("loginWithPasskey");
    await open.waitFor("authenticated", true);
    expect(await userId()).toBe(made);
    await signOut();
  });

  it("links a passkey to a user who signed in by email; both are one user", async () => {
    await open.call("sendCode", { email: EMAIL });
    const code = await new BrowserClient(site.stack, app, site.origin).readCode(EMAIL);
    await open.call("loginWithCode", { code });
    await open.waitFor("authenticated", true);
    const byEmail = await userId();
    await open.call("linkWithPasskey");
    const accounts = (await open.read("user"))?.linkedAccounts ?? [];
    const passkey = accounts.find(({ type }) => type === "passkey") as { credentialId: string } | undefined;
    await signOut();
    await open.call("loginWithPasskey", { credentialIds: [passkey!.credentialId] });
    await open.waitFor("authenticated", true);
    expect(await userId()).toBe(byEmail);
  });
});

/** A platform authenticator that verifies its user without asking (WebAuthn §11, by Chromium's debugging protocol). */
async function addAuthenticator({ page }: OpenPage): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send("WebAuthn.enable");
  await session.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
}
