/**
 * Requests of the operator to a running server. The token says "the operator calls"; where the signer must believe
 * it too, the request carries an authorization signature by the operator's key over exactly what is sent.
 */
import { createPrivateKey, sign } from "node:crypto";
import { canonicalize } from "@mandate/core/encoding/canonical-json";
import type { JsonObject, JsonValue } from "@mandate/core/encoding/json-value";
import { CliError, systemErrorCode } from "./cli-error.ts";
import { exchange, type HttpAnswer } from "./http-request.ts";
import { type Operator, readOperator } from "./operator.ts";
import { readRunningServer } from "./running-server.ts";

export type ServerAddress = {
  /** Where to connect. */
  localUrl: string;
  /** The origin that signed requests name. */
  url: string;
  operator: Operator;
};

const requestLifetimeMs = 60_000;
const timeoutMs = 15_000;

/** The server at `MANDATE_URL`, else the one that runs on the data folder. Throws a CliError when there is none. */
export function findServer(environment: NodeJS.ProcessEnv, dataDir: string): ServerAddress {
  const running = environment.MANDATE_URL ? undefined : readRunningServer(dataDir);
  if (!environment.MANDATE_URL && running === undefined) {
    throw new CliError(
      "not_running",
      `No server runs on ${dataDir}. Start one with: npm start — or set MANDATE_URL, or MANDATE_DATA_DIR to the data folder of one that runs.`,
    );
  }
  const operator = readOperator(dataDir);
  if (operator === undefined) {
    throw new CliError(
      "no_operator",
      `${dataDir} holds no operator credentials (operator.json). Set MANDATE_DATA_DIR to the server's data folder.`,
    );
  }
  if (running !== undefined) return { localUrl: running.localUrl, url: running.url, operator };
  const url = originOf(environment.MANDATE_URL ?? "");
  return { localUrl: url, url, operator };
}

/** GET, answered with JSON. Throws a CliError for every other outcome. */
export async function operatorGet(server: ServerAddress, path: string): Promise<JsonValue> {
  const headers = { authorization: `Bearer ${server.operator.token}` };
  return readAnswer(server, await send(server, { method: "GET", path, headers }));
}

/** POST with the token alone: what the API decides by itself. */
export async function operatorSend(server: ServerAddress, path: string, body: JsonObject): Promise<JsonValue> {
  const headers = { authorization: `Bearer ${server.operator.token}`, "content-type": "application/json" };
  return readAnswer(server, await send(server, { method: "POST", path, headers, body: JSON.stringify(body) }));
}

/** POST signed by the operator's key, on behalf of the app `appId`. `nowMs` is the clock of the caller. */
export function operatorPost(
  server: ServerAddress,
  path: string,
  appId: string,
  body: JsonObject,
  nowMs: number,
): Promise<JsonValue> {
  return operatorChange(server, { method: "POST", path, appId, body }, nowMs);
}

export type OperatorChange = {
  method: "POST" | "PATCH" | "DELETE";
  path: string;
  appId: string;
  body?: JsonObject;
};

/** A change that the signer must believe to be the operator's. */
export async function operatorChange(server: ServerAddress, change: OperatorChange, nowMs: number): Promise<JsonValue> {
  const { method, path, appId, body } = change;
  const signed = { "privy-app-id": appId, "privy-request-expiry": String(nowMs + requestLifetimeMs) };
  const headers = {
    authorization: `Bearer ${server.operator.token}`,
    ...(body === undefined ? {} : { "content-type": "application/json" }),
    "privy-authorization-signature": signRequest(server.operator, `${server.url}${path}`, body ?? {}, signed, method),
    ...signed,
  };
  const text = body === undefined ? {} : { body: JSON.stringify(body) };
  return readAnswer(server, await send(server, { method, path, headers, ...text }));
}

/** The authorization signature of a request (base64 DER over RFC 8785 bytes), as every client of the API makes it. */
export function signRequest(
  operator: Operator,
  url: string,
  body: JsonObject,
  headers: JsonObject,
  method: OperatorChange["method"] = "POST",
): string {
  const payload = canonicalize({ version: 1, method, url, body, headers });
  const key = createPrivateKey({ key: Buffer.from(operator.privateKey, "base64"), format: "der", type: "pkcs8" });
  return sign("sha256", Buffer.from(payload), key).toString("base64");
}

type Outgoing = {
  method: "GET" | OperatorChange["method"];
  path: string;
  headers: Record<string, string>;
  body?: string;
};

async function send(server: ServerAddress, { path, ...request }: Outgoing): Promise<HttpAnswer> {
  try {
    return await exchange({ ...request, url: `${server.localUrl}${path}`, timeoutMs });
  } catch (error) {
    const code = systemErrorCode(error) ?? (error instanceof Error ? error.message : "unknown error");
    throw new CliError("unreachable", `The server at ${server.localUrl} does not answer (${code}).`);
  }
}

function readAnswer(server: ServerAddress, answer: HttpAnswer): JsonValue {
  let body: JsonValue | undefined;
  try {
    body = JSON.parse(answer.body) as JsonValue;
  } catch {
    body = undefined;
  }
  if (answer.status >= 200 && answer.status < 300 && body !== undefined) return body;
  if (answer.status === 401 || answer.status === 403) {
    throw new CliError(
      "operator_refused",
      `The server at ${server.localUrl} does not accept these operator credentials: the data folder belongs to another server. ${errorText(body)}`.trim(),
    );
  }
  const text = errorText(body) || `HTTP ${answer.status}`;
  throw new CliError(errorCode(body) ?? "server_error", `The server refused: ${text}`);
}

function errorText(body: JsonValue | undefined): string {
  return typeof memberOf(body, "error") === "string" ? String(memberOf(body, "error")) : "";
}

function errorCode(body: JsonValue | undefined): string | undefined {
  const code = memberOf(body, "code");
  return typeof code === "string" ? code : undefined;
}

/** An own member of a JSON object, or undefined for anything else. */
export function memberOf(value: JsonValue | undefined, member: string): JsonValue | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  return Object.hasOwn(value, member) ? value[member] : undefined;
}

function originOf(text: string): string {
  if (URL.canParse(text)) {
    const url = new URL(text);
    if ((url.protocol === "http:" || url.protocol === "https:") && url.pathname === "/") return url.origin;
  }
  throw new CliError("invalid_setting", "MANDATE_URL must be an origin such as http://127.0.0.1:3000.");
}
