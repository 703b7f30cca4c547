import { FrameError } from "./message.ts";

export type ApiCall = {
  method: "GET" | "POST" | "PATCH";
  /** Below the origin, with the leading slash. */
  path: string;
  accessToken: string;
  body?: unknown;
  /** `privy-…` headers besides the app's id. */
  headers?: { [name: string]: string };
};

export type Api = (call: ApiCall) => Promise<{ [member: string]: unknown }>;

export type ApiOptions = { origin: string; appId: string; fetch: typeof fetch };

/** Calls this server as the user. A refusal becomes a `FrameError` with the server's own words. */
export function createApi({ origin, appId, fetch }: ApiOptions): Api {
  return async ({ method, path, accessToken, body, headers }) => {
    let response: Response;
    try {
      response = await fetch(origin + path, {
        method,
        headers: {
          ...headers,
          authorization: `Bearer ${accessToken}`,
          "privy-app-id": appId,
          "content-type": "application/json",
        },
        credentials: "omit",
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    } catch {
      throw new FrameError("error", "the wallet server could not be reached");
    }
    const answer = (await response.json().catch(() => undefined)) as { [member: string]: unknown } | undefined;
    if (response.ok && typeof answer === "object" && answer !== null) return answer;
    const text = typeof answer?.error === "string" ? answer.error : `the wallet server answered ${response.status}`;
    throw new FrameError("error", text);
  };
}
