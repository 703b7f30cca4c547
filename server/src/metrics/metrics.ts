import type { SignerClient } from "@mandate/signer/client";
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { HttpLogEntry } from "../http/listen.ts";
import type { Storage } from "../storage/storage.ts";

export type Metrics = {
  registry: Registry;
  observeRequest(entry: HttpLogEntry): void;
  countOverload(): void;
  /** The same client, counting its answers by outcome. */
  watchSigner(client: SignerClient): SignerClient;
  /** The same storage, counting its commits by result. */
  watchStorage(storage: Storage): Storage;
};

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

/**
 * What an operator watches (docs/operations.md). Labels are operations, statuses and outcomes of this code base: no id
 * of an app, a wallet or a user, so their number is bounded and nothing about anybody is in them.
 */
export function createMetrics(inFlight: () => number): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry, prefix: "mandate_" });
  const requests = new Counter({
    name: "mandate_http_requests_total",
    help: "HTTP requests answered",
    labelNames: ["operation", "status"] as const,
    registers,
  });
  const duration = new Histogram({
    name: "mandate_http_request_duration_seconds",
    help: "Time from a request's head to its answer",
    labelNames: ["operation"] as const,
    buckets: SECONDS,
    registers,
  });
  const overload = new Counter({
    name: "mandate_http_overload_total",
    help: "Requests turned away because too many were under way",
    registers,
  });
  const signer = new Counter({
    name: "mandate_signer_answers_total",
    help: "Answers of the signer, by outcome and, for refusals, code",
    labelNames: ["outcome", "code"] as const,
    registers,
  });
  const signerDuration = new Histogram({
    name: "mandate_signer_answer_duration_seconds",
    help: "Time from a message to the signer until its answer",
    buckets: SECONDS,
    registers,
  });
  const commits = new Counter({
    name: "mandate_storage_commits_total",
    help: "Commits, by result",
    labelNames: ["result"] as const,
    registers,
  });
  const commitDuration = new Histogram({
    name: "mandate_storage_commit_duration_seconds",
    help: "Time until a commit is durable or refused",
    buckets: SECONDS,
    registers,
  });
  new Gauge({
    name: "mandate_http_requests_in_flight",
    help: "Requests being worked on",
    registers,
    collect() {
      this.set(inFlight());
    },
  });

  return {
    registry,
    observeRequest({ operation = "none", status, durationMs }) {
      requests.inc({ operation, status: String(status) });
      duration.observe({ operation }, durationMs / 1000);
    },
    countOverload: () => overload.inc(),
    watchSigner(client) {
      return {
        ...client,
        async send(message) {
          const stop = signerDuration.startTimer();
          const answer = await client.send(message).catch((error: unknown) => {
            signer.inc({ outcome: "unavailable", code: "" });
            throw error;
          });
          stop();
          signer.inc({ outcome: answer.outcome, code: answer.outcome === "refused" ? answer.code : "" });
          return answer;
        },
      };
    },
    watchStorage(storage) {
      const commit: Storage["commit"] = async (unit) => {
        const stop = commitDuration.startTimer();
        const result = await storage.commit(unit).catch((error: unknown) => {
          commits.inc({ result: "failed" });
          throw error;
        });
        stop();
        commits.inc({ result: result.ok ? "ok" : result.reason });
        return result;
      };
      return new Proxy(storage, { get: (inner, name) => (name === "commit" ? commit : Reflect.get(inner, name)) });
    },
  };
}
