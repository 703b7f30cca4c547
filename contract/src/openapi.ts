import { z } from "zod";
import { components } from "./components.ts";
import { type ErrorCode, errors } from "./errors.ts";
import { commonErrors, errorStatusOf, type Route } from "./route.ts";

type Json = null | boolean | number | string | Json[] | { [member: string]: Json };
type JsonObject = { [member: string]: Json };

export type OpenApiDocument = {
  openapi: "3.1.0";
  info: JsonObject;
  security: Json[];
  tags: Json[];
  paths: { [path: string]: JsonObject };
  components: { schemas: JsonObject; parameters: JsonObject; headers: JsonObject; securitySchemes: JsonObject };
};

const apiVersion = "1.0.0";

/**
 * The OpenAPI 3.1 document of these routes. It is a pure function of them: the same routes give the same text.
 */
export function createOpenApiDocument(routes: readonly Route[]): OpenApiDocument {
  const schemas: JsonObject = { Error: errorSchema() };
  const paths: { [path: string]: JsonObject } = {};
  for (const route of routes) {
    for (const path of [route.path, ...(route.aliases ?? [])]) {
      paths[path] ??= {};
      paths[path][route.method.toLowerCase()] = describeOperation(route, path, schemas);
    }
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Mandate",
      version: apiVersion,
      description:
        "Self-hosted wallets with session signers. Every path below `/v1` is served below `/api/v1` as well. " +
        "Bodies are strict: an unknown member is an error.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    security: [],
    tags: [...new Set(routes.map(tagOf))].map((name) => ({ name })),
    paths,
    components: {
      schemas: Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1))),
      parameters: headerParameters(),
      headers: responseHeaders(),
      securitySchemes: securitySchemes(),
    },
  };
}

/** The committed text of the document. */
export function serializeOpenApiDocument(document: OpenApiDocument): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}

function describeOperation(route: Route, path: string, schemas: JsonObject): JsonObject {
  const isAlias = path !== route.path;
  const operation: JsonObject = {
    operationId: isAlias ? `${route.id}At${path.replace(/[^a-zA-Z0-9]+/g, "_")}` : route.id,
    summary: route.summary,
    ...(route.role === undefined ? {} : { description: describeRole(route) }),
    tags: [tagOf(route)],
    security: securityOf(route),
  };
  const parameters = [
    ...describeParameters(route.request.params, "path", schemas),
    ...describeParameters(route.request.query, "query", schemas),
    ...headersOf(route).map((name) => ({ $ref: `#/components/parameters/${name}` })),
  ];
  if (parameters.length > 0) operation.parameters = parameters;
  if (route.request.body !== undefined) {
    operation.requestBody = {
      required: true,
      content: { "application/json": { schema: toSchema(route.request.body, schemas) } },
    };
  }
  operation.responses = describeResponses(route, schemas);
  return operation;
}

function describeRole(route: Route): string {
  const title = route.role === "admin" ? "Admin" : route.role === "developer" ? "Developer" : "Viewer";
  return `Least role: ${title}.${route.recentSignIn === true ? " Asks for a recent sign-in." : ""}`;
}

function describeResponses(route: Route, schemas: JsonObject): JsonObject {
  const responses: JsonObject = {};
  for (const [status, schema] of Object.entries(route.responses)) {
    responses[status] = {
      description: schema === null ? "Done; no body" : "Done",
      headers: { "request-id": { $ref: "#/components/headers/request-id" } },
      ...(schema === null ? {} : { content: { "application/json": { schema: toSchema(schema, schemas) } } }),
    };
  }
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of new Set<ErrorCode>([...commonErrors[route.caller], ...route.errors])) {
    const status = errorStatusOf(route, code);
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  // Too large, and not JSON: found before the route is, and so the same everywhere.
  if (route.request.body !== undefined) for (const status of [413, 415]) byStatus.set(status, ["invalid_data"]);
  for (const [status, codes] of byStatus) responses[status] = describeErrorResponse(status, codes);
  return responses;
}

/** What the codes mean stands once, at the `Error` schema. */
function describeErrorResponse(status: number, codes: readonly ErrorCode[]): JsonObject {
  const headers = ["request-id", ...(status === 429 ? ["retry-after"] : [])];
  return {
    description: codes.map((code) => `\`${code}\``).join(", "),
    headers: Object.fromEntries(headers.map((name) => [name, { $ref: `#/components/headers/${name}` }])),
    content: { "application/json": { schema: { $ref: "#/components/schemas/Error" } } },
  };
}

function describeParameters(
  schema: z.ZodObject | undefined,
  place: "path" | "query",
  schemas: JsonObject,
): JsonObject[] {
  return Object.entries(schema?.shape ?? {}).map(([name, field]) => {
    const described = toSchema(field as z.ZodType, schemas, "output");
    return {
      name,
      in: place,
      required: !(field as z.ZodType).safeParse(undefined).success,
      schema: described,
      // A list is one member with commas.
      ...(described.type === "array" ? { style: "form", explode: false } : {}),
    };
  });
}

