import { randomBytes } from "node:crypto";
import { hpkeOpen } from "@mandate/core/crypto/hpke";
import { deriveP256Scalar, p256PublicKey } from "@mandate/core/crypto/p256";
import { type AuthorizationKey, importAuthorizationKey } from "../authorization-key.ts";
import { findDeviations } from "../conformance.ts";
import { exchangeRaw, type RawAnswer } from "../http.ts";
import type { App, Stack } from "../stack.ts";

export type SignedIn = {
  user: { id: string; linked_accounts: { [member: string]: unknown }[]; [member: string]: unknown };
  token: string;
  refresh_token: string;
  identity_token: string | null;
  is_new_user?: boolean;
  session_update_action: string;
};

/** A page of an app, as a browser SDK talks to the server: no secret, an origin, perhaps an access token. */
export class BrowserClient {
  readonly #stack: Stack;
  readonly app: App;
  readonly origin: string | undefined;

  constructor(stack: Stack, app: App, origin: string | undefined) {
    this.#stack = stack;
    this.app = app;
    this.origin = origin;
  }

  async send(
    method: string,
    path: string,
    { body, token, headers = [] }: { body?: unknown; token?: string; headers?: [string, string][] } = {},
  ): Promise<RawAnswer> {
    const target = `/api/v1/${path}`;
    const all: [string, string][] = [["privy-app-id", this.app.id], ["privy-client", "react-auth:3.45.0"], ...headers];
    if (this.origin !== undefined) all.push(["origin", this.origin]);
    if (token !== undefined) all.push(["authorization", `Bearer ${token}`]);
    if (body !== undefined) all.push(["content-type", "application/json"]);
    const text = body === undefined ? undefined : JSON.stringify(body);
    const answer = await exchangeRaw(this.#stack.url, { method, target, headers: all, body: text });
    this.#stack.deviations.push(...findDeviations(method, target, answer));
    return answer;
  }

  post(path: string, body: unknown, token?: string): Promise<RawAnswer> {
    return this.send("POST", path, { body, ...(token === undefined ? {} : { token }) });
  }

  /** The answer of a request that must succeed. */
  async expect(path: string, body: unknown, token?: string): Promise<SignedIn> {
    const answer = await this.post(path, body, token);
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${answer.text}`);
    return answer.json as SignedIn;
  }

  /** The code in the newest mail to this address, from the inbox of development. */
  async readCode(email: string): Promise<string> {
    const headers: [string, string][] = [["authorization", `Bearer ${this.#stack.instance.server.operator.token}`]];
    const { json } = await exchangeRaw(this.#stack.url, { method: "GET", target: "/operator/v1/inbox", headers });
    const mail = (json as { data: { to: string; text: string }[] }).data.find(({ to }) => to === email.toLowerCase());
    const code = /\b\d{6}\b/.exec(mail?.text ?? "")?.[0];
    if (code === undefined) throw new Error(`no mail to ${email}`);
    return code;
  }

  async signInByEmail(email: string, more: object = {}): Promise<SignedIn> {
    await this.expect("passwordless/init", { email });
    return this.expect("passwordless/authenticate", { email, code: await this.readCode(email), ...more });
  }

  /** A user key, exchanged as the wallet frame does it: with the access token, encrypted to a key of its own. */
  async exchangeUserKey(
    token: string,
  ): Promise<{ key: AuthorizationKey; expiresAtMs: number; wallets: { id: string }[] }> {
    const scalar = deriveP256Scalar(new Uint8Array(randomBytes(48)));
    const recipient_public_key = p256PublicKey(scalar).spkiBase64;
    const body = { user_jwt: token, encryption_type: "HPKE", recipient_public_key };
    const answer = await this.post("wallets/authenticate", body, token);
    if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`);
    const {
      encrypted_authorization_key: sealed,
      expires_at,
      wallets,
    } = answer.json as {
      encrypted_authorization_key: { encapsulated_key: string; ciphertext: string };
      expires_at: number;
      wallets: { id: string }[];
    };
    const plaintext = hpkeOpen({
      recipientScalar: scalar,
      encapsulatedKey: Buffer.from(sealed.encapsulated_key, "base64"),
      ciphertext: Buffer.from(sealed.ciphertext, "base64"),
    });
    if (plaintext === undefined) throw new Error("the user key is not encrypted to this recipient");
    return { key: importAuthorizationKey(Buffer.from(plaintext).toString("utf8")), expiresAtMs: expires_at, wallets };
  }

  /** A request that the user signs with a user key. */
  sendSigned(key: AuthorizationKey, method: string, path: string, body: unknown, token: string): Promise<RawAnswer> {
    const url = `${this.#stack.url}/api/v1/${path}`;
    const signature = key.sign({ method, url, body: body as never, appId: this.app.id });
    return this.send(method, path, { body, token, headers: [["privy-authorization-signature", signature]] });
  }
}

export const codeOf = ({ status, json }: RawAnswer) => `${status} ${(json as { code?: string } | undefined)?.code}`;
