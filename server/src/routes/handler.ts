import type { BodyOf, ParamsOf, QueryOf, Route } from "@mandate/contract/route";
import type { AppSettings } from "../apps/app-settings.ts";
import type { SignedInUser } from "../authenticate/access-token.ts";
import type { Deps } from "../deps.ts";
import type { HttpRequest } from "../http/request.ts";
import type { HttpResponse } from "../http/response.ts";

/** One request as its handler sees it: matched, authenticated, validated. `appId` is empty for callers that are no app. */
export type Call<R extends Route> = {
  request: HttpRequest;
  appId: string;
  /** Of callers `client` and `user`, and of `app-or-user` with an access token. */
  app: AppSettings;
  /** Who holds the access token; always there for the caller `user`. */
  user: SignedInUser | undefined;
  params: ParamsOf<R>;
  query: QueryOf<R>;
  body: BodyOf<R>;
};

export type RouteHandler<R extends Route> = (deps: Deps, call: Call<R>) => Promise<HttpResponse>;