/**
 * JSON Schema of a zod schema, in which named parts are references. Bodies are described as they are sent (`input`:
 * what is not strict stays open for members to come), parameters as what they mean after their text is parsed.
 */
function toSchema(schema: z.ZodType, schemas: JsonObject, io: "input" | "output" = "input"): JsonObject {
  const {
    $schema: _,
    $defs,
    ...converted
  } = z.toJSONSchema(schema, {
    metadata: components,
    unrepresentable: "any",
    io,
  }) as { [member: string]: Json };
  for (const [id, definition] of Object.entries(($defs ?? {}) as JsonObject)) {
    schemas[id] = withoutId(pointAtComponents(definition) as JsonObject);
  }
  const id = components.get(schema)?.id;
  if (id === undefined || converted.$ref !== undefined) return pointAtComponents(converted) as JsonObject;
  schemas[id] = withoutId(pointAtComponents(converted) as JsonObject);
  return { $ref: `#/components/schemas/${id}` };
}

function withoutId(schema: JsonObject): JsonObject {
  const { id: _, $id: __, ...rest } = schema;
  return rest;
}

function pointAtComponents(value: Json): Json {
  if (Array.isArray(value)) return value.map(pointAtComponents);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      name === "$ref" && typeof member === "string"
        ? member.replace("#/$defs/", "#/components/schemas/")
        : pointAtComponents(member),
    ]),
  );
}

function tagOf(route: Route): string {
  const [first = "", second = ""] = route.path.split("/").slice(1);
  if (first === "operator") return "operator";
  return first === "v1" ? second : "server";
}

function securityOf(route: Route): Json[] {
  switch (route.caller) {
    case "app":
      return [{ appCredentials: [] }];
    case "user":
      return [{ userToken: [] }];
    case "app-or-user":
      return [{ appCredentials: [] }, { userToken: [] }];
    case "team":
      return [{ teamSession: [] }, { operatorToken: [] }];
    case "operator":
      return [{ operatorToken: [] }];
    case "client":
    case "public":
      return [];
  }
}

function headersOf(route: Route): string[] {
  if (route.caller === "public" || route.caller === "operator") return [];
  return [
    ...(route.caller === "team" ? ["mandate-dashboard"] : ["privy-app-id"]),
    ...(route.authorization === "none" ? [] : ["privy-authorization-signature", "privy-request-expiry"]),
    ...(route.idempotent ? ["privy-idempotency-key"] : []),
  ];
}

function headerParameter(name: string, required: boolean, description: string, schema: JsonObject): JsonObject {
  return { name, in: "header", required, description, schema };
}

function headerParameters(): JsonObject {
  return {
    "privy-app-id": headerParameter("privy-app-id", true, "The app's ID, equal to the user name of the credentials.", {
      type: "string",
    }),
    "mandate-dashboard": headerParameter(
      "mandate-dashboard",
      false,
      "`1`, with every request that a session authenticates: a page of another site cannot send it.",
      { type: "string", enum: ["1"] },
    ),
    "privy-authorization-signature": headerParameter(
      "privy-authorization-signature",
      false,
      "Base64 DER ECDSA P-256 signatures over the canonical request, separated by commas. Empty means absent.",
      { type: "string" },
    ),
    "privy-request-expiry": headerParameter(
      "privy-request-expiry",
      false,
      "Unix milliseconds after which the request is refused. Part of what is signed.",
      { type: "string", pattern: "^[0-9]{1,16}$" },
    ),
    "privy-idempotency-key": headerParameter(
      "privy-idempotency-key",
      false,
      "Repeating a request with the same key and body gives the stored answer. Part of what is signed.",
      { type: "string", minLength: 1, maxLength: 256 },
    ),
  };
}

function responseHeaders(): JsonObject {
  return {
    "request-id": {
      description: "Names this request in the server's log.",
      schema: { type: "string", format: "uuid" },
    },
    "retry-after": { description: "Seconds to wait.", schema: { type: "integer", minimum: 0 } },
  };
}

function securitySchemes(): JsonObject {
  return {
    appCredentials: {
      type: "http",
      scheme: "basic",
      description: "User name: app ID. Password: app secret.",
    },
    teamSession: {
      type: "apiKey",
      in: "cookie",
      name: "mandate_session",
      description:
        "The session of a member of the team. Over HTTPS the cookie is called `__Host-mandate_session`. Each route says the least role it takes.",
    },
    userToken: {
      type: "http",
      scheme: "bearer",
      bearerFormat: "JWT",
      description: "The access token of a signed-in user of the app that `privy-app-id` names.",
    },
    operatorToken: {
      type: "http",
      scheme: "bearer",
      description: "The operator's token, which the server keeps in its data folder.",
    },
  };
}

function errorSchema(): JsonObject {
  const meanings = Object.entries(errors).map(
    ([code, { status, sentence }]) => `- \`${code}\` (${status}): ${sentence}`,
  );
  return {
    type: "object",
    required: ["error", "code"],
    properties: {
      error: { type: "string", description: "For people." },
      code: { type: "string", enum: Object.keys(errors), description: meanings.join("\n") },
      details: { description: "More about some codes." },
    },
  };
}
