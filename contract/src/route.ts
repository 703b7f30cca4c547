import type { z } from "zod";
import { type ErrorCode, errors } from "./errors.ts";

export type Method = "GET" | "POST" | "PATCH" | "PUT" | "DELETE";

/** What members of the team may do, least first; each may do all that those before it may. */
export const teamRoles = ["viewer", "developer", "admin"] as const;
export type TeamRole = (typeof teamRoles)[number];

/** One operation of the API, as data. The router, the API document and the types of handlers and clients derive from it. */
export type Route = {
  /** Unique; the handler's file is named after it. */
  readonly id: string;
  readonly method: Method;
  /** Segments are literal or `{parameter}`. A path below `/v1` is answered below `/api/v1` too. */
  readonly path: string;
  /** Other paths with the same meaning and the same parameters. */
  readonly aliases?: readonly string[];
  readonly summary: string;
  /**
   * `app`: app ID and secret. `user`: app ID and a user's access token. `app-or-user`: either. `client`: the app ID
   * alone, from a page whose origin the app allows. `operator`: the operator's token. `team`: the session of a member
   * of the team with at least `role`, or the operator's token. `public`: anybody.
   */
  readonly caller: "app" | "user" | "app-or-user" | "client" | "public" | "operator" | "team";
  /** The least role that may call it. With `team` always, with no other caller. */
  readonly role?: TeamRole;
  /** A session must have signed in within the last minutes: for acts that a borrowed browser should not do. */
  readonly recentSignIn?: true;
  /** Whose authorization signatures the signer demands when the resource has an owner. `self` is a key quorum's own. */
  readonly authorization: "none" | "owner" | "owner-or-signer" | "self";
  readonly request: {
    readonly params?: z.ZodObject;
    readonly query?: z.ZodObject;
    readonly body?: z.ZodType;
    /** The code of a body that fails at `path`; `invalid_data` unless given. */
    readonly bodyErrorCode?: (path: readonly PropertyKey[]) => ErrorCode;
    /** What the body asks for that the protocol has and this server lacks, as a text for the caller. */
    readonly findUnsupported?: (body: unknown) => string | undefined;
  };
  /** By status. `null` is an answer without a body. */
  readonly responses: { readonly [status: number]: z.ZodType | null };
  /** What it may answer besides what every route may (`commonErrors`). */
  readonly errors: readonly ErrorCode[];
  /** Codes that this route answers with another status than their own. */
  readonly errorStatuses?: { readonly [code in ErrorCode]?: number };
  /** Whether `privy-idempotency-key` is honoured; elsewhere it is ignored. */
  readonly idempotent: boolean;
};

const appErrors = [
  "invalid_data",
  "missing_or_invalid_privy_app_id",
  "invalid_credentials",
  "request_expired",
  "too_many_requests",
  "unavailable",
  "internal_error",
  "record_integrity",
  "signer_not_ready",
] as const;

const browserErrors = [...appErrors, "invalid_origin", "missing_or_invalid_privy_client_id"] as const;
const userErrors = [...browserErrors, "missing_or_invalid_token"] as const;

/** Answers that any route with that caller may give. */
export const commonErrors = {
  public: ["invalid_data", "too_many_requests", "unavailable", "internal_error"],
  app: appErrors,
  client: browserErrors,
  user: userErrors,
  "app-or-user": userErrors,
  operator: [
    "invalid_data",
    "invalid_credentials",
    "request_expired",
    "too_many_requests",
    "unavailable",
    "internal_error",
    "record_integrity",
    "signer_not_ready",
  ],
  team: [
    "invalid_data",
    "invalid_credentials",
    "insufficient_role",
    "cross_site_request",
    "recent_sign_in_required",
    "request_expired",
    "too_many_requests",
    "unavailable",
    "internal_error",
    "record_integrity",
    "signer_not_ready",
  ],
} as const satisfies { [caller in Route["caller"]]: readonly ErrorCode[] };

/** Answers that any route with authorization signatures may give. */
export const signatureErrors = [
  "missing_or_empty_authorization_header",
  "zero_correct_authorization_signatures",
  "insufficient_correct_authorization_signatures",
  "no_valid_user_session_keys",
  "user_session_keys_expired",
  "resource_conflict",
  "invalid_state",
] as const satisfies readonly ErrorCode[];

/** The status that a route answers a code with. */
export function errorStatusOf(route: Route, code: ErrorCode): number {
  return route.errorStatuses?.[code] ?? errors[code].status;
}

/** Names of the `{parameters}` of a path, in order. */
export function listPathParameters(path: string): string[] {
  return [...path.matchAll(/\{([^{}/]+)\}/g)].map((match) => match[1]!);
}

/** Keeps the route's exact type and refuses one whose path and parameter schema disagree. */
export function defineRoute<const R extends Route>(route: R): R {
  if ((route.caller === "team") !== (route.role !== undefined)) {
    throw new Error(`${route.id}: a role goes with the caller \`team\`, and only with it`);
  }
  const declared = Object.keys(route.request.params?.shape ?? {})
    .sort()
    .join();
  for (const path of [route.path, ...(route.aliases ?? [])]) {
    if (!/^(\/([a-z0-9_.-]+|\{[a-z_]+\}))+$/.test(path)) throw new Error(`${route.id}: malformed path ${path}`);
    if (listPathParameters(path).sort().join() !== declared) {
      throw new Error(`${route.id}: the parameters of ${path} are not those of its schema`);
    }
  }
  return route;
}

type SchemaOutput<S> = S extends z.ZodType ? z.output<S> : undefined;

/** The body as the handler gets it: exactly what was parsed from the wire, judged and not changed. */
export type BodyOf<R extends Route> = R["request"] extends { readonly body: infer S } ? SchemaOutput<S> : undefined;
export type QueryOf<R extends Route> = R["request"] extends { readonly query: infer S } ? SchemaOutput<S> : undefined;
export type ParamsOf<R extends Route> = R["request"] extends { readonly params: infer S } ? SchemaOutput<S> : undefined;
export type ResponseOf<R extends Route, Status extends keyof R["responses"]> = SchemaOutput<R["responses"][Status]>;
