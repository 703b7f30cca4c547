import type { appResourceRoutes } from "@mandate/contract/app-resources";
import { ApiError } from "../../api-error.ts";
import type { Deps } from "../../deps.ts";
import type { RecordReference, StoredRecord } from "../../storage/storage.ts";
import { viewKeyQuorum } from "../../views/key-quorum.ts";
import type { RouteHandler } from "../handler.ts";
import { requireApp } from "./for-team.ts";
import { listRecords } from "./records.ts";

const SHOWN_MAX = 100;
const COUNTED_MAX = 1000;
const CONTROLS = ["owner", "signer", "member_quorum"] as const;

export const listAppKeyQuorums: RouteHandler<typeof appResourceRoutes.listAppKeyQuorums> = async (
  deps,
  { params, query },
) => {
  const appId = params.app_id;
  await requireApp(deps, appId);
  const filter = query.include_unnamed === true ? {} : { titled: true };
  const page = await listRecords(deps, appId, "key_quorum", filter, query);
  const data = await Promise.all(
    page.data.map(async (record) => ({
      key_quorum: viewKeyQuorum(record.sealed),
      created_at: record.createdAtMs,
      attached_to: await countReferrers(deps, record, CONTROLS),
    })),
  );
  return { status: 200, body: { data, next_cursor: page.nextCursor ?? null } };
};

export const getAppKeyQuorum: RouteHandler<typeof appResourceRoutes.getAppKeyQuorum> = async (deps, { params }) => {
  const appId = params.app_id;
  await requireApp(deps, appId);
  const record = await deps.storage.findRecord(appId, { type: "key_quorum", id: params.key_quorum_id });
  if (record === undefined) throw new ApiError("not_found");
  const [ownerOf, signerOf, memberOf] = await Promise.all(
    CONTROLS.map((kind) => deps.storage.findReferrers(appId, [kind], record.id, SHOWN_MAX)),
  );
  return {
    status: 200,
    body: {
      key_quorum: viewKeyQuorum(record.sealed),
      created_at: record.createdAtMs,
      owner_of: ownerOf,
      signer_of: signerOf,
      member_of: memberOf,
    },
  };
};

export async function countReferrers(
  deps: Deps,
  { appId, id }: StoredRecord,
  kinds: readonly RecordReference["kind"][],
): Promise<number> {
  return (await deps.storage.findReferrers(appId, [...kinds], id, COUNTED_MAX)).length;
}
