/** The app that `mandate example` acts for: made once for a server, and kept in its data folder with its secret. */
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { generateAppId, generateAppSecret, registerApp } from "./app-registration.ts";
import { CliError, systemErrorCode } from "./cli-error.ts";
import { operatorChange, type ServerAddress } from "./operator-request.ts";
import { isExposed, replacePrivateFile } from "./private-file.ts";

export type ExampleApp = { id: string; secret: string; path: string };

const name = "Coffee tab";

/** Finds or makes the app, lets pages of these origins call it, and switches Server-side access on. */
export async function prepareExampleApp(
  server: ServerAddress,
  dataDir: string,
  origins: string[],
): Promise<ExampleApp> {
  const folder = join(dataDir, "example");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, "app.json");
  const kept = readApp(path);
  if (kept !== undefined && (await openApp(server, kept.id, origins))) return { ...kept, path };
  const app = { id: generateAppId(), secret: generateAppSecret() };
  // First the file, so that no app is left behind whose secret nobody has.
  replacePrivateFile(path, `${JSON.stringify(app, null, 2)}\n`);
  const registration = {
    ...app,
    name,
    allowedOrigins: origins,
    jwt: undefined,
    testAccounts: [],
    serverSideAccess: true,
  };
  await registerApp(server, registration, Date.now());
  return { ...app, path };
}

/** False where the server does not have the app (any more). */
async function openApp(server: ServerAddress, id: string, origins: string[]): Promise<boolean> {
  const body = { allowed_origins: origins, server_side_access: true };
  try {
    await operatorChange(server, { method: "PATCH", path: `/operator/v1/apps/${id}`, appId: id, body }, Date.now());
    return true;
  } catch (error) {
    if (error instanceof CliError && error.code === "not_found") return false;
    throw error;
  }
}

function readApp(path: string): { id: string; secret: string } | undefined {
  let text: string;
  try {
    if (isExposed(path)) {
      throw new CliError(
        "example_file_exposed",
        `Other users of this machine can read ${path}, which holds an app's secret. Delete it; the next start makes another app.`,
      );
    }
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return undefined;
    throw error;
  }
  try {
    const { id, secret } = JSON.parse(text) as { id: unknown; secret: unknown };
    if (typeof id === "string" && typeof secret === "string") return { id, secret };
  } catch {
    // Damaged: as good as none.
  }
  return undefined;
}
