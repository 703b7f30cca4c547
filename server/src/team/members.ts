import type { TeamRole } from "@mandate/contract/route";
import { ApiError } from "../api-error.ts";
import { makeId } from "../make-id.ts";
import type { DocumentStore } from "../storage/documents.ts";

export type Member = { id: string; name: string; email: string | null; role: TeamRole; createdAtMs: number };

type Roster = { members: Member[] };

/** One document for all of them: that an Admin is left is then a matter of one compare-and-set. */
const KEY = { collection: "team_roster", scope: "", id: "roster" };
const MEMBERS_MAX = 500;
const ATTEMPTS_MAX = 8;

export async function listMembers(documents: DocumentStore): Promise<Member[]> {
  return (await readRoster(documents)).roster.members;
}

export async function findMember(documents: DocumentStore, id: string): Promise<Member | undefined> {
  return (await listMembers(documents)).find((member) => member.id === id);
}

export async function findMemberByEmail(documents: DocumentStore, email: string): Promise<Member | undefined> {
  const wanted = email.toLowerCase();
  return (await listMembers(documents)).find((member) => member.email === wanted);
}

export async function addMember(
  documents: DocumentStore,
  member: { name: string; email: string | null; role: TeamRole },
  nowMs: number,
): Promise<Member> {
  const made: Member = { id: makeId(), ...member, email: member.email?.toLowerCase() ?? null, createdAtMs: nowMs };
  await changeRoster(documents, nowMs, (members) => {
    if (members.length >= MEMBERS_MAX) throw new ApiError("invalid_state", `a team has at most ${MEMBERS_MAX} members`);
    assertEmailFree(members, made);
    return [...members, made];
  });
  return made;
}

/** The first Admin: only while the team is empty, whoever else tries at the same moment. */
export async function addFirstMember(documents: DocumentStore, nowMs: number): Promise<Member | undefined> {
  const made: Member = { id: makeId(), name: "Admin", email: null, role: "admin", createdAtMs: nowMs };
  const members = await changeRoster(documents, nowMs, (known) => (known.length > 0 ? known : [made]));
  return members.includes(made) ? made : undefined;
}

export async function changeMember(
  documents: DocumentStore,
  id: string,
  change: Partial<Pick<Member, "name" | "email" | "role">>,
  nowMs: number,
): Promise<Member> {
  const members = await changeRoster(documents, nowMs, (known) => {
    const member = known.find((candidate) => candidate.id === id);
    if (member === undefined) throw new ApiError("not_found");
    const next = { ...member, ...change, email: (change.email ?? member.email)?.toLowerCase() ?? null };
    assertEmailFree(known, next);
    return known.map((candidate) => (candidate.id === id ? next : candidate));
  });
  return members.find((member) => member.id === id)!;
}

export async function removeMember(documents: DocumentStore, id: string, nowMs: number): Promise<void> {
  await changeRoster(documents, nowMs, (known) => {
    if (!known.some((member) => member.id === id)) throw new ApiError("not_found");
    return known.filter((member) => member.id !== id);
  });
}

function assertEmailFree(members: Member[], { id, email }: Member): void {
  if (email !== null && members.some((other) => other.id !== id && other.email === email)) {
    throw new ApiError("resource_already_exists", "another member has this email address");
  }
}

async function readRoster(documents: DocumentStore): Promise<{ roster: Roster; version: number }> {
  const document = await documents.findDocument(KEY);
  if (document === undefined) return { roster: { members: [] }, version: 0 };
  return { roster: JSON.parse(document.body) as Roster, version: document.version };
}

async function changeRoster(
  documents: DocumentStore,
  nowMs: number,
  change: (members: Member[]) => Member[],
): Promise<Member[]> {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const { roster, version } = await readRoster(documents);
    const members = change(roster.members);
    if (members === roster.members) return members;
    // INVARIANT: a team that has members has an Admin.
    if (!members.some((member) => member.role === "admin")) {
      throw new ApiError("invalid_state", "a team needs an Admin; make somebody else one first");
    }
    const put = { ...KEY, version: version + 1, body: JSON.stringify({ members }), createdAtMs: nowMs };
    const result = await documents.writeDocuments({ put: [put] });
    if (result.ok) return members;
  }
  throw new ApiError("resource_conflict");
}
