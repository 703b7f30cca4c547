import { createLoginLink } from "@mandate/cli/login-link";
import type { ServerAddress } from "@mandate/cli/operator-request";
import type { TeamRole } from "@mandate/contract/route";
import type { JsonValue } from "@mandate/core/encoding/json-value";
import type { BrowserContext } from "playwright-core";
import { findDeviations } from "../conformance.ts";
import { exchangeRaw, type RawAnswer } from "../http.ts";
import type { Stack } from "../stack.ts";

export type TeamRequest = {
  body?: JsonValue | undefined;
  /** Sent instead of what the page and its browser send; undefined leaves a header out. */
  headers?: { [name: string]: string | undefined };
  /** The body as it is, instead of `body`. */
  rawBody?: string | Uint8Array;
};

/** What the page asks, and its browser adds, when a member is signed in. */
export class TeamClient {
  readonly cookie: string;
  readonly memberId: string;
  readonly #stack: Pick<Stack, "url" | "deviations">;

  constructor(stack: Pick<Stack, "url" | "deviations">, cookie: string, memberId: string) {
    this.#stack = stack;
    this.cookie = cookie;
    this.memberId = memberId;
  }

  request(method: string, target: string, { body, headers, rawBody }: TeamRequest = {}): Promise<RawAnswer> {
    const text = rawBody ?? (body === undefined ? undefined : JSON.stringify(body));
    return askAsPage(this.#stack, method, target, text, { cookie: this.cookie, ...headers });
  }

  /** The answer's body; throws where it is no success. */
  async expect(method: string, target: string, body?: JsonValue): Promise<never> {
    const answer = await this.request(method, target, { body });
    if (answer.status >= 300) throw new Error(`${method} ${target} → ${answer.status} ${answer.text}`);
    return answer.json as never;
  }

  /** Gives a browser this member's session. */
  async enter(context: BrowserContext): Promise<void> {
    const [name = "", value = ""] = this.cookie.split("=");
    await context.addCookies([{ name, value, url: this.#stack.url, httpOnly: true, sameSite: "Strict" }]);
  }
}

export async function askAsPage(
  { url, deviations }: Pick<Stack, "url" | "deviations">,
  method: string,
  target: string,
  body: string | Uint8Array | undefined,
  headers: { [name: string]: string | undefined } = {},
): Promise<RawAnswer> {
  const all: { [name: string]: string | undefined } = {
    origin: url,
    "sec-fetch-site": "same-origin",
    "mandate-dashboard": "1",
    ...(body !== undefined && { "content-type": "application/json" }),
    ...headers,
  };
  const sent = Object.entries(all).filter((header): header is [string, string] => header[1] !== undefined);
  const answer = await exchangeRaw(url, { method, target, headers: sent, body });
  deviations.push(...findDeviations(method, target, answer));
  return answer;
}

/** What signing in takes of a server. */
type Site = Pick<Stack, "url" | "deviations"> & { instance: { server: ServerAddress } };

/** The first one is an Admin. */
export async function signInByLink(stack: Site): Promise<TeamClient> {
  const { url } = await createLoginLink(stack.instance.server);
  return enter(stack, "/operator/v1/session/link", { token: tokenIn(url) });
}

export async function signInByInvitation(
  stack: Stack,
  admin: TeamClient,
  role: TeamRole,
  name: string,
): Promise<TeamClient> {
  const { url } = (await admin.expect("POST", "/operator/v1/invitations", { role })) as { url: string };
  return enter(stack, "/operator/v1/session/invitation", { token: tokenIn(url), name });
}

/** Tokens of links stand behind the `#`. */
function tokenIn(url: string): string {
  return url.slice(url.lastIndexOf("=") + 1);
}

async function enter(stack: Site, target: string, body: JsonValue): Promise<TeamClient> {
  const answer = await askAsPage(stack, "POST", target, JSON.stringify(body));
  const cookie = answer.headers["set-cookie"]?.split(";")[0];
  if (cookie === undefined) throw new Error(answer.text);
  return new TeamClient(stack, cookie, (answer.json as { member: { id: string } }).member.id);
}
