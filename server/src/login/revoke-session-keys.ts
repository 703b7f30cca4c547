import { readSealedRecord } from "@mandate/signer/protocol";
import { decideAndCommit, jsonAnswer } from "../authority/decide-and-commit.ts";
import type { Deps } from "../deps.ts";
import type { HttpRequest } from "../http/request.ts";
import type { Session } from "./sessions.ts";

/** More than anybody needs in the hour that a key lives; the signer asks for one at a time. */
const KEYS_MAX = 1000;

/**
 * Ends the user keys that were issued in a session, after the session itself was ended: whoever asks for a key now is
 * refused, and who asked before is in this list, or finds out when looking again (see `authenticate-user.ts`).
 */
export async function revokeSessionKeys(
  deps: Deps,
  request: HttpRequest,
  appId: string,
  session: Session,
): Promise<void> {
  const keys = await deps.storage.findUserKeys(appId, session.userId, deps.nowMs(), KEYS_MAX);
  const records = keys
    .filter(({ sealed }) => readSealedRecord(sealed).body.session_id === session.id)
    .map(({ id }) => ({ type: "user_key" as const, id }));
  if (records.length === 0) return;
  const logout = { ...request, method: "POST", target: "/v1/sessions/logout", rawBody: new Uint8Array(0) };
  await decideAndCommit(
    deps,
    { ...logout, body: undefined, headers: { "privy-app-id": appId } },
    {
      appId,
      records,
      idempotent: false,
      login: { sessionId: session.id },
      answer: () => jsonAnswer(null),
    },
  );
}
