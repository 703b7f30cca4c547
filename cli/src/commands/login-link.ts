import type { CommandContext } from "../command.ts";
import { findDataFolder } from "../data-folder.ts";
import { createLoginLink } from "../login-link.ts";
import { findServer } from "../operator-request.ts";

export type LoginLinkValues = { email?: string };

/** `mandate login-link`: a new link to the dashboard; works once. */
export async function loginLink(values: LoginLinkValues, context: CommandContext): Promise<number> {
  const server = findServer(context.environment, findDataFolder(context.environment, context.cwd));
  const link = await createLoginLink(server, values.email);
  if (context.json) context.stdout(`${JSON.stringify({ url: link.url, expires_at: link.expiresAtMs })}\n`);
  else context.stdout(`${link.url}\n\nIt works once, until ${new Date(link.expiresAtMs).toISOString()}.\n`);
  return 0;
}
