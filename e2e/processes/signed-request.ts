/** Requests as an app's server makes them, down to the bytes: what was prepared once can be sent again, unchanged. */
import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { canonicalize } from "@mandate/core/encoding/canonical-json";
import type { JsonObject } from "@mandate/core/encoding/json-value";
import type { App } from "./mandate-process.ts";

export type P256Key = { privateKey: KeyObject; publicKeySpkiBase64: string };

export type PreparedRequest = { method: string; path: string; headers: { [name: string]: string }; body: string };

export type RequestOptions = {
  /** Each signs the request. */
  keys?: P256Key[];
  /** Unix milliseconds. */
  expiryMs?: number;
  idempotencyKey?: string;
};

export function generateP256Key(): P256Key {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  return { privateKey, publicKeySpkiBase64: publicKey.export({ format: "der", type: "spki" }).toString("base64") };
}

/** `origin` is what the client believes to call, and so what it signs. */
export function prepareRequest(
  target: { origin: string; app: App },
  method: string,
  path: string,
  body: JsonObject | undefined,
  options: RequestOptions = {},
): PreparedRequest {
  const { id, secret } = target.app;
  const signed: { [name: string]: string } = { "privy-app-id": id };
  if (options.idempotencyKey !== undefined) signed["privy-idempotency-key"] = options.idempotencyKey;
  if (options.expiryMs !== undefined) signed["privy-request-expiry"] = String(options.expiryMs);
  const headers: { [name: string]: string } = {
    ...signed,
    authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString("base64")}`,
    ...(body === undefined ? {} : { "content-type": "application/json" }),
  };
  if (options.keys !== undefined && options.keys.length > 0) {
    const payload = { version: 1, method, url: target.origin + path, body: body ?? {}, headers: signed };
    const message = Buffer.from(canonicalize(payload));
    headers["privy-authorization-signature"] = options.keys
      .map((key) => sign("sha256", message, key.privateKey).toString("base64"))
      .join(",");
  }
  return { method, path, headers, body: body === undefined ? "" : JSON.stringify(body) };
}
