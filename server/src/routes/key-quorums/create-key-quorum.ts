import type { keyQuorumRoutes } from "@mandate/contract/key-quorums";
import { decideAndCommit, jsonAnswer, toHttpResponse } from "../../authority/decide-and-commit.ts";
import { viewKeyQuorum } from "../../views/key-quorum.ts";
import type { RouteHandler } from "../handler.ts";
import { putOf } from "../put-of.ts";

export const createKeyQuorum: RouteHandler<typeof keyQuorumRoutes.createKeyQuorum> = async (
  deps,
  { request, appId },
) => {
  const { answer } = await decideAndCommit(deps, request, {
    appId,
    records: [],
    idempotent: false,
    answer: (accepted) => jsonAnswer(viewKeyQuorum(putOf(accepted, "key_quorum").sealed)),
  });
  return toHttpResponse(answer);
};
