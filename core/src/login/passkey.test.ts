import { describe, expect, it } from "vitest";
import { decodeBase64Url } from "../encoding/base64url.ts";
import { encodeUtf8 } from "../encoding/utf8.ts";
import { type Ceremony, encodeCbor, TestAuthenticator } from "../testing/authenticator.ts";
import { parseClientData, readRegistration, relyingPartyOf, verifyAssertion } from "./passkey.ts";

const ORIGIN = "https://app.example";
const RP_ID = "app.example";
const CHALLENGE = "AAECAwQFBgcICQoLDA0ODw";
const ceremony: Ceremony = { challenge: CHALLENGE, origin: ORIGIN };

const bytes = (text: string) => decodeBase64Url(text)!;
const text = (value: unknown) => encodeUtf8(JSON.stringify(value));

function register(authenticator: TestAuthenticator, more: Partial<Ceremony> = {}) {
  const { response } = authenticator.register({ ...ceremony, ...more });
  return readRegistration(bytes(response.attestation_object), RP_ID);
}

function credentialOf(authenticator: TestAuthenticator) {
  const read = register(authenticator);
  if (!read.ok) throw new Error(read.message);
  return read;
}

function assert(
  authenticator: TestAuthenticator,
  credential: { publicKey: string; signCount: number },
  more: Partial<Ceremony> = {},
  alter: (parts: {
    authenticatorData: Uint8Array;
    clientDataJson: Uint8Array;
    signature: Uint8Array;
  }) => void = () => {},
) {
  const { response } = authenticator.assert({ ...ceremony, ...more });
  const parts = {
    authenticatorData: bytes(response.authenticator_data),
    clientDataJson: bytes(response.client_data_json),
    signature: bytes(response.signature),
  };
  alter(parts);
  return verifyAssertion(parts, RP_ID, credential);
}

describe("client data", () => {
  const good = { type: "webauthn.get", challenge: CHALLENGE, origin: ORIGIN, crossOrigin: false };

  it.each<[string, Uint8Array]>([
    ["no JSON", encodeUtf8("{")],
    ["a list", text([good])],
    ["a member twice", encodeUtf8(`{"type":"webauthn.get","type":"webauthn.get","challenge":"AA","origin":"x"}`)],
    ["another type", text({ ...good, type: "payment.get" })],
    ["no challenge", text({ ...good, challenge: undefined })],
    ["a challenge that is padded", text({ ...good, challenge: "AA==" })],
    ["no origin", text({ ...good, origin: 1 })],
    ["a page in a frame of another", text({ ...good, crossOrigin: true })],
    ["a page in a frame, by name", text({ ...good, topOrigin: ORIGIN })],
    ["a byte-order mark", Uint8Array.of(0xef, 0xbb, 0xbf, ...text(good))],
    ["more than 4 kB", text({ ...good, more: "x".repeat(4096) })],
  ])("is refused with %s", (_name, given) => {
    expect(parseClientData(given)).toBeUndefined();
  });

  it("is read, whatever members a browser adds", () => {
    const read = { ceremony: "assertion", challenge: bytes(CHALLENGE), origin: ORIGIN };
    expect(parseClientData(text(good))).toEqual(read);
    expect(parseClientData(text({ ...good, crossOrigin: undefined }))).toEqual(read);
    const added = { other_keys_can_be_added_here: "do not compare clientDataJSON against a template" };
    expect(parseClientData(text({ ...good, type: "webauthn.create", ...added }))).toEqual({
      ...read,
      ceremony: "registration",
    });
  });
});

