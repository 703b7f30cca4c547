import type { auditEntry } from "@mandate/contract/team";
import type { z } from "zod";
import { makeId } from "../make-id.ts";
import type { DocumentStore } from "../storage/documents.ts";
import type { Page, Paged } from "../storage/storage.ts";

export type AuditEntry = z.output<typeof auditEntry>;

const COLLECTION = "team_audit";
/** Long enough for a yearly review. */
const KEPT_MS = 400 * 24 * 3600 * 1000;

/** Who did what: durable before the answer leaves. Bodies, queries and headers are not in it. */
export async function recordAudit(documents: DocumentStore, entry: Omit<AuditEntry, "id">): Promise<void> {
  const { member_id } = entry.actor;
  await documents.writeDocuments({
    put: [
      {
        collection: COLLECTION,
        scope: "",
        id: makeId(),
        version: 1,
        body: JSON.stringify(entry),
        createdAtMs: entry.at,
        expiresAtMs: entry.at + KEPT_MS,
        tags: [
          ...(member_id === null ? [] : [`member:${member_id}`]),
          ...(entry.app_id === null ? [] : [`app:${entry.app_id}`]),
        ],
      },
    ],
  });
}

export async function listAudit(
  documents: DocumentStore,
  filter: { memberId: string | undefined; appId: string | undefined },
  page: Page,
): Promise<Paged<AuditEntry>> {
  const tags = [
    ...(filter.memberId === undefined ? [] : [`member:${filter.memberId}`]),
    ...(filter.appId === undefined ? [] : [`app:${filter.appId}`]),
  ];
  const list = { collection: COLLECTION, scope: "", tags, order: "newest" as const };
  const { data, nextCursor } = await documents.listDocuments(list, page);
  return { data: data.map(({ id, body }) => ({ ...(JSON.parse(body) as AuditEntry), id })), nextCursor };
}
