import { readFileSync } from "node:fs";
import { Socket } from "node:net";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { createSignerClient } from "@mandate/signer/client";
import { createApp } from "./app.ts";
import { createJwksCache } from "./authenticate/jwks-cache.ts";
import { createChains } from "./chains/chains.ts";
import { ConfigError, readConfig } from "./config/config.ts";
import type { Deps } from "./deps.ts";
import { createGuardedFetch } from "./egress/guarded-fetch.ts";
import { admitRequests } from "./http/admission.ts";
import { createHttpServer, type HttpLogEntry } from "./http/listen.ts";
import { createRequestLog } from "./http/request-log.ts";
import { startCatchUpRecords } from "./jobs/catch-up-records.ts";
import { createLease } from "./jobs/lease.ts";
import { startPrune } from "./jobs/prune.ts";
import { startRebroadcast } from "./jobs/rebroadcast.ts";
import { createLog } from "./log.ts";
import { createMailer, type Mailer } from "./mail/mailer.ts";
import { createMetrics } from "./metrics/metrics.ts";
import { createMetricsServer } from "./metrics/metrics-server.ts";
import { createProviderClient } from "./oauth/provider-client.ts";
import { servePages } from "./pages/pages.ts";
import { createRecordLog } from "./records/record-log.ts";
import { createStorage } from "./storage/open-storage.ts";

/** The API process: the composition root. Its other half is the signer, at the end of file descriptor 3. */
const SIGNER_FD = 3;
const DRAIN_MS = 4000;
/** How long the others wait for a server that does a job and is gone. */
const LEASE_MS = 15_000;
/** How long a start waits for a database server that is itself starting. */
const DATABASE_PATIENCE_MS = 20_000;
/** How long a chain's node may hold up the start. */
const CHAIN_GRACE_MS = 300;

const log = createLog("api", (line) => process.stderr.write(line));

/** Whoever only wants to know whether mail can be sent, and to send some, sees no more than that. */
function mailDeps(mailer: Mailer): Pick<Deps, "mailer" | "sendMail"> {
  return mailer.kind === "none" ? { mailer } : { mailer, sendMail: (mail) => mailer.send(mail) };
}

async function main(): Promise<void> {
  const version = (
    JSON.parse(readFileSync(fileURLToPath(new URL("../package.json", import.meta.url)), "utf8")) as { version: string }
  ).version;
  const config = readConfig(process.env, version);
  let stopping = false;
  const socket = new Socket({ fd: SIGNER_FD, readable: true, writable: true });
  const signer = createSignerClient(socket, (reason) => {
    if (stopping) return;
    log.error(reason);
    // Without a signer nothing can be served; the supervisor starts both again.
    setImmediate(() => process.exit(1));
  });
  const storage = await createStorage(config.databaseUrl, {
    connectionsMax: config.databaseConnectionsMax,
    patienceMs: DATABASE_PATIENCE_MS,
  });
  const nowMs = () => Date.now();
  const metrics = config.metrics === undefined ? undefined : createMetrics(() => admission.inFlight());
  const watched = metrics?.watchStorage(storage) ?? storage;
  const watchedSigner = metrics?.watchSigner(signer) ?? signer;
  const deps: Deps = {
    config,
    storage: watched,
    documents: watched,
    signer: watchedSigner,
    records: createRecordLog({ storage: watched, documents: watched, signer: watchedSigner, log, nowMs }),
    chains: createChains(config.rpcUrls),
    jwks: createJwksCache(nowMs),
    providers: createProviderClient(createGuardedFetch(config.egress), nowMs),
    requestLog: createRequestLog(),
    ...mailDeps(createMailer(config, watched, nowMs)),
    log,
    nowMs,
  };

  const lease = (job: string) =>
    createLease(deps, { job, holder: `${hostname()}:${config.dataDir}`, lastsMs: LEASE_MS });
  const broadcasts = startRebroadcast(deps, lease("rebroadcast"));
  const jobs = [broadcasts.stop, startPrune(deps, lease("prune")), startCatchUpRecords(deps)];
  // What a crash left unsent had better go out before new sends ask for a nonce. Where the node is slow they are told
  // that the nonce is taken and ask again; storage admits no two unsent ones.
  await Promise.race([broadcasts.firstRound, sleep(CHAIN_GRACE_MS)]);
  const admission = admitRequests(servePages(deps, createApp(deps)), config.inFlightMax, () =>
    metrics?.countOverload(),
  );
  const logRequest = (entry: HttpLogEntry) => {
    metrics?.observeRequest(entry);
    deps.requestLog.add(entry, nowMs());
    // Ordinary requests are counted, not written: a line for each costs more than some requests.
    if (entry.event === "exception" || (entry.status >= 500 && entry.status !== 503)) log.error(entry.event, entry);
    else if (config.logRequests) log.info(entry.event, entry);
  };
  const server = createHttpServer({ handler: admission.handler, log: logRequest, nowMs });
  await server.listen(config.port, config.host);
  if (metrics !== undefined && config.metrics !== undefined) {
    const metricsServer = createMetricsServer(metrics.registry);
    await metricsServer.listen(config.metrics.port, config.metrics.host);
    jobs.push(() => metricsServer.close());
  }
  log.info("listening", { host: config.host, port: config.port });

  const stop = async () => {
    if (stopping) return;
    stopping = true;
    for (const end of jobs) end();
    await server.close(DRAIN_MS);
    await deps.records.stop();
    await storage.close();
    signer.close();
    process.exit(0);
  };
  process.on("SIGTERM", () => void stop());
  // A terminal's Ctrl-C reaches the whole group; the supervisor says when to stop.
  process.on("SIGINT", () => undefined);
}

main().catch((error: unknown) => {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  const message =
    code === "EADDRINUSE"
      ? "the port is in use by another program; set MANDATE_PORT"
      : error instanceof Error
        ? error.message
        : "unknown";
  log.error(`cannot start: ${message}`, { code: code ?? (error instanceof Error ? error.name : "unknown") });
  process.exit(error instanceof ConfigError ? 78 : 1);
});
