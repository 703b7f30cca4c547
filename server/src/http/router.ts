import type { ErrorCode } from "@mandate/contract/errors";
import type { ParamsOf, QueryOf, Route } from "@mandate/contract/route";
import { unsupportedPaths } from "@mandate/contract/unsupported";
import { validateQuery } from "@mandate/contract/validate";
import type { Handler, HttpRequest } from "./request.ts";
import { errorResponse, type HttpResponse } from "./response.ts";
import { decodePercent } from "./target.ts";

/** A handler of one route, which gets that route's parameters and query as their schemas made them. */
export type RouteHandler<R extends Route> = (
  request: Omit<HttpRequest, "params" | "query"> & {
    readonly params: ParamsOf<R> extends object ? ParamsOf<R> : Record<never, never>;
    readonly query: QueryOf<R> extends object ? QueryOf<R> : Record<never, never>;
  },
) => Promise<HttpResponse>;

export type RouteHandlers<Routes extends { readonly [id: string]: Route }> = {
  readonly [Id in keyof Routes]?: RouteHandler<Routes[Id]>;
};

type Node = {
  readonly literals: Map<string, Node>;
  parameter: { name: string; node: Node } | undefined;
  readonly methods: Map<string, { route: Route; handler: Handler | undefined }>;
};

type Match = { node: Node; params: { name: string; segment: string }[] };

/**
 * Finds the handler of a request. A path below `/v1` is found below `/api/v1` too, and any number of slashes may lead
 * (spec 00 §2). Literal segments win over parameters where both serve the method. A route without a handler, and
 * every path of the protocol that this server leaves out, is answered `not_supported`.
 */
export function createRouter<const Routes extends { readonly [id: string]: Route }>(
  routes: Routes,
  handlers: RouteHandlers<Routes>,
): Handler {
  const root = createNode();
  for (const id of Object.keys(handlers)) {
    if (!Object.hasOwn(routes, id)) throw new Error(`no route is called ${id}`);
  }
  for (const [id, route] of Object.entries(routes)) {
    for (const path of [route.path, ...(route.aliases ?? [])]) {
      insert(root, path, route, handlers[id] as Handler | undefined);
    }
  }
  const isUnsupported = compileUnsupported(unsupportedPaths);

  return async (request) => {
    const segments = splitPath(request.path);
    if (isUnsupported(segments)) return errorResponse("not_supported");
    const matches = findMatches(root, segments, 0, []).filter(({ node }) => node.methods.size > 0);
    const method = request.method === "HEAD" ? "GET" : request.method;
    const match = matches.find(({ node }) => node.methods.has(method));
    if (match !== undefined) {
      const { route, handler } = match.node.methods.get(method)!;
      return await callRoute(request, route, handler, match);
    }
    if (matches.length === 0) return errorResponse("not_found");
    const allow = listMethods(matches);
    return request.method === "OPTIONS"
      ? { status: 204, headers: { allow } }
      : errorResponse("method_not_allowed", undefined, { headers: { allow } });
  };
}

async function callRoute(
  request: HttpRequest,
  route: Route,
  handler: Handler | undefined,
  match: Match,
): Promise<HttpResponse> {
  request.annotations.operation = route.id;
  const params: { [name: string]: string } = Object.create(null);
  for (const { name, segment } of match.params) {
    const value = decodePercent(segment);
    if (value === undefined) return errorResponse("invalid_data", "Malformed percent-encoding in the path");
    params[name] = name === "user_id" ? completeUserId(value) : value;
  }
  if (handler === undefined) return errorResponse("not_supported");
  const checked = route.request.params?.safeParse(params);
  if (checked?.success === false) return errorResponse(notFoundCodeOf(checked.error.issues[0]?.path[0]));
  const query = checkQuery(request, route);
  if (!query.ok) return errorResponse(query.code, query.message);
  return await handler({ ...request, params, query: query.value });
}

function checkQuery(
  request: HttpRequest,
  route: Route,
): { ok: true; value: HttpRequest["query"] } | { ok: false; code: ErrorCode; message: string } {
  if (route.request.query !== undefined) {
    return validateQuery(route.request.query, request.query) as ReturnType<typeof checkQuery>;
  }
  if (Object.keys(request.query).length === 0) return { ok: true, value: {} };
  return { ok: false, code: "invalid_data", message: "This operation takes no query parameters" };
}

/** An ID that cannot exist is answered like one that does not. */
function notFoundCodeOf(parameter: unknown): ErrorCode {
  return parameter === "user_id" ? "user_does_not_exist" : "not_found";
}

/** User IDs come with and without their method prefix (spec 00 §2). */
function completeUserId(value: string): string {
  return value.startsWith("did:privy:") ? value : `did:privy:${value}`;
}

function createNode(): Node {
  return { literals: new Map(), parameter: undefined, methods: new Map() };
}

function insert(root: Node, path: string, route: Route, handler: Handler | undefined): void {
  let node = root;
  for (const segment of path.slice(1).split("/")) {
    if (segment.startsWith("{")) {
      const name = segment.slice(1, -1);
      node.parameter ??= { name, node: createNode() };
      if (node.parameter.name !== name)
        throw new Error(`${route.id}: ${name} is called ${node.parameter.name} elsewhere`);
      node = node.parameter.node;
    } else {
      const next = node.literals.get(segment) ?? createNode();
      node.literals.set(segment, next);
      node = next;
    }
  }
  if (node.methods.has(route.method)) throw new Error(`${route.id}: ${route.method} ${path} is taken`);
  node.methods.set(route.method, { route, handler });
}

/** Segments are compared as they were sent: an escape never turns into a slash or a literal. */
function splitPath(path: string): string[] {
  const segments = path.replace(/^\/+/, "").split("/");
  return segments[0] === "api" && segments[1] === "v1" ? segments.slice(1) : segments;
}

/** All nodes that the path leads to, literal before parameter at each segment. */
function findMatches(node: Node, segments: readonly string[], at: number, params: Match["params"]): Match[] {
  const segment = segments[at];
  if (segment === undefined) return [{ node, params }];
  const literal = node.literals.get(segment);
  const found = literal === undefined ? [] : findMatches(literal, segments, at + 1, params);
  if (node.parameter === undefined || segment === "") return found;
  const { name, node: next } = node.parameter;
  return [...found, ...findMatches(next, segments, at + 1, [...params, { name, segment }])];
}

function listMethods(matches: readonly Match[]): string {
  const methods = new Set(matches.flatMap(({ node }) => [...node.methods.keys()]));
  if (methods.has("GET")) methods.add("HEAD");
  return [...methods, "OPTIONS"].sort().join(", ");
}

/** Grouped by the segment after `v1`, so that a request is compared with a few of them. */
function compileUnsupported(paths: readonly string[]): (segments: readonly string[]) => boolean {
  const groups = new Map<string, { fixed: string[]; hasRest: boolean }[]>();
  for (const path of paths) {
    const parts = path.slice(1).split("/");
    const hasRest = parts.at(-1) === "**";
    const pattern = { fixed: hasRest ? parts.slice(0, -1) : parts, hasRest };
    groups.set(parts[1]!, [...(groups.get(parts[1]!) ?? []), pattern]);
  }
  return (segments) =>
    (groups.get(segments[1] ?? "") ?? []).some(
      ({ fixed, hasRest }) =>
        (hasRest ? segments.length >= fixed.length : segments.length === fixed.length) &&
        fixed.every((part, index) => part === "*" || part === segments[index]),
    );
}
