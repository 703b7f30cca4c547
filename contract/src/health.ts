import { z } from "zod";
import { named } from "./components.ts";
import { defineRoute } from "./route.ts";

const health = { method: "GET", caller: "public", authorization: "none", request: {}, idempotent: false } as const;

export const healthRoutes = {
  getHealth: defineRoute({
    ...health,
    id: "getHealth",
    path: "/healthz",
    summary: "Whether the process answers",
    responses: { 200: named("Health", z.object({ status: z.literal("ok") })) },
    errors: [],
  }),
  getReadiness: defineRoute({
    ...health,
    id: "getReadiness",
    path: "/readyz",
    summary: "Whether storage, migrations and signer answer; 503 otherwise",
    responses: { 200: named("Readiness", z.object({ status: z.literal("ready") })) },
    errors: [],
  }),
  getOpenApiDocument: defineRoute({
    ...health,
    id: "getOpenApiDocument",
    path: "/openapi.json",
    aliases: ["/v1/openapi.json"],
    summary: "This document",
    responses: { 200: named("OpenApiDocument", z.looseObject({ openapi: z.string() })) },
    errors: [],
  }),
};
