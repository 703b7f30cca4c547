/** Several `mandate start` on one PostgreSQL, as they run behind a load balancer: one origin, one root key, one app. */
import { randomBytes, randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { findServer } from "@mandate/cli/operator-request";
import { findPostgres, type PostgresCluster, startPostgres } from "@mandate/server/testing/postgres-cluster";
import { createHttpClient, type HttpClient } from "./http-client.ts";
import { type App, type MandateProcess, startMandate } from "./mandate-process.ts";

export type Replica = { mandate: MandateProcess; client: HttpClient };

export type Replicas = {
  cluster: PostgresCluster;
  pairs: Replica[];
  app: App;
  /** What clients believe to call, whichever replica answers. */
  origin: string;
  remove(): Promise<void>;
};

/** One client of all replicas: each request goes to one of them at random, and when that one fails to another. */
export function spread(pairs: readonly Replica[]): HttpClient {
  const choose = () => pairs[randomInt(0, pairs.length)]!.client;
  const send: HttpClient["send"] = (request) => choose().send(request);
  return {
    send,
    async sendUntilAnswered(request) {
      for (let attempts = 1; ; attempts++) {
        const answer = await send(request).catch(() => undefined);
        if (answer !== undefined && answer.status !== 503) return { ...answer, attempts };
        await sleep(20);
      }
    },
    close: () => undefined,
  };
}

// From the sources and from the build alike.
const root = fileURLToPath(new URL(import.meta.url.includes("/dist/") ? "../../.." : "../..", import.meta.url));
const origin = "http://wallets.test";

export const hasPostgres = findPostgres() !== undefined;

export async function startReplicas(
  count: number,
  environment: { [name: string]: string } = {},
  settings: { [name: string]: string | number } = {},
): Promise<Replicas> {
  const bin = findPostgres();
  if (bin === undefined) throw new Error("PostgreSQL is not installed; see CONTRIBUTING.md");
  const cluster = await startPostgres(bin, settings);
  const pairs: Replica[] = [];
  const remove = async () => {
    for (const { mandate, client } of pairs) {
      client.close();
      await mandate.remove();
    }
    await cluster.remove();
  };
  try {
    const shared = {
      MANDATE_DATABASE_URL: await cluster.makeDatabase(),
      MANDATE_ROOT_KEY_PROVIDER: "env",
      MANDATE_ROOT_KEY: randomBytes(32).toString("hex"),
      MANDATE_PUBLIC_URL: origin,
      MANDATE_RATE_LIMIT: "1000000",
      MANDATE_DEV_CHAINS: "0",
      ...environment,
    };
    for (let index = 0; index < count; index++) {
      const mandate = await startMandate({ root, environment: shared });
      pairs.push({ mandate, client: createHttpClient(findServer({}, mandate.dataDir).localUrl) });
    }
    return { cluster, pairs, app: await pairs[0]!.mandate.makeApp(), origin, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}
