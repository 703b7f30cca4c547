import { rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { JsonObject } from "@mandate/core/encoding/json-value";
import { type Answer, createHttpClient } from "../processes/http-client.ts";
import { type MandateOptions, type MandateProcess, startMandate } from "../processes/mandate-process.ts";
import { type P256Key, prepareRequest } from "../processes/signed-request.ts";

/**
 * A server that is stopped and started on the same folder, with an app. Its database is a file in that folder, also
 * where the tests run on PostgreSQL: these faults are those of what the server itself writes.
 */
export type Site = Awaited<ReturnType<typeof startSite>>;

// From the sources and from the build alike.
const root = fileURLToPath(new URL(import.meta.url.includes("/dist/") ? "../../.." : "../..", import.meta.url));

export async function startSite(environment: { [name: string]: string } = {}, options: Partial<MandateOptions> = {}) {
  const start = (dataDir?: string): Promise<MandateProcess> =>
    startMandate({
      ...{ root, onFile: true, ...options },
      environment: { MANDATE_RATE_LIMIT: "1000000", ...environment, ...options.environment },
      ...(dataDir === undefined ? {} : { dataDir }),
    });
  let mandate = await start(options.dataDir);
  const { dataDir } = mandate;
  const app = await mandate.makeApp();
  let client = createHttpClient(mandate.url);

  function prepare(method: string, path: string, body?: JsonObject, keys: P256Key[] = [], expiryMs?: number) {
    const options = { keys, ...(expiryMs === undefined ? {} : { expiryMs }) };
    return prepareRequest({ origin: mandate.url, app }, method, path, body, options);
  }

  const send = (method: string, path: string, body?: JsonObject, keys?: P256Key[]): Promise<Answer> =>
    client.send(prepare(method, path, body, keys));

  return {
    dataDir,
    app,
    url: () => mandate.url,
    output: () => mandate.output(),
    pids: () => mandate.pids(),
    prepare,
    client: () => client,
    send,
    async make(method: string, path: string, body: JsonObject, keys?: P256Key[]): Promise<JsonObject> {
      const answer = await send(method, path, body, keys);
      if (answer.status !== 200) throw new Error(`${method} ${path}: ${answer.status} ${answer.body}`);
      return JSON.parse(answer.body) as JsonObject;
    },
    /** Stops it, lets `between` do something to the folder, and starts it again. */
    async restart(between: () => void | Promise<void>): Promise<void> {
      client.close();
      await mandate.stop();
      await between();
      mandate = await start(dataDir);
      client = createHttpClient(mandate.url);
    },
    async stop(): Promise<void> {
      client.close();
      await mandate.stop();
    },
    async remove(): Promise<void> {
      client.close();
      await mandate.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
