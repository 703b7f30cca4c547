import type { LoginFacts, PutRecord, SignerAccepted } from "../protocol.ts";
import { accept } from "./accept.ts";
import { authenticateUserToken, isBearer, requireLiveApp, requireLiveUser } from "./caller.ts";
import { makeUserId } from "./id.ts";
import { kindOf, makeIdentity } from "./identities.ts";
import { authenticateApp, type Operation } from "./operation.ts";
import { type Proof, proveIdentity } from "./prove-identity.ts";
import { putRecord } from "./put-record.ts";
import type { AppBody, PinnedPasskey, UserBody } from "./records.ts";
import { invalidData, Refusal } from "./refusal.ts";
import type { AuthorityRecord } from "./seal.ts";
import { mintAccessToken, mintIdentityToken, type TokenSubject, verifyAccessToken } from "./tokens.ts";

const IDENTITIES_MAX = 100;

/**
 * Signs a user in: whoever holds the identity that was proved, or a new user with just that one. The answer is an
 * access token for the session that the API names. Every sign-in is in the record; tokens are not.
 */
export function login(op: Operation): SignerAccepted {
  const app = requireLiveApp(op);
  const facts = requireFacts(op);
  const proof = proveIdentity(op, app, facts);
  const known = op.records.findUserByIdentity(proof.identity);
  if (known !== undefined) op.records.markUsed(known);
  const mode = typeof op.body === "object" && op.body !== null && !Array.isArray(op.body) ? op.body.mode : undefined;
  if (known === undefined && mode === "no-signup")
    throw new Refusal(404, "user_does_not_exist", "no user has this account, and this sign-in makes none");
  const userId = known?.id ?? makeUserId(op.ctx);
  const body = pinPasskey(known?.body ?? { identities: [proof.identity] }, proof.passkey);
  const put = body === known?.body ? [] : [putUser(op, userId, known, body)];
  const more = { ...describe(proof), is_new_user: known === undefined };
  return grant(op, app, facts, userId, more, { put, consume: proof.consume });
}

/** A new access token for a session that the API says is live. A token that comes along must be of that session. */
export function refreshSession(op: Operation): SignerAccepted {
  const app = requireLiveApp(op);
  const facts = requireFacts(op);
  const { userId, sessionId } = facts;
  if (userId === undefined) throw invalidData("login.userId is missing");
  requireLiveUser(op, userId);
  const token = /^Bearer (\S+)$/i.exec(op.request.headers.authorization ?? "")?.[1];
  if (token !== undefined) {
    const previous = verifyAccessToken(op, app, token, { expired: true });
    if (!previous.ok || previous.userId !== userId || previous.sessionId !== sessionId)
      throw new Refusal(401, "missing_or_invalid_token", "the access token is not one of this session");
  }
  return grant(op, app, facts, userId, { is_new_user: false });
}

/** Ends the keys that were issued in a session. It only takes away, so it asks for no proof. */
export function endSession(op: Operation): SignerAccepted {
  requireLiveApp(op);
  const { sessionId } = requireFacts(op);
  const put = op.records.userKeysOfSession(sessionId).map((key) => {
    op.records.markUsed(key);
    const { id, version, createdAtMs, body } = key;
    return putRecord(op, { type: "user_key", id, version: version + 1, createdAtMs, body, deleted: true });
  });
  return accept(op, { changesState: true, put, more: { session_id: sessionId, keys_ended: put.length } });
}

/** One more way to sign in as the user who asks. */
export function linkAccount(op: Operation): SignerAccepted {
  const { user } = authenticateUserToken(op);
  const proof = proveIdentity(op, requireLiveApp(op), requireFacts(op));
  return addIdentity(op, user, proof);
}

/** One way less, but never none. */
export function unlinkAccount(op: Operation): SignerAccepted {
  const { user } = authenticateUserToken(op);
  return removeIdentity(op, user, requireFacts(op).attested);
}

/** An identity token for the user who asks. */
export function getIdentityToken(op: Operation): SignerAccepted {
  const caller = authenticateUserToken(op);
  const app = requireLiveApp(op);
  const { identity } = requireFacts(op);
  if (identity === undefined) throw invalidData("login.identity is missing");
  const { userId, sessionId } = caller;
  const answer = { identity_token: mintIdentityToken(op, app, { userId, sessionId }, identity) };
  return accept(op, { changesState: false, answer, more: { user_id: userId, session_id: sessionId } });
}