describe("a registration", () => {
  const authenticator = new TestAuthenticator();
  const withKey = (more: [number, number][]) => ({
    rewriteAuthenticatorData: (data: Buffer) =>
      Buffer.concat([data.subarray(0, 37), authenticator.attestedCredential(more)]),
  });
  const withObject = (value: Parameters<typeof encodeCbor>[0]) => ({ rewriteAttestation: () => encodeCbor(value) });
  const withBytes = (change: (data: Buffer) => Buffer) => ({ rewriteAuthenticatorData: change });

  it.each<[string, Partial<Ceremony>]>([
    ["for another site", { rpId: "evil.example" }],
    ["that nobody was there for", { flags: 0x44 }],
    ["without a PIN, fingerprint or face", { flags: 0x41 }],
    ["without a credential", { flags: 0x05, rewriteAuthenticatorData: (data) => data.subarray(0, 37) }],
    ["with a credential that no flag names", { flags: 0x05 }],
    ["backed up and not able to be", { flags: 0x55 }],
    ["with extensions that are not there", { flags: 0xc5 }],
    ["with bytes after the key", withBytes((data) => Buffer.concat([data, Buffer.of(0xa0)]))],
    [
      "with bytes after the extensions",
      { flags: 0xc5, ...withBytes((data) => Buffer.concat([data, Buffer.of(0xa0, 0xa0)])) },
    ],
    ["with extensions that are no map", { flags: 0xc5, ...withBytes((data) => Buffer.concat([data, Buffer.of(0)])) }],
    ["that is cut", withBytes((data) => data.subarray(0, -1))],
    ["that is cut in the header", withBytes((data) => data.subarray(0, 36))],
    ["whose key has one member more", withKey([[-4, 1]])],
    ["whose key names another algorithm", withKey([[3, -257]])],
    ["whose key is of another kind", withKey([[1, 3]])],
    ["whose key is on another curve", withKey([[-1, 2]])],
    ["whose point is not on the curve", withBytes((data) => flip(data, data.length - 1))],
    ["whose ID has no bytes", withBytes((data) => Buffer.concat([data.subarray(0, 53), Buffer.of(0, 0)]))],
    ["whose ID is longer than all", withBytes((data) => Buffer.concat([data.subarray(0, 53), Buffer.of(0xff, 0xff)]))],
    ["whose object is none", { rewriteAttestation: () => Buffer.from("x") }],
    ["whose object is cut", { rewriteAttestation: (data) => data.subarray(0, -1) }],
    ["with bytes after the object", { rewriteAttestation: (data) => Buffer.concat([data, Buffer.of(0)]) }],
    [
      "whose object has one member more",
      withObject(
        new Map([
          ["fmt", "a"],
          ["authData", "x"],
          ["a", "1"],
          ["b", "2"],
        ]),
      ),
    ],
    ["without authenticator data", withObject(new Map<string, never>())],
    ["of 20 kB", { rewriteAttestation: () => Buffer.alloc(20_000, 0xa0) }],
    ["of a hundred maps in one another", { rewriteAttestation: () => Buffer.alloc(100, 0xa1) }],
  ])("%s is refused", (_name, more) => {
    expect(register(authenticator, more)).toMatchObject({ ok: false });
  });

  it("gives ID, key and counter, with extensions and without", () => {
    const read = { ok: true, credentialId: bytes(authenticator.id), publicKey: expect.any(String) };
    expect(register(authenticator, { signCount: 7 })).toEqual({ ...read, signCount: 7 });
    const extensions = encodeCbor(new Map([["credProtect", 2]]));
    const more = withBytes((data) => Buffer.concat([data, extensions]));
    expect(register(authenticator, { flags: 0xdd, signCount: 0, ...more })).toEqual({ ...read, signCount: 0 });
  });

  it("leaves a statement about the authenticator unread", () => {
    const statement = new Map<string, number | Uint8Array>([
      ["alg", -7],
      ["sig", new Uint8Array(70)],
    ]);
    const rewriteAttestation = (data: Buffer) => {
      const authData = data.subarray(data.length - 164 - 2);
      return Buffer.concat([
        Buffer.of(0xa3),
        ...[encodeCbor("fmt"), encodeCbor("packed"), encodeCbor("attStmt"), encodeCbor(statement)],
        ...[encodeCbor("authData"), authData],
      ]);
    };
    expect(register(authenticator, { rewriteAttestation })).toMatchObject({ ok: true });
  });
});

