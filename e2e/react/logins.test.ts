import { createPublicKey, verify } from "node:crypto";
import { parseSolanaAddress } from "@mandate/core/solana/address";
import { type Hex, recoverMessageAddress } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { createSiweMessage } from "viem/siwe";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { solanaTransfer } from "../chain-requests.ts";
import { hasChromium } from "../dashboard/browser.ts";
import { type IdentityProvider, makeIdentityProvider } from "../identity-provider.ts";
import { BrowserClient } from "../login/browser-client.ts";
import type { App } from "../stack.ts";
import type { OpenPage } from "./open-page.ts";
import { type ReactSite, startReactSite } from "./react-site.ts";

describe.skipIf(!hasChromium)("the unmodified React SDK", () => {
  let site: ReactSite;
  let provider: IdentityProvider;
  let app: App;

  beforeAll(async () => {
    [site, provider] = await Promise.all([startReactSite(), makeIdentityProvider("RS256")]);
    app = await site.stack.createApp({ publicKeyPem: provider.publicKeyPem }, "Shop", {
      allowedOrigins: [site.origin],
    });
  });
  afterAll(() => site?.stop());

  describe("with a wallet of the user's own (SIWE)", () => {
    const account = privateKeyToAccount(generatePrivateKey());
    let open: OpenPage;

    beforeAll(async () => {
      open = await site.open(app);
      await open.waitFor("ready", true);
    });
    afterAll(() => open.page.context().close());

    const writeMessage = async (domain: string) =>
      createSiweMessage({
        domain,
        uri: `http://${domain}`,
        address: account.address,
        version: "1",
        chainId: 31337,
        nonce: await open.call("generateSiweNonce", { address: account.address }),
        issuedAt: new Date(),
      });

    it("signs nobody in with a message for another page, or with another key", async () => {
      const foreign = await writeMessage("evil.example");
      const signature = await account.signMessage({ message: foreign });
      const refused = { code: "invalid_credentials" };
      await expect(open.call("loginWithSiwe", { message: foreign, signature })).rejects.toMatchObject(refused);
      const message = await writeMessage(new URL(site.origin).host);
      const stranger = privateKeyToAccount(generatePrivateKey());
      const forged = { message, signature: await stranger.signMessage({ message }) };
      await expect(open.call("loginWithSiwe", forged)).rejects.toMatchObject(refused);
      expect(await open.read("authenticated")).toBe(false);
    });

    it("signs its holder in", async () => {
      const message = await writeMessage(new URL(site.origin).host);
      await open.call("loginWithSiwe", { message, signature: await account.signMessage({ message }) });
      await open.waitFor("authenticated", true);
      expect((await open.read("user"))?.wallet).toMatchObject({ address: account.address });
    });

    it("makes a Solana wallet that signs messages and transactions", async () => {
      const address = await open.call("createSolanaWallet");
      await open.page.waitForFunction((made) => window.sdk?.solanaAddresses.includes(made), address);
      const message = Buffer.from("hello – 🔑");
      const signature = await open.call("signSolanaMessage", address, message.toString("base64"));
      expect(isSignedBySolana(address, message, Buffer.from(signature, "base64"))).toBe(true);

      const unsigned = Buffer.from(solanaTransfer(address));
      const signed = Buffer.from(
        await open.call("signSolanaTransaction", address, unsigned.toString("base64")),
        "base64",
      );
      expect(signed.subarray(65)).toEqual(unsigned.subarray(65));
      expect(isSignedBySolana(address, signed.subarray(65), signed.subarray(1, 65))).toBe(true);
    });
  });

  describe("on its own screens", () => {
    const EMAIL = "bob@example.com";
    let open: OpenPage;

    beforeAll(async () => {
      open = await site.open(app);
      await open.waitFor("ready", true);
    });
    afterAll(() => open.page.context().close());

    it("signs a user in by email", async () => {
      const { page } = open;
      await page.evaluate(() => window.sdk?.login());
      await page.getByPlaceholder("your@email.com").fill(EMAIL);
      const sent = page.waitForResponse(/passwordless\/init$/);
      await page.getByRole("button", { name: "Submit" }).click();
      await sent;
      const field = page.locator("input[name=code-0]");
      await field.click();
      await page.keyboard.type(await new BrowserClient(site.stack, app, site.origin).readCode(EMAIL));
      await open.waitFor("authenticated", true);
      expect((await open.read("user"))?.email?.address).toBe(EMAIL);
    });

    it("signs a message when the user confirms it", async () => {
      const { address } = await open.call("createWallet");
      const signing = open.call("signMessage", { message: "hello" }, { uiOptions: { showWalletUIs: true } });
      await open.page.getByText("hello", { exact: true }).waitFor();
      await open.page.getByRole("button", { name: "Sign and continue" }).click();
      const signature = (await signing).signature as Hex;
      expect(await recoverMessageAddress({ message: "hello", signature })).toBe(address);
    });
  });

  describe("with the token of the app's own identity provider", () => {
    let open: OpenPage;

    beforeAll(async () => {
      open = await site.open(app, "jwt");
      await open.waitFor("ready", true);
    });
    afterAll(() => open.page.context().close());

    const setJwt = (jwt: string | undefined) => open.page.evaluate((token) => window.setExternalJwt?.(token), jwt);

    it("signs nobody in with another provider's", async () => {
      const other = await makeIdentityProvider("RS256");
      const answer = open.page.waitForResponse(/custom_jwt_account\/authenticate$/);
      await setJwt(await other.issue("ada"));
      expect((await answer).status()).toBe(401);
      expect(await open.read("authenticated")).toBe(false);
      await setJwt(undefined);
    });

    it("signs its user in, whose wallet signs", async () => {
      await setJwt(await provider.issue("ada"));
      await open.waitFor("authenticated", true);
      const user = await open.read("user");
      expect(user?.linkedAccounts).toContainEqual(
        expect.objectContaining({ type: "custom_auth", customUserId: "ada" }),
      );
      const { address } = await open.call("createWallet");
      const { signature } = await open.call("signMessage", { message: "hello" });
      expect(await recoverMessageAddress({ message: "hello", signature: signature as Hex })).toBe(address);
    });

    it("signs the user out when the app does", async () => {
      await setJwt(undefined);
      await open.waitFor("authenticated", false);
      expect(await open.call("getAccessToken")).toBeNull();
    });
  });
});

/** By Node's own Ed25519: RFC 8410 spells the key. */
function isSignedBySolana(address: string, bytes: Uint8Array, signature: Uint8Array): boolean {
  const der = Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), parseSolanaAddress(address)!]);
  return verify(null, bytes, createPublicKey({ key: der, format: "der", type: "spki" }), signature);
}
