import { queryOptions, useSuspenseQuery } from "@tanstack/react-query";
import { call } from "../../lib/api/client.ts";
import { queryClient } from "../../lib/api/queries.ts";
import type { Role, Session } from "../../lib/api/types.ts";

export const sessionQuery = queryOptions({
  queryKey: ["getTeamSession"],
  queryFn: () => call("getTeamSession"),
  staleTime: 60_000,
});

export function useSession(): Session {
  return useSuspenseQuery(sessionQuery).data;
}

const rank: Record<Role, number> = { viewer: 0, developer: 1, admin: 2 };

export const roleNames: Record<Role, string> = { viewer: "Viewer", developer: "Developer", admin: "Admin" };

/** Whether the member's role reaches so far. The server asks too; this only saves a click that would be refused. */
export function useMay(role: Role): boolean {
  return rank[useSession().member.role] >= rank[role];
}

/** After signing in: everything that was read as somebody else is forgotten. */
export function enterSession(session: Session): void {
  queryClient.clear();
  queryClient.setQueryData(sessionQuery.queryKey, session);
}

export async function signOut(): Promise<void> {
  await call("signOut");
  queryClient.clear();
  location.assign("/login");
}
