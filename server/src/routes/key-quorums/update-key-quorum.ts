import type { keyQuorumRoutes } from "@mandate/contract/key-quorums";
import { decideAndCommit, jsonAnswer, toHttpResponse } from "../../authority/decide-and-commit.ts";
import { viewKeyQuorum } from "../../views/key-quorum.ts";
import type { RouteHandler } from "../handler.ts";
import { putOf } from "../put-of.ts";

export const updateKeyQuorum: RouteHandler<typeof keyQuorumRoutes.updateKeyQuorum> = async (
  deps,
  { request, appId, params },
) => {
  const key = { type: "key_quorum" as const, id: params.key_quorum_id };
  const { answer } = await decideAndCommit(deps, request, {
    appId,
    target: { key, missing: "not_found" },
    records: [],
    idempotent: false,
    answer: (accepted) => jsonAnswer(viewKeyQuorum(putOf(accepted, "key_quorum").sealed)),
    current: async () => {
      const record = await deps.storage.findRecord(appId, key);
      return record === undefined ? undefined : jsonAnswer(viewKeyQuorum(record.sealed));
    },
  });
  return toHttpResponse(answer);
};
