import { decodeBase64Url, encodeBase64Url } from "@mandate/core/encoding/base64url";
import type { JsonObject, JsonValue } from "@mandate/core/encoding/json-value";
import { isOriginAllowed } from "@mandate/core/login/origin";
import {
  type ClientData,
  parseClientData,
  readRegistration,
  relyingPartyOf,
  verifyAssertion,
} from "@mandate/core/login/passkey";
import type { SignerAccepted } from "../protocol.ts";
import { useChallenge } from "./challenge.ts";
import { makeIdentity } from "./identities.ts";
import { allowedOriginsOf } from "./login-methods.ts";
import { type Operation, optionalText, requireText } from "./operation.ts";
import type { AppBody, PinnedPasskey } from "./records.ts";
import { invalidData, Refusal } from "./refusal.ts";
import type { AuthorityRecord } from "./seal.ts";

/** `passkey` is what to seal in the user's record from now on. */
export type PasskeyProof = { identity: string; passkey: PinnedPasskey; consume: SignerAccepted["consume"] };

/** The registered lengths of what a client sends, in characters of base64url. */
const ID_LENGTH_MAX = 1364;
const ANSWER_LENGTH_MAX = 22_000;

/**
 * What a passkey's answer proves. A registration proves nothing but that it answers a challenge of this app on a page
 * of this app: it makes a new user, or adds to one who has an access token, and never reaches a user who has the passkey
 * already. An assertion is verified with the key that is sealed in the user's record, so the API's word counts nowhere.
 */
export function provePasskey(op: Operation, app: AuthorityRecord<AppBody>, body: JsonObject): PasskeyProof {
  const answer = requireMembers(body.authenticator_response, "authenticator_response");
  const response = requireMembers(answer.response, "authenticator_response.response");
  const credentialId = requireText(answer.id, "authenticator_response.id", ID_LENGTH_MAX);
  if (answer.raw_id !== credentialId) throw invalidData("authenticator_response.raw_id must be the id");
  const clientDataJson = requireBytes(response, "client_data_json");
  const clientData = parseClientData(clientDataJson);
  if (clientData === undefined) throw refuse("client_data_json is not what a browser gives a page that is in no frame");
  const rpId = requireRelyingParty(app, clientData, optionalText(body.relying_party, "relying_party", 300));
  const consume = useChallenge(op, clientData.challenge);
  if (consume === undefined)
    throw refuse("the challenge was not issued here for this app, or has expired; begin again");
  const identity = makeIdentity("passkey", credentialId);
  const passkey =
    op.route.pattern === "/:method/authenticate"
      ? assertPasskey(op, { identity, credentialId, response, clientData, clientDataJson, rpId })
      : registerPasskey(op, { identity, credentialId, response, clientData, rpId });
  return { identity, passkey, consume };
}

type Given = { identity: string; credentialId: string; response: JsonObject; clientData: ClientData; rpId: string };

function registerPasskey(op: Operation, { identity, credentialId, response, clientData, rpId }: Given): PinnedPasskey {
  if (clientData.ceremony !== "registration") throw refuse("the answer is not that of a registration");
  const read = readRegistration(requireBytes(response, "attestation_object"), rpId);
  if (!read.ok) throw refuse(read.message);
  if (encodeBase64Url(read.credentialId) !== credentialId) throw refuse("the credential has another ID");
  // INVARIANT: a registration carries no signature, so it must not touch a user who has this passkey.
  if (op.records.findUserByIdentity(identity) !== undefined)
    throw new Refusal(400, "linked_to_another_user", "this passkey is linked to a user already; sign in with it");
  return { credential_id: credentialId, public_key: read.publicKey, sign_count: read.signCount };
}

function assertPasskey(op: Operation, given: Given & { clientDataJson: Uint8Array }): PinnedPasskey {
  const { identity, credentialId, response, clientData, clientDataJson, rpId } = given;
  if (clientData.ceremony !== "assertion") throw refuse("the answer is not that of a sign-in");
  const user = op.records.findUserByIdentity(identity);
  const pinned = user?.body.passkeys?.find(({ credential_id }) => credential_id === credentialId);
  if (user === undefined || pinned === undefined)
    throw new Refusal(400, "passkey_not_registered", "no user of this app has this passkey; register it first");
  op.records.markUsed(user);
  const authenticatorData = requireBytes(response, "authenticator_data");
  const signature = requireBytes(response, "signature");
  const verdict = verifyAssertion({ authenticatorData, clientDataJson, signature }, rpId, {
    publicKey: pinned.public_key,
    signCount: pinned.sign_count,
  });
  if (!verdict.ok) throw refuse(verdict.message);
  return { ...pinned, sign_count: verdict.signCount };
}

/** The page is one of an allowed origin; so is the one above it that it may name as the relying party. */
function requireRelyingParty(app: AuthorityRecord<AppBody>, { origin }: ClientData, asked: string | null): string {
  const origins = allowedOriginsOf(app);
  if (!isOriginAllowed(origin, origins)) throw refuse("the page is not among the app's allowed origins");
  if (asked !== null && !isOriginAllowed(asked, origins))
    throw refuse("relying_party is not among the app's allowed origins");
  const rpId = relyingPartyOf(origin, asked ?? undefined);
  if (rpId === undefined) throw refuse("the page has no name that a passkey could be for");
  return rpId;
}

function requireMembers(value: JsonValue | undefined, at: string): JsonObject {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw invalidData(`${at} must be an object`);
  return value;
}

function requireBytes(response: JsonObject, name: string): Uint8Array {
  const at = `authenticator_response.response.${name}`;
  const bytes = decodeBase64Url(requireText(response[name], at, ANSWER_LENGTH_MAX));
  if (bytes === undefined) throw invalidData(`${at} must be base64url without padding`);
  return bytes;
}

function refuse(message: string): Refusal {
  return new Refusal(401, "invalid_credentials", message);
}
