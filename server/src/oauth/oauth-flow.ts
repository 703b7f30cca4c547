import { timingSafeEqual } from "node:crypto";
import { codeChallengeOf } from "@mandate/core/login/oauth-provider";
import { ApiError } from "../api-error.ts";
import type { Deps } from "../deps.ts";
import { issueNonce, useNonce } from "../login/nonces.ts";
import { getServerKey } from "../server-key.ts";

/**
 * A sign-in on its way: begun by the front end, at the provider and back (`state`, then the provider's code), and taken
 * up again by the front end (our own code). Each step is kept under a name that works once and is worth nothing without
 * the step before; what is kept is encrypted, for it holds a secret towards the provider.
 */
export type Flow = {
  provider: string;
  /** Where the browser returns to. */
  redirectTo: string;
  /** The client of the app that began it; its origins count. */
  clientId: string | null;
  /** Of the front end: RFC 7636 with S256, and a value that it compares. */
  codeChallenge: string;
  stateCode: string;
  /** Towards the provider. */
  redirectUri: string;
  codeVerifier: string;
};

/** A flow that the provider answered. */
export type AnsweredFlow = Flow & { state: string; code: string; iss: string | null };

/** The provider's codes live for a minute to ten; a front end comes back at once. */
const ANSWER_LIFETIME_MS = 5 * 60 * 1000;
const PURPOSE = "oauth flow";

/** `state` for the provider. It names the app, since nothing else in the provider's redirect does. */
export async function beginFlow(deps: Deps, appId: string, flow: Flow): Promise<string> {
  const { nonce } = await issueNonce(deps, { appId, purpose: "oauth" }, await seal(deps, appId, flow));
  return `${appId}.${nonce}`;
}

/** The flow that a provider's redirect belongs to. Undefined for a state that is none of ours, or was used. */
export async function takeFlow(deps: Deps, state: string): Promise<{ appId: string; flow: Flow } | undefined> {
  const [, appId, nonce] = /^([a-z0-9]{1,40})\.([0-9a-f]{48})$/.exec(state) ?? [];
  if (appId === undefined || nonce === undefined) return undefined;
  const kept = await useNonce(deps, { appId, purpose: "oauth" }, nonce);
  const flow = await open<Flow>(deps, appId, kept);
  return flow === undefined ? undefined : { appId, flow };
}

/** Our code, in place of the provider's: whoever shows it must be the front end that began. */
export async function keepAnswer(deps: Deps, appId: string, answer: AnsweredFlow): Promise<string> {
  const { nonce } = await issueNonce(deps, { appId, purpose: "oauth_code" }, await seal(deps, appId, answer));
  return nonce;
}

export async function takeAnswer(
  deps: Deps,
  appId: string,
  shown: { authorization_code: string; state_code: string; code_verifier: string },
): Promise<AnsweredFlow> {
  const kept = /^[0-9a-f]{48}$/.test(shown.authorization_code)
    ? await useNonce(deps, { appId, purpose: "oauth_code" }, shown.authorization_code)
    : undefined;
  const answer = await open<AnsweredFlow>(deps, appId, kept);
  const isLate = typeof kept?.atMs !== "number" || deps.nowMs() - kept.atMs > ANSWER_LIFETIME_MS;
  if (answer === undefined || isLate || !isEqual(answer.stateCode, shown.state_code))
    throw new ApiError("oauth_state_mismatch");
  if (!isEqual(answer.codeChallenge, codeChallengeOf(shown.code_verifier) ?? ""))
    throw new ApiError("invalid_pkce_parameters");
  return answer;
}

async function seal(deps: Deps, appId: string, flow: Flow): Promise<{ sealed: string; atMs: number }> {
  const key = await getServerKey(deps);
  return { sealed: key.seal(PURPOSE, JSON.stringify({ appId, flow })), atMs: deps.nowMs() };
}

/** Undefined also for what was sealed for another app. */
async function open<T extends Flow>(
  deps: Deps,
  appId: string,
  kept: { [member: string]: unknown } | undefined,
): Promise<T | undefined> {
  if (typeof kept?.sealed !== "string") return undefined;
  const text = (await getServerKey(deps)).open(PURPOSE, kept.sealed);
  const opened = text === undefined ? undefined : (JSON.parse(text) as { appId: string; flow: T });
  return opened?.appId === appId ? opened.flow : undefined;
}

function isEqual(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}
