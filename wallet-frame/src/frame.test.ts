import { createPublicKey, verify, webcrypto } from "node:crypto";
import { hpkeSeal } from "@mandate/core/crypto/hpke";
import { deriveP256Scalar, parseHpkeRecipientKey } from "@mandate/core/crypto/p256";
import { p256KeyPairFromScalar } from "@mandate/core/crypto/p256-pkcs8";
import { canonicalize } from "@mandate/core/encoding/canonical-json";
import { encodeUtf8 } from "@mandate/core/encoding/utf8";
import { beforeEach, describe, expect, it } from "vitest";
import { createFrame, type Frame } from "./frame.ts";
import { readFrameMessage } from "./message.ts";
import { isAllowedOrigin } from "./page-settings.ts";
import { refusePayload } from "./signable-payload.ts";

const APP = "c23456789012345678901234a";
const ORIGIN = "http://127.0.0.1:3000";
const URL = `${ORIGIN}/api/v1/wallets/w23456789012345678901234`;

const payload = (parts: object = {}) => ({
  version: 1,
  method: "PATCH",
  url: URL,
  headers: { "privy-app-id": APP },
  body: { additional_signers: [] },
  ...parts,
});
const bytesOf = (value: unknown) => encodeUtf8(canonicalize(value as never));
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64");
const token = (claims: object) => `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.c2ln`;
const CLAIMS = { sub: "did:privy:u", sid: "s1", aud: APP };

describe("messages of the page", () => {
  it.each([undefined, null, 1, "", "{", "[]", { event: "privy:x" }, { id: "1" }, { id: 1, event: "privy:x" }])(
    "that are none are not answered: %j",
    (posted) => {
      expect(readFrameMessage(posted)).toBeUndefined();
    },
  );

  it("of other scripts are not answered", () => {
    expect(readFrameMessage({ id: "1", event: "webpackHotUpdate", data: {} })).toBeUndefined();
  });

  it("are read from objects and from their text alike", () => {
    const message = { id: "id-0", event: "privy:iframe:ready", data: {} };
    expect(readFrameMessage(message)).toEqual(message);
    expect(readFrameMessage(JSON.stringify(message))).toEqual(message);
    expect(readFrameMessage({ id: "id-0", event: "privy:iframe:ready" })).toEqual(message);
  });
});

describe("what a user's key signs", () => {
  const refuse = (value: unknown) => refusePayload(bytesOf(value), { origins: [ORIGIN], appId: APP });

  it.each<[string, object]>([
    ["a request to somebody else", { url: "https://wallets.example/api/v1/wallets/x" }],
    ["an origin that only begins like ours", { url: `${ORIGIN}1/api/v1/wallets/x` }],
    ["a host in front of ours", { url: `${ORIGIN}@evil.example/v1/x` }],
    ["a path outside the API", { url: `${ORIGIN}/operator/v1/apps` }],
    ["a query", { url: `${URL}?x=1` }],
    ["another app", { headers: { "privy-app-id": "c23456789012345678901234b" } }],
    ["a header that is not signed", { headers: { "privy-app-id": APP, cookie: "x" } }],
    ["a header that is no text", { headers: { "privy-app-id": APP, "privy-request-expiry": 1 } }],
    ["another version", { version: 2 }],
    ["a method that is not signed", { method: "GET" }],
    ["an unknown member", { more: 1 }],
  ])("is not %s", (_name, parts) => {
    expect(refuse(payload(parts))).toEqual(expect.any(String));
  });

  it("is not text, nor a payload in another spelling", () => {
    for (const text of ["hello", "[]", JSON.stringify(payload()), `${canonicalize(payload() as never)} `]) {
      expect(refusePayload(encodeUtf8(text), { origins: [ORIGIN], appId: APP })).toEqual(expect.any(String));
    }
  });

  it("is a canonical payload for this server and app", () => {
    expect(refuse(payload())).toBeUndefined();
    expect(refuse(payload({ url: `${ORIGIN}/v1/wallets/x/rpc`, body: "" }))).toBeUndefined();
    const headers = { "privy-app-id": APP, "privy-idempotency-key": "k", "privy-request-expiry": "1800000000000" };
    expect(refuse(payload({ headers, method: "POST" }))).toBeUndefined();
  });
});

describe("allowed origins", () => {
  it("are exact, or wild in one whole label", () => {
    const allowed = ["https://app.example", "https://*.preview.example", "http://localhost:5173"];
    for (const origin of [...allowed.slice(0, 1), "https://a.preview.example", "http://localhost:5173"]) {
      expect(isAllowedOrigin(origin, allowed), origin).toBe(true);
    }
    for (const origin of [
      "http://app.example",
      "https://app.example.evil",
      "https://a.b.preview.example",
      "https://.preview.example",
      "https://evil/.preview.example",
      "http://a.preview.example",
      "http://localhost:5174",
      "null",
      "",
    ]) {
      expect(isAllowedOrigin(origin, allowed), origin).toBe(false);
    }
    expect(isAllowedOrigin("https://app.example", [])).toBe(false);
  });
});

