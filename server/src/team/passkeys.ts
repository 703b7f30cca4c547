import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from "@simplewebauthn/server";
import { ApiError } from "../api-error.ts";
import { makeId } from "../make-id.ts";
import type { DocumentStore, StoredDocument } from "../storage/documents.ts";
import type { Member } from "./members.ts";

export type Passkey = {
  /** The credential's, base64url. */
  id: string;
  memberId: string;
  name: string;
  publicKey: string;
  counter: number;
  createdAtMs: number;
  lastUsedAtMs: number | null;
};

/** The page that asks: its origin, and with it the relying party (WebAuthn Level 3 §5.1.2). */
export type Page = { origin: string };

const PASSKEYS = "team_passkeys";
const CHALLENGES = "team_challenges";
const CHALLENGE_MS = 5 * 60 * 1000;
const PASSKEYS_MAX = 20;

type Challenge = { challenge: string; origin: string; memberId: string | null };

/** An address is no relying party; a page that was opened by one has no passkeys. */
export function relyingPartyOf({ origin }: Page): string | undefined {
  const { hostname, protocol } = new URL(origin);
  const isName =
    hostname === "localhost" || (protocol === "https:" && /[a-z]/i.test(hostname) && !hostname.includes(":"));
  return isName ? hostname : undefined;
}

export async function beginRegistration(documents: DocumentStore, page: Page, member: Member, nowMs: number) {
  const known = await listPasskeys(documents, member.id);
  if (known.length >= PASSKEYS_MAX)
    throw new ApiError("invalid_state", `a member has at most ${PASSKEYS_MAX} passkeys`);
  const options = await generateRegistrationOptions({
    rpName: "Mandate",
    rpID: requireRelyingParty(page),
    userName: member.email ?? member.name,
    userDisplayName: member.name,
    userID: new TextEncoder().encode(member.id),
    attestationType: "none",
    authenticatorSelection: { residentKey: "required", userVerification: "required" },
    excludeCredentials: known.map(({ id }) => ({ id })),
  });
  return keepChallenge(documents, page, member.id, options, nowMs);
}

export async function finishRegistration(
  documents: DocumentStore,
  page: Page,
  member: Member,
  answer: { challengeId: string; name: string; response: unknown },
  nowMs: number,
): Promise<Passkey> {
  const challenge = await takeChallenge(documents, page, member.id, answer.challengeId, nowMs);
  const verified = await verifyRegistrationResponse({
    response: answer.response as RegistrationResponseJSON,
    expectedChallenge: challenge.challenge,
    expectedOrigin: page.origin,
    expectedRPID: requireRelyingParty(page),
    requireUserVerification: true,
  }).catch(() => undefined);
  if (verified?.verified !== true) throw refused();
  const { credential } = verified.registrationInfo;
  const passkey: Passkey = {
    id: credential.id,
    memberId: member.id,
    name: answer.name,
    publicKey: Buffer.from(credential.publicKey).toString("base64url"),
    counter: credential.counter,
    createdAtMs: nowMs,
    lastUsedAtMs: null,
  };
  const result = await documents.writeDocuments({ put: [toDocument(passkey, 1)] });
  if (!result.ok) throw refused();
  return passkey;
}

export async function beginSignIn(documents: DocumentStore, page: Page, nowMs: number) {
  const options = await generateAuthenticationOptions({
    rpID: requireRelyingParty(page),
    userVerification: "required",
  });
  return keepChallenge(documents, page, null, options, nowMs);
}

/** Whose passkey it is. */
export async function finishSignIn(
  documents: DocumentStore,
  page: Page,
  answer: { challengeId: string; response: unknown },
  nowMs: number,
): Promise<string> {
  const challenge = await takeChallenge(documents, page, null, answer.challengeId, nowMs);
  const response = answer.response as AuthenticationResponseJSON;
  const id = typeof response.id === "string" ? response.id : "";
  const document = await documents.findDocument({ collection: PASSKEYS, scope: "", id });
  if (document === undefined) throw refused();
  const passkey = readPasskey(document);
  const verified = await verifyAuthenticationResponse({
    response,
    expectedChallenge: challenge.challenge,
    expectedOrigin: page.origin,
    expectedRPID: requireRelyingParty(page),
    requireUserVerification: true,
    credential: {
      id: passkey.id,
      publicKey: new Uint8Array(Buffer.from(passkey.publicKey, "base64url")),
      counter: passkey.counter,
    },
  }).catch(() => undefined);
  if (verified?.verified !== true) throw refused();
  const used = { ...passkey, counter: verified.authenticationInfo.newCounter, lastUsedAtMs: nowMs };
  await documents.writeDocuments({ put: [toDocument(used, document.version + 1)] });
  return passkey.memberId;
}

export async function listPasskeys(documents: DocumentStore, memberId: string): Promise<Passkey[]> {
  const list = { collection: PASSKEYS, scope: "", tags: [`member:${memberId}`], order: "newest" as const };
  return (await documents.listDocuments(list, { cursor: undefined, limit: PASSKEYS_MAX })).data.map(readPasskey);
}

/** False when the member has no such passkey. */
export async function removePasskey(documents: DocumentStore, memberId: string, id: string): Promise<boolean> {
  const key = { collection: PASSKEYS, scope: "", id };
  const document = await documents.findDocument(key);
  if (document === undefined || readPasskey(document).memberId !== memberId) return false;
  return (await documents.writeDocuments({ remove: [{ ...key, version: document.version }] })).ok;
}

async function keepChallenge<Options extends { challenge: string }>(
  documents: DocumentStore,
  page: Page,
  memberId: string | null,
  options: Options,
  nowMs: number,
): Promise<{ challengeId: string; options: Options }> {
  const id = makeId();
  const body: Challenge = { challenge: options.challenge, origin: page.origin, memberId };
  const put = { collection: CHALLENGES, scope: "", id, version: 1, createdAtMs: nowMs };
  await documents.writeDocuments({
    put: [{ ...put, body: JSON.stringify(body), expiresAtMs: nowMs + CHALLENGE_MS }],
  });
  return { challengeId: id, options };
}

/** INVARIANT: a challenge is answered once, by the page and for the member it was made for. */
async function takeChallenge(
  documents: DocumentStore,
  page: Page,
  memberId: string | null,
  id: string,
  nowMs: number,
): Promise<Challenge> {
  const key = { collection: CHALLENGES, scope: "", id };
  const document = await documents.findDocument(key);
  if (document === undefined) throw refused();
  const { ok } = await documents.writeDocuments({ remove: [{ ...key, version: document.version }] });
  const challenge = JSON.parse(document.body) as Challenge;
  const isOurs = challenge.origin === page.origin && challenge.memberId === memberId;
  if (!ok || !isOurs || (document.expiresAtMs ?? 0) <= nowMs) throw refused();
  return challenge;
}

function requireRelyingParty(page: Page): string {
  const id = relyingPartyOf(page);
  if (id !== undefined) return id;
  throw new ApiError(
    "feature_not_enabled",
    "passkeys need a name: open the dashboard by https, or as http://localhost instead of by address",
  );
}

function refused(): ApiError {
  return new ApiError("missing_or_invalid_token", "the passkey was not accepted; begin again");
}

function toDocument(passkey: Passkey, version: number) {
  const { id, createdAtMs, memberId } = passkey;
  const body = JSON.stringify(passkey);
  return { collection: PASSKEYS, scope: "", id, version, body, createdAtMs, tags: [`member:${memberId}`] };
}

function readPasskey(document: StoredDocument): Passkey {
  return JSON.parse(document.body) as Passkey;
}