describe("an assertion", () => {
  const authenticator = new TestAuthenticator();
  const credential = credentialOf(authenticator);

  it.each<[string, Partial<Ceremony>]>([
    ["for another site", { rpId: "evil.example" }],
    ["for a site below", { rpId: "a.app.example" }],
    ["that nobody was there for", { flags: 0x04 }],
    ["without a PIN, fingerprint or face", { flags: 0x01 }],
    ["with a credential", { flags: 0x45 }],
    ["with extensions that are not there", { flags: 0x85 }],
    ["with bytes at the end", { rewriteAuthenticatorData: (data) => Buffer.concat([data, Buffer.of(0)]) }],
    ["that is cut", { rewriteAuthenticatorData: (data) => data.subarray(0, 36) }],
    ["whose counter stands still", { signCount: 1 }],
    ["whose counter went back", { signCount: 0 }],
    ["of 5 kB", { flags: 0x85, rewriteAuthenticatorData: (data) => Buffer.concat([data, Buffer.alloc(5000)]) }],
  ])("%s is refused", (_name, more) => {
    expect(assert(authenticator, { ...credential, signCount: 1 }, more)).toMatchObject({ ok: false });
  });

  it("is refused with any bit of it another", () => {
    let cases = 0;
    for (const part of ["authenticatorData", "clientDataJson", "signature"] as const) {
      const { length } = bytes(authenticator.assert(ceremony).response.authenticator_data);
      for (let at = 0; at < (part === "signature" ? 64 : length); at++, cases++) {
        const alter = (parts: { [name in typeof part]: Uint8Array }) => {
          parts[part] = flip(Buffer.from(parts[part]), at);
        };
        expect(
          assert(authenticator, { ...credential, signCount: 0 }, {}, alter as never),
          `${part} ${at}`,
        ).toMatchObject({
          ok: false,
        });
      }
    }
    expect(cases).toBeGreaterThan(130);
  });

  it("is refused when it is another passkey's, or the signature is none", () => {
    expect(assert(new TestAuthenticator(), { ...credential, signCount: 0 })).toMatchObject({ ok: false });
    for (const signature of [new Uint8Array(0), new Uint8Array(64), new Uint8Array(10_000)]) {
      const alter = (parts: { signature: Uint8Array }) => {
        parts.signature = signature;
      };
      expect(assert(authenticator, { ...credential, signCount: 0 }, {}, alter)).toMatchObject({ ok: false });
    }
  });

  it("is accepted, counting or not", () => {
    expect(assert(authenticator, credential, { signCount: 9 })).toEqual({ ok: true, signCount: 9 });
    const still = { ...credential, signCount: 0 };
    expect(assert(authenticator, still, { signCount: 0, flags: 0x1d })).toEqual({ ok: true, signCount: 0 });
  });
});

it.each<[string, string | undefined, string | undefined]>([
  ["https://app.example", undefined, "app.example"],
  ["http://localhost:5173", undefined, "localhost"],
  ["https://a.app.example:8443", "https://app.example", "app.example"],
  ["https://app.example", "https://app.example", "app.example"],
  ["https://app.example", "https://a.app.example", undefined],
  ["https://evilapp.example", "https://app.example", undefined],
  ["https://app.example", "app.example", undefined],
  ["https://app.example", "https://app.example/", undefined],
  ["http://127.0.0.1:5173", undefined, undefined],
  ["http://[::1]:5173", undefined, undefined],
  ["android:apk-key-hash:x", undefined, undefined],
  ["null", undefined, undefined],
])("the relying party of %s, asked for %s, is %s", (origin, asked, rpId) => {
  expect(relyingPartyOf(origin, asked)).toBe(rpId);
});

function flip(data: Buffer, at: number): Buffer {
  const flipped = Buffer.from(data);
  flipped[at]! ^= 1;
  return flipped;
}
