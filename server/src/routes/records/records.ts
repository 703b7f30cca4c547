import type { recordExportRoutes, recordRoutes } from "@mandate/contract/records";
import { ApiError } from "../../api-error.ts";
import type { Deps } from "../../deps.ts";
import type { LogState } from "../../records/log-state.ts";
import { entryOf } from "../../records/record-log.ts";
import type { StoredReceipt } from "../../storage/storage.ts";
import type { RouteHandler } from "../handler.ts";

const PAGE = 50;
const EXPORT_PAGE = 500;

export const listWalletRecords: RouteHandler<typeof recordRoutes.listWalletRecords> = async (
  deps,
  { appId, params, query },
) => {
  const key = { type: "wallet" as const, id: params.wallet_id };
  // Of a wallet that is gone the record stays.
  const wallet = await deps.storage.findRecord(appId, key, { includeDeleted: true });
  if (wallet === undefined) throw new ApiError("not_found");
  const limit = query.limit ?? PAGE;
  const found = await deps.storage.listWalletReceipts(appId, key.id, readCursor(query.cursor), limit + 1);
  const data = found.slice(0, limit);
  const last = data.at(-1);
  return {
    status: 200,
    body: { data: data.map(viewRecord), next_cursor: found.length > limit ? String(last!.sequence) : null },
  };
};

/** A cursor is the sequence that the page before ended with; it finds nothing that the caller may not see. */
function readCursor(cursor: string | undefined): number {
  if (cursor === undefined) return 0;
  if (!/^[1-9][0-9]{0,14}$/.test(cursor)) {
    throw new ApiError("invalid_data", "cursor is not one that this list returned");
  }
  return Number(cursor);
}

export const getRecordCheckpoint: RouteHandler<typeof recordRoutes.getRecordCheckpoint> = async (deps, { appId }) => {
  return { status: 200, body: viewCheckpoint(await deps.records.advance(appId)) };
};

export const getRecordConsistency: RouteHandler<typeof recordRoutes.getRecordConsistency> = async (
  deps,
  { appId, query },
) => {
  const state = await deps.records.advance(appId);
  const { from } = query;
  if (from > state.size || state.checkpoint === undefined || state.key === undefined)
    throw new ApiError("invalid_data", `the log has ${state.size} entries; from must not be larger`);
  const hashes = await deps.records.proveConsistency(appId, state, from, state.size);
  const { size: to, checkpoint, key } = state;
  return { status: 200, body: { from, to, hashes, checkpoint, key } };
};

export const getRecordProof: RouteHandler<typeof recordRoutes.getRecordProof> = async (deps, { appId, params }) => {
  const receipt = await deps.storage.findReceipt(appId, params.record_id);
  if (receipt === undefined) throw new ApiError("not_found");
  const state = await deps.records.advance(appId);
  const index = receipt.sequence - 1;
  const hashes = await deps.records.proveInclusion(appId, state, index);
  const proof = ["c2sp.org/tlog-proof@v1", `index ${index}`, ...hashes, "", state.checkpoint].join("\n");
  return { status: 200, body: { v: 1, key: state.key, index, entry: entryOf(receipt.receipt), proof } };
};

export const exportCheckpoint: RouteHandler<typeof recordExportRoutes.exportCheckpoint> = async (deps, { params }) => {
  await assertApp(deps, params.app_id);
  return { status: 200, body: viewCheckpoint(await deps.records.advance(params.app_id)) };
};

export const exportRecords: RouteHandler<typeof recordExportRoutes.exportRecords> = async (deps, { params, query }) => {
  await assertApp(deps, params.app_id);
  const after = query.after ?? 0;
  const receipts = await deps.storage.listReceipts(params.app_id, after, query.limit ?? EXPORT_PAGE);
  return { status: 200, body: { after, entries: receipts.map(({ receipt }) => entryOf(receipt)) } };
};

async function assertApp(deps: Deps, appId: string): Promise<void> {
  const app = await deps.storage.findRecord(appId, { type: "app", id: appId }, { includeDeleted: true });
  if (app === undefined) throw new ApiError("not_found");
}

function viewRecord({ id, sequence, createdAtMs, decision, walletId, receipt }: StoredReceipt) {
  const index = sequence - 1;
  return { id, index, created_at: createdAtMs, decision, wallet_id: walletId ?? null, entry: entryOf(receipt) };
}

function viewCheckpoint({ size, checkpoint, key }: LogState) {
  return { size, checkpoint: checkpoint ?? null, key: key ?? null };
}
