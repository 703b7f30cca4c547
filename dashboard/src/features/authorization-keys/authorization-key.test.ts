import { parseP256PrivateKey } from "@mandate/core/crypto/p256-pkcs8";
import { describe, expect, it } from "vitest";
import { makeAuthorizationKey, testAuthorizationKey } from "./authorization-key.ts";
import { readPublicKeys } from "./read-list.ts";

describe("an authorization key made in the browser", () => {
  it("fails its test when the halves do not belong together, or the prefix is missing", async () => {
    const [one, other] = await Promise.all([makeAuthorizationKey(), makeAuthorizationKey()]);
    expect(await testAuthorizationKey({ ...one, publicKey: other.publicKey })).toBe(false);
    expect(await testAuthorizationKey({ ...one, privateKey: one.privateKey.replace("wallet-auth:", "") })).toBe(false);
  });

  it("passes its test, and is a key that the signer's core reads", async () => {
    const key = await makeAuthorizationKey();
    expect(key.privateKey).toMatch(/^wallet-auth:[A-Za-z0-9+/]+=*$/);
    expect(await testAuthorizationKey(key)).toBe(true);
    expect(parseP256PrivateKey(key.privateKey)).toMatchObject({ ok: true });
  });
});

describe("public keys in a text", () => {
  it("are PEM blocks and lines of base64", () => {
    const pem = "-----BEGIN PUBLIC KEY-----\nMFkw\nEwYH\n-----END PUBLIC KEY-----";
    expect(readPublicKeys(`MFkwAAAA\n${pem}\n\nMFkwBBBB,MFkwCCCC`)).toEqual([pem, "MFkwAAAA", "MFkwBBBB", "MFkwCCCC"]);
    expect(readPublicKeys(" \n ")).toEqual([]);
  });
});
