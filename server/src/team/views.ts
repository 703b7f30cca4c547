import type { Deps } from "../deps.ts";
import type { Member } from "./members.ts";
import { listPasskeys } from "./passkeys.ts";
import { listSessions, RECENT_MS, type Session } from "./sessions.ts";

export async function viewMember(deps: Deps, member: Member) {
  const [sessions, passkeys] = await Promise.all([
    listSessions(deps.documents, member.id, deps.nowMs()),
    listPasskeys(deps.documents, member.id),
  ]);
  const seen = sessions.map((session) => session.lastSeenAtMs);
  return {
    id: member.id,
    name: member.name,
    email: member.email,
    role: member.role,
    created_at: member.createdAtMs,
    last_seen_at: seen.length === 0 ? null : Math.max(...seen),
    passkeys: passkeys.length,
  };
}

export async function viewSession(deps: Deps, session: Session, member: Member) {
  return {
    id: session.id,
    member: await viewMember(deps, member),
    signed_in_at: session.signedInAtMs,
    signed_in_with: session.signedInWith,
    expires_at: session.expiresAtMs,
    recent_until: session.signedInAtMs + RECENT_MS,
  };
}
