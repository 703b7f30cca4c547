import type { AuthorityPlan } from "../../authority/authority-plan.ts";
import { decideAndCommit, jsonAnswer, toHttpResponse } from "../../authority/decide-and-commit.ts";
import type { Deps } from "../../deps.ts";
import type { HttpRequest } from "../../http/request.ts";
import type { HttpResponse } from "../../http/response.ts";
import { viewPolicy } from "../../views/policy.ts";
import { putOf } from "../put-of.ts";

/** A change that answers with the policy as it then is. */
export async function changePolicy(
  deps: Deps,
  request: HttpRequest,
  appId: string,
  policyId: string,
): Promise<HttpResponse> {
  const key = { type: "policy" as const, id: policyId };
  const { answer } = await decideAndCommit(deps, request, {
    appId,
    target: { key, missing: "not_found" },
    records: [],
    idempotent: false,
    answer: (accepted) => jsonAnswer(viewPolicy(putOf(accepted, "policy").sealed)),
    current: async () => {
      const record = await deps.storage.findRecord(appId, key);
      return record === undefined ? undefined : jsonAnswer(viewPolicy(record.sealed));
    },
  });
  return toHttpResponse(answer);
}

/** A change of one rule, or a deletion: the signer says what to answer. */
export async function changePolicyPart(
  deps: Deps,
  request: HttpRequest,
  appId: string,
  policyId: string,
  extend?: AuthorityPlan["extend"],
): Promise<HttpResponse> {
  const { answer } = await decideAndCommit(deps, request, {
    appId,
    ...(extend === undefined ? {} : { extend }),
    target: { key: { type: "policy", id: policyId }, missing: "not_found" },
    records: [],
    idempotent: false,
    answer: (accepted) => jsonAnswer(accepted.result),
  });
  return toHttpResponse(answer);
}
