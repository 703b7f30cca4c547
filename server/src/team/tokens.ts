import type { TeamRole } from "@mandate/contract/route";

/** `null` stands for the first Admin, who is made when the link is used. */
export type LoginLinkFacts = { memberId: string | null };

export type InvitationFacts = { email: string | null; role: TeamRole; invitedBy: string };

export const LOGIN_LINK_MS = 15 * 60 * 1000;
export const INVITATION_MS = 7 * 24 * 3600 * 1000;
