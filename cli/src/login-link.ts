/** A link that signs one browser in to the dashboard, once. */
import { CliError } from "./cli-error.ts";
import { memberOf, operatorSend, type ServerAddress } from "./operator-request.ts";

export type LoginLink = { url: string; expiresAtMs: number };

/** Ends the links of before. `email` names the member whose browser is to be signed in. */
export async function createLoginLink(server: ServerAddress, email?: string): Promise<LoginLink> {
  const answer = await operatorSend(server, "/operator/v1/login_links", email === undefined ? {} : { email });
  const url = memberOf(answer, "url");
  const expiresAtMs = memberOf(answer, "expires_at");
  if (typeof url !== "string" || typeof expiresAtMs !== "number") {
    throw new CliError("server_error", "The server answered with something that is not a link.");
  }
  return { url, expiresAtMs };
}
