import type { Deps } from "../../deps.ts";
import type { Paged, RecordFilter, RecordType, StoredRecord } from "../../storage/storage.ts";
import { readPage } from "../page.ts";

const LIMIT = 50;

/** The newest first; or those whose ID is the text, or whose name begins with it, on one page. */
export async function listRecords(
  deps: Deps,
  appId: string,
  type: RecordType,
  filter: RecordFilter,
  query: { cursor?: string | undefined; limit?: number | undefined; search?: string | undefined },
): Promise<Paged<StoredRecord>> {
  const limit = query.limit ?? LIMIT;
  if (query.search === undefined) {
    const page = { cursor: query.cursor, limit, order: "newest" as const };
    return readPage(() => deps.storage.listRecords(appId, type, filter, page));
  }
  const text = query.search.trim();
  const [byId, byName] = await Promise.all([
    deps.storage.findRecord(appId, { type, id: text }),
    deps.storage.listRecords(appId, type, { titlePrefix: text }, { cursor: undefined, limit }),
  ]);
  const found = [...(byId === undefined ? [] : [byId]), ...byName.data];
  return {
    data: [...new Map(found.map((record) => [record.id, record])).values()].slice(0, limit),
    nextCursor: undefined,
  };
}
