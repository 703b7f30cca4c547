import type { CommandContext } from "../command.ts";
import { findDataFolder } from "../data-folder.ts";
import { findServer, memberOf, operatorGet } from "../operator-request.ts";

/** `mandate app list`: the apps of the running server, without secrets (it does not know them). */
export async function appList(_values: object, context: CommandContext): Promise<number> {
  const server = findServer(context.environment, findDataFolder(context.environment, context.cwd));
  const answer = await operatorGet(server, "/operator/v1/apps");
  if (context.json) {
    context.stdout(`${JSON.stringify(answer)}\n`);
    return 0;
  }
  const apps = Array.isArray(answer) ? answer : memberOf(answer, "data");
  if (!Array.isArray(apps) || apps.length === 0) {
    context.stdout('No apps yet. Make one: npx mandate app create --name "My app"\n');
    return 0;
  }
  for (const app of apps) context.stdout(`${String(memberOf(app, "id"))}  ${String(memberOf(app, "name"))}\n`);
  return 0;
}
