import { createHash, randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Route, TeamRole } from "@mandate/contract/route";
import { routes } from "@mandate/contract/routes";
import { validate } from "@mandate/contract/validate";
import { parseJson } from "@mandate/core/encoding/json";
import { createTestSigner, type TestSigner } from "@mandate/signer/testing/harness";
import { askThroughFrames } from "@mandate/signer/testing/honest-api";
import { createApp } from "../app.ts";
import { createJwksCache } from "../authenticate/jwks-cache.ts";
import { createChains } from "../chains/chains.ts";
import { type Config, readConfig } from "../config/config.ts";
import type { Deps } from "../deps.ts";
import { createGuardedFetch } from "../egress/guarded-fetch.ts";
import type { Handler } from "../http/request.ts";
import { createRequestLog } from "../http/request-log.ts";
import type { HttpResponse } from "../http/response.ts";
import { parseTarget } from "../http/target.ts";
import { createMailer } from "../mail/mailer.ts";
import { createProviderClient } from "../oauth/provider-client.ts";
import { servePages } from "../pages/pages.ts";
import { createRecordLog } from "../records/record-log.ts";
import { createStorage } from "../storage/open-storage.ts";
import { addMember } from "../team/members.ts";
import { startSession } from "../team/sessions.ts";

export const ORIGIN = "http://localhost:3000";
export const OPERATOR_TOKEN = "the-operator-token";

export type Asked = {
  body?: unknown;
  headers?: { [name: string]: string | undefined };
  /** A session's token; sent as the dashboard's page sends it. */
  session?: string | undefined;
};

export type TeamServer = {
  deps: Deps;
  clock: { nowMs: number };
  mails: { to: string; text: string }[];
  signer: TestSigner;
  handler: Handler;
  ask(method: string, target: string, asked?: Asked): Promise<HttpResponse>;
  /** A member with that role who has just signed in. */
  signIn(role: TeamRole): Promise<{ memberId: string; session: string; sessionId: string }>;
  close(): Promise<void>;
};

/** API and signer in this process, over a database of its own: everything but sockets. */
export async function startTeamServer(more: Partial<Config> = {}): Promise<TeamServer> {
  const folder = mkdtempSync(join(tmpdir(), "mandate-team-"));
  const clock = { nowMs: 1_800_000_000_000 };
  const signer = await createTestSigner({ clock, teamAllowed: more.dashboard ?? true });
  const environment = { MANDATE_DATA_DIR: folder, MANDATE_PUBLIC_URL: ORIGIN, MANDATE_DASHBOARD: "1" };
  const config = { ...readConfig(environment, "0.0.0"), ...more };
  config.operatorTokenSha256 = createHash("sha256").update(OPERATOR_TOKEN).digest("hex");
  const storage = await createStorage(join(folder, "mandate.db"));
  const nowMs = () => clock.nowMs;
  const log = { info: () => undefined, error: () => undefined };
  const mails: TeamServer["mails"] = [];
  const signerClient: Deps["signer"] = {
    send: async (message) => askThroughFrames(signer.state, message),
    close: () => undefined,
  };
  const mailer = createMailer({ ...config, smtpUrl: undefined, isProduction: false }, storage, nowMs);
  const deps: Deps = {
    config,
    storage,
    documents: storage,
    signer: signerClient,
    records: createRecordLog({ storage, documents: storage, signer: signerClient, log, nowMs }),
    chains: createChains(config.rpcUrls),
    jwks: createJwksCache(nowMs),
    providers: createProviderClient(createGuardedFetch(config.egress), nowMs),
    requestLog: createRequestLog(),
    async sendMail(mail) {
      mails.push(mail);
      await mailer.send(mail);
    },
    log,
    mailer,
    nowMs,
  };
  const handler: Handler = servePages(deps, createApp(deps));
  return {
    deps,
    clock,
    mails,
    signer,
    handler,
    ask: (method, target, asked = {}) => ask(handler, method, target, asked, clock.nowMs),
    async signIn(role) {
      const email = `${role}-${randomUUID()}@example.com`;
      const admins = role === "admin" ? [] : [await addMember(storage, { name: "A", email: null, role: "admin" }, 1)];
      const member = await addMember(storage, { name: role, email, role }, clock.nowMs + admins.length);
      const start = { memberId: member.id, signedInWith: "email" as const, userAgent: "test", remoteAddress: "" };
      const { session, token } = await startSession(storage, start, clock.nowMs);
      return { memberId: member.id, session: token, sessionId: session.id };
    },
    async close() {
      await deps.records.stop();
      await storage.close();
      rmSync(folder, { recursive: true });
    },
  };
}

async function ask(
  handler: Handler,
  method: string,
  target: string,
  { body, headers = {}, session }: Asked,
  nowMs: number,
): Promise<HttpResponse> {
  const parsed = parseTarget(target);
  if (!parsed.ok) throw new Error(parsed.message);
  const rawBody = new TextEncoder().encode(body === undefined ? "" : JSON.stringify(body));
  const json = rawBody.length === 0 ? undefined : parseJson(rawBody);
  if (json !== undefined && !json.ok) throw new Error(json.message);
  const page =
    session === undefined
      ? {}
      : {
          cookie: `mandate_session=${session}`,
          origin: ORIGIN,
          "sec-fetch-site": "same-origin",
          "mandate-dashboard": "1",
        };
  const all: [string, string | undefined][] = Object.entries({ host: new URL(ORIGIN).host, ...page, ...headers });
  const sent = all.filter((header): header is [string, string] => header[1] !== undefined);
  const annotations: { operation?: string } = {};
  const answer = await handler({
    method,
    target,
    path: parsed.path,
    params: {},
    query: parsed.query,
    headers: Object.fromEntries(sent),
    rawBody,
    body: json?.value,
    requestId: randomUUID(),
    remoteAddress: "192.0.2.1",
    receivedAtMs: nowMs,
    signal: new AbortController().signal,
    annotations,
    answerHeaders: {},
  });
  assertAsDescribed(annotations.operation, answer);
  return answer;
}

/** Every success is one that the contract describes. */
function assertAsDescribed(operation: string | undefined, answer: HttpResponse): void {
  if (operation === undefined || answer.status >= 400 || !Object.hasOwn(routes, operation)) return;
  const route = routes[operation as keyof typeof routes] as Route;
  const schema = route.responses[answer.status];
  if (schema === undefined) throw new Error(`${operation} answered ${answer.status}, which is not described`);
  if (schema === null) return;
  const checked = validate(schema, answer.body);
  if (!checked.ok) throw new Error(`${operation}: ${checked.message} in ${JSON.stringify(answer.body)}`);
}
