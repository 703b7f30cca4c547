import { formatBootBlock } from "../boot-block.ts";
import { CliError } from "../cli-error.ts";
import type { CommandContext } from "../command.ts";
import { seedDevelopmentApp } from "../development-app.ts";
import { startInstance } from "../instance.ts";
import { createLoginLink } from "../login-link.ts";
import type { ServerAddress } from "../operator-request.ts";
import { readSettings } from "../settings.ts";
import { onStopSignal } from "../stop-signal.ts";

/** `mandate start`: everything, until Ctrl-C. Prints one block when ready (one JSON line with `--json`). */
export async function start(_values: object, context: CommandContext): Promise<number> {
  const begunAt = performance.now();
  const stopping = new AbortController();
  const forget = onStopSignal(() => stopping.abort(), context.environment);
  try {
    const settings = readSettings(context.environment, context.cwd);
    const onMessage = (message: string) => context.stderr(`mandate: ${message}\n`);
    const { environment } = context;
    const instance = await startInstance({ settings, environment, onMessage, signal: stopping.signal });
    stopping.signal.addEventListener("abort", () => void instance.stop());
    try {
      const appId = settings.production
        ? undefined
        : await seedDevelopmentApp(instance.server).catch((error: unknown) => {
            // A server without that app is whole; a start must not fail for it.
            if (!(error instanceof CliError)) throw error;
            if (!stopping.signal.aborted) onMessage(`no development app was made: ${error.message}`);
            return undefined;
          });
      if (!stopping.signal.aborted) {
        const { url, chains, version, dataDir } = instance.facts;
        const loginUrl = settings.dashboard ? await findLoginUrl(instance.server, onMessage) : undefined;
        const elapsedMs = performance.now() - begunAt;
        const block = {
          version,
          elapsedMs,
          apiUrl: url,
          loginUrl,
          dataDir,
          chains,
          developmentAppId: appId,
          cwd: context.cwd,
        };
        context.stdout(
          context.json
            ? `${JSON.stringify({ ...instance.facts, appId: appId ?? null, loginUrl: loginUrl ?? null })}\n`
            : formatBootBlock(block),
        );
      }
      await instance.closed;
    } finally {
      await instance.stop();
    }
    return 0;
  } catch (error) {
    if (stopping.signal.aborted && error instanceof CliError && error.code === "stopped") return 0;
    throw error;
  } finally {
    forget();
  }
}

async function findLoginUrl(server: ServerAddress, onMessage: (message: string) => void): Promise<string | undefined> {
  try {
    return (await createLoginLink(server)).url;
  } catch (error) {
    // A server that runs is worth more than its link; the command makes another one.
    if (!(error instanceof CliError)) throw error;
    onMessage(`no dashboard link was made: ${error.message}`);
    return undefined;
  }
}
