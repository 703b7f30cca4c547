import { createHash, type KeyObject } from "node:crypto";
import { p256KeyPairFromScalar } from "@mandate/core/crypto/p256-pkcs8";
import { readSealedRecord } from "@mandate/signer/protocol";
import { basicAuth, makeRequest } from "@mandate/signer/testing/harness";
import { importPkcs8, testKey } from "@mandate/signer/testing/test-keys";
import type { Config } from "../config/config.ts";
import { createHttpServer } from "../http/listen.ts";
import { listInbox } from "../mail/mailer.ts";
import { OPERATOR_TOKEN, startTeamServer, type TeamServer } from "./team-server.ts";

export type LoginApp = { id: string; secret: string };
export type Answer = { status: number; body: { [member: string]: unknown }; code: string };

/** As the app's server with its secret, as a user with an access token, or as a page with neither. */
export type Sent = { app?: LoginApp; withSecret?: true; token?: string; body?: unknown };

/** API and signer in this process, reached over a socket, with a clock that the test moves. */
export type LoginServer = {
  url: string;
  clock: TeamServer["clock"];
  createApp(name: string, settings?: object): Promise<LoginApp>;
  send(method: string, path: string, sent?: Sent): Promise<Answer>;
  /** The code in the newest mail to this address. */
  readCode(email: string): Promise<string>;
  /** The key that signs the app's access tokens, which only the signer has: to forge what it never would sign. */
  tokenKeyOf(app: LoginApp): Promise<{ kid: string; privateKey: KeyObject }>;
  close(): Promise<void>;
};

export async function startLoginServer(more: Partial<Config> = {}): Promise<LoginServer> {
  const server = await startTeamServer({ requestsPerSecondMax: 1_000_000, ...more });
  const http = createHttpServer({ handler: server.handler, log: () => undefined });
  const { port } = await http.listen(0, "127.0.0.1");
  const url = `http://127.0.0.1:${port}`;

  async function exchange(method: string, path: string, headers: { [name: string]: string }, body?: unknown) {
    const sent =
      body === undefined
        ? { headers }
        : { headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(body) };
    const answer = await fetch(url + path, { method, ...sent });
    const parsed = (await answer.json().catch(() => ({}))) as Answer["body"];
    return { status: answer.status, body: parsed, code: `${answer.status} ${String(parsed.code)}` };
  }

  return {
    url,
    clock: server.clock,
    async createApp(name, settings = {}) {
      const id = `c${createHash("sha256").update(name).digest("hex").slice(0, 24)}`;
      const app = { id, secret: `secret of ${name}` };
      const secret_sha256 = createHash("sha256").update(app.secret).digest("hex");
      const body = { id, name, secret_sha256, ...settings };
      const call = { app, method: "POST", path: "/operator/v1/apps", body, secret: null };
      const expiryMs = server.clock.nowMs + 60_000;
      const { headers } = makeRequest({ ...call, keys: [testKey("operator")], expiryMs });
      const answer = await exchange("POST", call.path, { ...headers, authorization: `Bearer ${OPERATOR_TOKEN}` }, body);
      if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
      return app;
    },
    send(method, path, { app, withSecret, token, body } = {}) {
      const headers: { [name: string]: string } = {};
      if (app !== undefined) headers["privy-app-id"] = app.id;
      if (token !== undefined) headers.authorization = `Bearer ${token}`;
      if (withSecret) headers.authorization = basicAuth(app!.id, app!.secret);
      return exchange(method, path, headers, body);
    },
    async readCode(email) {
      const mails = await listInbox(server.deps.documents, server.clock.nowMs, false);
      const code = /\b\d{6}\b/.exec(mails.find(({ to }) => to === email)?.text ?? "")?.[0];
      if (code === undefined) throw new Error(`no mail to ${email}`);
      return code;
    },
    async tokenKeyOf({ id }) {
      const record = await server.deps.storage.findRecord(id, { type: "app", id });
      const { kid, sealed } = readSealedRecord(record!.sealed).body.token_key as { kid: string; sealed: string };
      const header = { type: "app_token_key" as const, appId: id, id, version: 1 };
      const scalar = server.signer.context.sealer.openSecret(header, sealed);
      return { kid, privateKey: importPkcs8(p256KeyPairFromScalar(scalar!).pkcs8Base64) };
    },
    async close() {
      await http.close(0);
      await server.close();
    },
  };
}
