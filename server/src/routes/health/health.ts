import { createOpenApiDocument } from "@mandate/contract/openapi";
import { routeList } from "@mandate/contract/routes";
import { ApiError } from "../../api-error.ts";
import type { Deps } from "../../deps.ts";
import type { HttpResponse } from "../../http/response.ts";

export async function getHealth(): Promise<HttpResponse> {
  return { status: 200, body: { status: "ok" } };
}

/** 200 only when storage with the right schema and an unsealed signer both answer. */
export async function getReadiness(deps: Deps): Promise<HttpResponse> {
  try {
    const [status] = await Promise.all([deps.signer.send({ kind: "status" }), deps.storage.check()]);
    if (status.outcome !== "status" || status.phase !== "unsealed") throw new Error("the signer is not unsealed");
  } catch (error) {
    deps.log.error("not ready", { reason: error instanceof Error ? error.message : "" });
    throw new ApiError("unavailable");
  }
  return { status: 200, body: { status: "ready" } };
}

let document: unknown;

export async function getOpenApi(): Promise<HttpResponse> {
  document ??= createOpenApiDocument(routeList);
  return { status: 200, body: document };
}
