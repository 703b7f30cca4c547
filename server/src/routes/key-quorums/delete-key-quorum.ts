import type { keyQuorumRoutes } from "@mandate/contract/key-quorums";
import { decideAndCommit, jsonAnswer, toHttpResponse } from "../../authority/decide-and-commit.ts";
import type { RouteHandler } from "../handler.ts";

/** A quorum that still owns or signs for something stays: without it nobody could control that thing again. */
export const deleteKeyQuorum: RouteHandler<typeof keyQuorumRoutes.deleteKeyQuorum> = async (
  deps,
  { request, appId, params },
) => {
  const id = params.key_quorum_id;
  const { answer } = await decideAndCommit(deps, request, {
    appId,
    target: { key: { type: "key_quorum", id }, missing: "not_found" },
    records: [],
    idempotent: false,
    answer: () => jsonAnswer({ success: true }),
    extend: () => ({ unreferenced: { kinds: ["owner", "signer", "member_quorum"], to: id } }),
  });
  return toHttpResponse(answer);
};
