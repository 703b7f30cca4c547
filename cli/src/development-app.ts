/** The app that a first start makes, so that there is something to try. */
import { generateAppId, registerApp } from "./app-registration.ts";
import { memberOf, operatorGet, type ServerAddress } from "./operator-request.ts";

const name = "Development";

/**
 * Makes the app when the server has none at all, and gives its id, or undefined where other apps are. Nobody keeps the
 * secret it is made with: whoever wants to call asks for one of their own with `mandate app secret create`.
 */
export async function seedDevelopmentApp(server: ServerAddress): Promise<string | undefined> {
  const apps = await listApps(server);
  const existing = apps.find((app) => memberOf(app, "name") === name);
  if (existing !== undefined) return String(memberOf(existing, "id"));
  if (apps.length > 0) return undefined;
  const id = generateAppId();
  const app = { id, name, allowedOrigins: [], jwt: undefined, testAccounts: [], serverSideAccess: true };
  await registerApp(server, app, Date.now());
  return id;
}

/** `GET /operator/v1/apps` answers a list, bare or as `data`. */
async function listApps(server: ServerAddress) {
  const answer = await operatorGet(server, "/operator/v1/apps");
  const list = Array.isArray(answer) ? answer : memberOf(answer, "data");
  return Array.isArray(list) ? list : [];
}