/** The server's side of the exchange: a key for whoever asks, sealed to the key in the request as the signer does. */
describe("the frame", () => {
  let nowMs: number;
  let exchanges: { url: string; headers: { [name: string]: string }; scalar: Uint8Array }[];
  let refusal: { status: number; error: string } | undefined;
  let frame: Frame;

  beforeEach(() => {
    nowMs = 1_800_000_000_000;
    exchanges = [];
    refusal = undefined;
    const fetchStub = async (url: string, init: { headers: { [name: string]: string }; body: string }) => {
      if (refusal !== undefined) return new Response(JSON.stringify({ error: refusal.error }), refusal);
      const scalar = deriveP256Scalar(webcrypto.getRandomValues(new Uint8Array(48)));
      exchanges.push({ url, headers: init.headers, scalar });
      const recipient = parseHpkeRecipientKey(JSON.parse(init.body).recipient_public_key);
      if (!recipient.ok) throw new Error(recipient.message);
      const sealed = hpkeSeal({
        recipientPoint: recipient.point,
        ephemeralScalar: deriveP256Scalar(webcrypto.getRandomValues(new Uint8Array(48))),
        plaintext: encodeUtf8(p256KeyPairFromScalar(scalar).pkcs8Base64),
      });
      return Response.json({
        expires_at: nowMs + 3_600_000,
        encrypted_authorization_key: {
          encryption_type: "HPKE",
          encapsulated_key: base64(sealed.encapsulatedKey),
          ciphertext: base64(sealed.ciphertext),
        },
        wallets: [],
      });
    };
    frame = createFrame({
      appId: APP,
      origin: ORIGIN,
      origins: [ORIGIN],
      fetch: fetchStub as never,
      subtle: webcrypto.subtle as never,
      random: (length) => webcrypto.getRandomValues(new Uint8Array(length)),
      nowMs: () => nowMs,
    });
  });

  const ask = (event: string, data: { [member: string]: unknown } = {}) => frame.answer({ id: "id-1", event, data });
  const sign = (data: { [member: string]: unknown } = {}) =>
    ask("privy:user-signer:sign", { accessToken: token(CLAIMS), message: base64(bytesOf(payload())), ...data });

  it("says that it is there", async () => {
    expect(await ask("privy:iframe:ready")).toEqual({ id: "id-1", event: "privy:iframe:ready", data: {} });
  });

  it("answers what it does not do with an error, under the same id and event", async () => {
    expect(await ask("privy:wallet:create")).toMatchObject({
      id: "id-1",
      event: "privy:wallet:create",
      error: { type: "error" },
    });
  });

  it.each<[string, { [member: string]: unknown }]>([
    ["no token", { accessToken: undefined }],
    ["a token of another app", { accessToken: token({ ...CLAIMS, aud: "c23456789012345678901234b" }) }],
    ["no token at all", { accessToken: "x.y" }],
    ["no message", { message: undefined }],
    ["a message that is not base64", { message: "%" }],
    ["a message that is no payload", { message: base64(encodeUtf8("hello")) }],
    ["a wallet of another app", { targetAppId: "c23456789012345678901234b" }],
  ])("signs nothing with %s", async (_name, data) => {
    expect(await sign(data)).toMatchObject({ error: { type: "invalid_request_arguments" } });
    expect(exchanges).toEqual([]);
  });

  it.each<[string, { [member: string]: unknown }]>([
    ["no token", { accessToken: undefined }],
    ["a token of another app", { accessToken: token({ ...CLAIMS, aud: "c23456789012345678901234b" }) }],
    ["no key", { privateKey: "" }],
    ["a key that is none", { privateKey: `0x${"0".repeat(64)}` }],
    ["a key of another chain", { chainType: "solana", privateKey: "0x11" }],
    ["a chain that it does not know", { chainType: "bitcoin-segwit" }],
    ["a wallet kept on the device", { mode: "on-device" }],
    ["signers that are no list", { additionalSigners: {} }],
    ["a signer with more than it has", { additionalSigners: [{ signerId: "s", policy_ids: [] }] }],
  ])("imports nothing with %s, nor says the key", async (_name, data) => {
    const key = "11".repeat(32);
    const whole = { accessToken: token(CLAIMS), privateKey: key, chainType: "ethereum", mode: "tee", ...data };
    const reply = await ask("privy:wallets:import", whole);
    expect(reply).toMatchObject({ error: { type: "invalid_request_arguments" } });
    expect(JSON.stringify(reply)).not.toContain("1111");
    expect(exchanges).toEqual([]);
  });

  it("signs a payload with the exchanged key, as DER", async () => {
    const reply = await sign();
    if (!("data" in reply)) throw new Error(JSON.stringify(reply));
    const [exchange] = exchanges;
    expect(exchange).toMatchObject({
      url: `${ORIGIN}/api/v1/wallets/authenticate`,
      headers: { authorization: `Bearer ${token(CLAIMS)}`, "privy-app-id": APP },
    });
    const spki = Buffer.from(p256KeyPairFromScalar(exchange!.scalar).spkiBase64, "base64");
    const key = createPublicKey({ key: spki, format: "der", type: "spki" });
    expect(verify("sha256", bytesOf(payload()), key, Buffer.from(String(reply.data.signature), "base64"))).toBe(true);
  });

  it("exchanges once for a session, whatever its token, and for many signatures at once", async () => {
    await Promise.all([sign(), sign(), sign()]);
    await sign({ accessToken: token({ ...CLAIMS, exp: 2 }) });
    expect(exchanges).toHaveLength(1);
    await sign({ accessToken: token({ ...CLAIMS, sid: "s2" }) });
    expect(exchanges).toHaveLength(2);
  });

  it("exchanges again before the key expires, and after the user has left", async () => {
    await sign();
    nowMs += 3_600_000 - 60_000;
    await sign();
    expect(exchanges).toHaveLength(2);
    await ask("privy:mfa:clear", { userId: "did:privy:other" });
    await sign();
    expect(exchanges).toHaveLength(2);
    await ask("privy:mfa:clear", { userId: "did:privy:u" });
    await sign();
    expect(exchanges).toHaveLength(3);
  });

  it("passes the server's refusal on, and asks again the next time", async () => {
    refusal = { status: 401, error: "the session has ended" };
    expect(await sign()).toMatchObject({ error: { type: "error", message: "the session has ended" } });
    refusal = undefined;
    expect(await sign()).toHaveProperty("data.signature");
  });
});
