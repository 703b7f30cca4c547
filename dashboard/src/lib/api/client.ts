import type { BodyOf, QueryOf, ResponseOf, Route } from "@mandate/contract/route";
import type { routes } from "@mandate/contract/routes";
import { endpoints } from "./endpoints.ts";
import { ApiError, readError } from "./error.ts";
import { askToSignInAgain } from "./reauthentication.ts";

type Routes = typeof routes;
export type Operation = keyof typeof endpoints;

type Part<Name extends string, Value> = [Value] extends [undefined] ? unknown : { [name in Name]: Value };
type QueryText<Q> = { [name in keyof Q]?: string | undefined };
type PathOf<Id extends Operation> = (typeof endpoints)[Id][1];

/** The names between braces, as the path has them. */
type ParamsIn<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? { [name in Name]: string } & ParamsIn<Rest>
  : unknown;

export type Input<Id extends Operation> = Routes[Id] extends infer R extends Route
  ? (unknown extends ParamsIn<PathOf<Id>> ? unknown : { params: ParamsIn<PathOf<Id>> }) &
      ([QueryOf<R>] extends [undefined] ? unknown : { query?: QueryText<QueryOf<R>> }) &
      Part<"body", BodyOf<R>>
  : never;

export type Output<Id extends Operation> = 200 extends keyof Routes[Id]["responses"]
  ? ResponseOf<Routes[Id], 200 & keyof Routes[Id]["responses"]>
  : undefined;

type AnyInput = {
  params?: Record<string, string>;
  query?: Record<string, string | undefined>;
  body?: unknown;
  signal?: AbortSignal;
};

/**
 * Calls an operation of the API by its ID. The session is in a cookie that this page cannot read; the header says that
 * the request comes from this page and from no other. An act that asks for a recent sign-in asks for it, then goes on.
 */
export async function call<Id extends Operation>(
  operation: Id,
  ...[input]: unknown extends Input<Id>
    ? [input?: { signal?: AbortSignal }]
    : [input: Input<Id> & { signal?: AbortSignal }]
): Promise<Output<Id>> {
  const send = () => sendOnce(operation, (input ?? {}) as AnyInput);
  try {
    return (await send()) as Output<Id>;
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== "recent_sign_in_required") throw error;
    if (!(await askToSignInAgain())) throw error;
    return (await send()) as Output<Id>;
  }
}

/** Longer than anything takes that is well; a page that waits for ever tells nobody what is wrong. */
const TIMEOUT_MS = 30_000;

async function sendOnce(operation: Operation, { params, query, body, signal }: AnyInput): Promise<unknown> {
  const [method, path] = endpoints[operation];
  const slow = new AbortController();
  const timer = setTimeout(() => slow.abort(), TIMEOUT_MS);
  signal?.addEventListener("abort", () => slow.abort());
  const init: RequestInit = {
    method,
    headers: { "mandate-dashboard": "1" },
    credentials: "same-origin",
    signal: slow.signal,
  };
  if (body !== undefined) {
    init.headers = { ...init.headers, "content-type": "application/json" };
    init.body = JSON.stringify(body);
  }
  try {
    const answer = await fetch(fillPath(path, params ?? {}) + queryText(query ?? {}), init);
    if (!answer.ok) throw await readError(answer);
    return answer.status === 204 ? undefined : await answer.json();
  } catch (error) {
    if (error instanceof ApiError || signal?.aborted) throw error;
    if (slow.signal.aborted)
      throw new ApiError(0, "timeout", `The server has not answered in ${TIMEOUT_MS / 1000} seconds`);
    throw new ApiError(0, "unreachable", "The server cannot be reached. Is it running?");
  } finally {
    clearTimeout(timer);
  }
}

function fillPath(path: string, params: Record<string, string>): string {
  return path.replace(/\{([a-z_]+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ""));
}

function queryText(query: Record<string, string | undefined>): string {
  const given = Object.entries(query).filter((entry): entry is [string, string] => Boolean(entry[1]));
  return given.length === 0 ? "" : `?${new URLSearchParams(given)}`;
}