function grant(
  op: Operation,
  app: AuthorityRecord<AppBody>,
  facts: LoginFacts,
  userId: string,
  more: { is_new_user: boolean; [member: string]: string | boolean },
  { put = [], consume = [] }: { put?: PutRecord[]; consume?: SignerAccepted["consume"] | undefined } = {},
): SignerAccepted {
  const subject: TokenSubject = { userId, sessionId: facts.sessionId };
  const wantsIdentity = app.body.identity_tokens === true && facts.identity !== undefined;
  return accept(op, {
    changesState: false,
    put,
    consume,
    answer: {
      user_id: userId,
      access_token: mintAccessToken(op, app, subject),
      identity_token: wantsIdentity ? mintIdentityToken(op, app, subject, facts.identity!) : null,
      is_new_user: more.is_new_user,
    },
    more: { user_id: userId, session_id: facts.sessionId, ...more },
  });
}

function addIdentity(op: Operation, user: AuthorityRecord<UserBody>, proof: Proof): SignerAccepted {
  const { identity, passkey, consume = [] } = proof;
  const owner = op.records.findUserByIdentity(identity);
  if (owner !== undefined && owner.id !== user.id)
    throw new Refusal(400, "linked_to_another_user", "the account belongs to another user");
  const { identities } = user.body;
  if (identities.length >= IDENTITIES_MAX) throw invalidData(`a user has at most ${IDENTITIES_MAX} linked accounts`);
  const next = identities.includes(identity) ? [...identities] : [...identities, identity];
  const put = [putUser(op, user.id, user, pinPasskey({ ...user.body, identities: next }, passkey))];
  return accept(op, { changesState: true, put, consume, more: { user_id: user.id, ...describe(proof) } });
}

export function removeIdentity(
  op: Operation,
  user: AuthorityRecord<UserBody>,
  identity: string | undefined,
): SignerAccepted {
  const kept = user.body.identities.filter((one) => one !== identity);
  if (identity === undefined || kept.length === user.body.identities.length)
    throw new Refusal(400, "linked_account_not_found", "the user has no such linked account");
  if (kept.length === 0)
    throw new Refusal(400, "cannot_unlink_sole_account", "this is the user's only account; link another one first");
  const passkeys = user.body.passkeys?.filter(
    ({ credential_id }) => makeIdentity("passkey", credential_id) !== identity,
  );
  const body = { ...user.body, identities: kept, ...(passkeys === undefined ? {} : { passkeys }) };
  const put = [putUser(op, user.id, user, body)];
  return accept(op, { changesState: true, put, more: { user_id: user.id, method: kindOf(identity) } });
}

export function putUser(
  op: Operation,
  id: string,
  current: AuthorityRecord<UserBody> | undefined,
  body: UserBody,
): PutRecord {
  if (current === undefined) return putRecord(op, { type: "user", id, version: 1, body });
  const { version, createdAtMs } = current;
  return putRecord(op, { type: "user", id, version: version + 1, createdAtMs, body });
}

/** The same body when it has this passkey already, as it is. */
function pinPasskey(body: UserBody, passkey: PinnedPasskey | undefined): UserBody {
  const pinned = body.passkeys ?? [];
  const known = pinned.find(({ credential_id }) => credential_id === passkey?.credential_id);
  if (passkey === undefined || known?.sign_count === passkey.sign_count) return body;
  return { ...body, passkeys: [...pinned.filter((one) => one !== known), passkey] };
}

export function describe({ identity, byApi }: Proof) {
  return { method: kindOf(identity), proved_by: byApi ? "api" : "signer" };
}

export function requireFacts(op: Operation): LoginFacts {
  if (op.request.login === undefined) throw invalidData("login facts are missing");
  // A server that signs a user in says so with its secret, which is checked like everywhere (spec 00 §3.3).
  if (op.request.headers.authorization !== undefined && !isBearer(op)) authenticateApp(op);
  return op.request.login;
}
