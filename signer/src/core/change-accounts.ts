import type { JsonValue } from "@mandate/core/encoding/json-value";
import type { SignerAccepted } from "../protocol.ts";
import { accept } from "./accept.ts";
import { authenticateUserToken, requireLiveApp } from "./caller.ts";
import { makeIdentity } from "./identities.ts";
import { describe, putUser, removeIdentity, requireFacts } from "./login.ts";
import { authenticateApp, type Operation, requireBody, requireText } from "./operation.ts";
import { proveIdentity } from "./prove-identity.ts";
import { invalidData, Refusal } from "./refusal.ts";
import { requireUser } from "./users.ts";

/**
 * One way to sign in for another of the same kind: the user's token says whose, the proof that the new address is
 * theirs. Only email addresses can be replaced like this (spec 05 §5).
 */
export function updateAccount(op: Operation): SignerAccepted {
  if (op.route.params.method !== "passwordless") throw new Refusal(404, "not_found", "no such operation");
  const { user } = authenticateUserToken(op);
  const { oldAddress } = requireBody(op, ["oldAddress", "newAddress", "code"]);
  const replaced = makeIdentity("email", requireText(oldAddress, "oldAddress", 320));
  if (!user.body.identities.includes(replaced)) throw notLinked();
  const proof = proveIdentity(op, requireLiveApp(op), requireFacts(op));
  const owner = op.records.findUserByIdentity(proof.identity);
  if (owner !== undefined && owner.id !== user.id)
    throw new Refusal(400, "linked_to_another_user", "the account belongs to another user");
  const identities = user.body.identities.map((identity) => (identity === replaced ? proof.identity : identity));
  const put = [putUser(op, user.id, user, { ...user.body, identities: [...new Set(identities)] })];
  return accept(op, { changesState: true, put, more: { user_id: user.id, ...describe(proof) } });
}

/**
 * The app takes one way to sign in from its user. It adds none: with one of its own it could sign in as the user, and
 * its secret would be as good as the consent of all of them.
 */
export function unlinkUserAccount(op: Operation): SignerAccepted {
  authenticateApp(op);
  const user = requireUser(op, op.route.params.id!);
  const { type, handle, provider } = requireBody(op, ["type", "handle", "provider"]);
  const kind = requireText(type, "type", 64);
  assertProvider(kind, provider);
  return removeIdentity(op, user, makeIdentity(kind, requireText(handle, "handle", 512)));
}

/** Clients may name the provider beside a type that says the same. */
function assertProvider(type: string, provider: JsonValue | undefined): void {
  if (provider === undefined) return;
  const name = requireText(provider, "provider", 64);
  if (![name, `${name}_oauth`, `custom:${name}`].includes(type))
    throw invalidData(`provider must be the one of the account's type, ${type}`);
}

function notLinked(): Refusal {
  return new Refusal(400, "linked_account_not_found", "the user has no such linked account");
}
