import type { CommandContext } from "../command.ts";
import { findDataFolder } from "../data-folder.ts";
import { findServer, memberOf, operatorGet } from "../operator-request.ts";

/** `mandate status`: what the running server says of itself. */
export async function status(_values: object, context: CommandContext): Promise<number> {
  const server = findServer(context.environment, findDataFolder(context.environment, context.cwd));
  const answer = await operatorGet(server, "/operator/v1/status");
  if (context.json) {
    context.stdout(`${JSON.stringify(answer)}\n`);
    return 0;
  }
  for (const member of ["url", "version", "dataDir", "database", "signer", "chains"]) {
    const value = memberOf(answer, member);
    if (value === undefined) continue;
    context.stdout(`${member.padEnd(10)}${typeof value === "string" ? value : JSON.stringify(value)}\n`);
  }
  return 0;
}
