import type { JsonValue } from "@mandate/core/encoding/json-value";
import type { AuthorizationKey } from "./authorization-key.ts";
import { findDeviations } from "./conformance.ts";
import { exchangeRaw, type RawAnswer } from "./http.ts";

export type AppRequest = {
  body?: JsonValue | undefined;
  /** Who signs. Nobody leaves the header out. */
  keys?: AuthorizationKey[];
  /** Sent instead of signatures made here. */
  signature?: string;
  idempotencyKey?: string;
  /** Unix milliseconds, as sent. */
  requestExpiry?: string;
  /** The URL that is signed, when it is not the one that is called. */
  signedUrl?: string;
};

/** The wire without an SDK: each header and byte is the test's to choose. */
export class AppClient {
  readonly #origin: string;
  readonly #app: { id: string; secret: string };
  readonly #deviations: string[];

  constructor(origin: string, app: { id: string; secret: string }, deviations: string[]) {
    this.#origin = origin;
    this.#app = app;
    this.#deviations = deviations;
  }

  get authorization(): string {
    return `Basic ${Buffer.from(`${this.#app.id}:${this.#app.secret}`).toString("base64")}`;
  }

  /** The headers of a server call, without content type. */
  get credentials(): [string, string][] {
    return [
      ["authorization", this.authorization],
      ["privy-app-id", this.#app.id],
    ];
  }

  async request(method: string, target: string, request: AppRequest = {}): Promise<RawAnswer> {
    const { body, idempotencyKey, requestExpiry } = request;
    const headers = this.credentials;
    if (body !== undefined) headers.push(["content-type", "application/json"]);
    if (idempotencyKey !== undefined) headers.push(["privy-idempotency-key", idempotencyKey]);
    if (requestExpiry !== undefined) headers.push(["privy-request-expiry", requestExpiry]);
    const signature = request.signature ?? this.#sign(method, target, request);
    if (signature !== undefined) headers.push(["privy-authorization-signature", signature]);
    return this.send(method, target, headers, body === undefined ? undefined : JSON.stringify(body));
  }

  /** Sends exactly this, and looks whether the answer is as the API document says. */
  async send(
    method: string,
    target: string,
    headers: [string, string][],
    body?: string | Uint8Array,
  ): Promise<RawAnswer> {
    const answer = await exchangeRaw(this.#origin, { method, target, headers, body });
    this.#deviations.push(...findDeviations(method, target, answer));
    return answer;
  }

  #sign(method: string, target: string, request: AppRequest): string | undefined {
    const { keys, body, idempotencyKey, requestExpiry } = request;
    if (keys === undefined) return undefined;
    const parts = {
      method,
      url: request.signedUrl ?? `${this.#origin}${target.split("?", 1)[0]}`,
      body,
      appId: this.#app.id,
      ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
      ...(requestExpiry === undefined ? {} : { requestExpiry }),
    };
    return keys.map((key) => key.sign(parts)).join(",");
  }
}
