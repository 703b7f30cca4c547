import type { keyQuorumRoutes } from "@mandate/contract/key-quorums";
import { ApiError } from "../../api-error.ts";
import { viewKeyQuorum } from "../../views/key-quorum.ts";
import type { RouteHandler } from "../handler.ts";

export const getKeyQuorum: RouteHandler<typeof keyQuorumRoutes.getKeyQuorum> = async (deps, { appId, params }) => {
  const record = await deps.storage.findRecord(appId, { type: "key_quorum", id: params.key_quorum_id });
  if (record === undefined) throw new ApiError("not_found");
  return { status: 200, body: viewKeyQuorum(record.sealed) };
};
