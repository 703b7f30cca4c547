import { setTimeout as sleep } from "node:timers/promises";
import { createOpenApiDocument } from "@mandate/contract/openapi";
import { routeList } from "@mandate/contract/routes";
import { ApiError } from "../../api-error.ts";
import type { Deps } from "../../deps.ts";
import type { HttpResponse } from "../../http/response.ts";

export async function getHealth(): Promise<HttpResponse> {
  return { status: 200, body: { status: "ok" } };
}

const READY_WITHIN_MS = 2_000;

/** 200 only when storage with the right schema and an unsealed signer both answer. */
export async function getReadiness(deps: Deps): Promise<HttpResponse> {
  try {
    const answers = Promise.all([deps.signer.send({ kind: "status" }), deps.storage.check()]);
    const [status] = await Promise.race([answers, rejectLater()]);
    if (status.outcome !== "status" || status.phase !== "unsealed") throw new Error("the signer is not unsealed");
  } catch (error) {
    deps.log.error("not ready", { reason: error instanceof Error ? error.message : "" });
    throw new ApiError("unavailable");
  }
  return { status: 200, body: { status: "ready" } };
}

/** A signer or database that hangs is as little ready as one that is gone. */
async function rejectLater(): Promise<never> {
  await sleep(READY_WITHIN_MS, undefined, { ref: false });
  throw new Error(`no answer within ${READY_WITHIN_MS} ms`);
}

let document: unknown;

export async function getOpenApi(): Promise<HttpResponse> {
  document ??= createOpenApiDocument(routeList);
  return { status: 200, body: document };
}
