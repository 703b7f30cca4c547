/**
 * The process that makes the load: a closed loop with a fixed number of requests in flight, all signed beforehand. It
 * talks with `bench.ts` over the channel that `fork` opens.
 */
import { createPrivateKey } from "node:crypto";
import type { App } from "../processes/mandate-process.ts";
import { prepareRequest } from "../processes/signed-request.ts";
import { openRawConnection } from "./raw-connection.ts";
import { makeBody, type WorkloadName } from "./workload.ts";

export type LoadOrder = {
  url: string;
  app: App;
  walletId: string;
  /** Of the session signer: PKCS#8 DER, base64. */
  signerKeyBase64: string;
  workload: WorkloadName;
  /** Number of the first request, so that no run repeats another's. */
  first: number;
  requests: number;
  inFlight: number;
};

export type LoadResult = {
  seconds: number;
  /** Milliseconds, in ascending order. */
  latencies: number[];
  /** Status and body of answers other than 200, at most a few. */
  failures: string[];
  failed: number;
  /** The first request's answer, for the parent to check. */
  sample: string;
};

export type FromGenerator =
  | { kind: "prepared" }
  | { kind: "done"; result: LoadResult }
  | { kind: "failed"; reason: string };
export type ToGenerator = { kind: "prepare"; order: LoadOrder } | { kind: "run" };

/** The SDK asks for minutes too. */
const EXPIRY_MS = 15 * 60_000;

let order: LoadOrder | undefined;
let prepared: Buffer[] = [];

process.on("message", (message: ToGenerator) => {
  act(message).catch((error: unknown) => {
    tell({ kind: "failed", reason: error instanceof Error ? error.message : "unknown" });
  });
});

async function act(message: ToGenerator): Promise<void> {
  if (message.kind === "prepare") {
    order = message.order;
    prepared = prepareAll(message.order);
    tell({ kind: "prepared" });
  } else {
    tell({ kind: "done", result: await run(order!) });
  }
}

function tell(message: FromGenerator): void {
  process.send!(message);
}

function prepareAll({ url, app, walletId, signerKeyBase64, workload, first, requests }: LoadOrder): Buffer[] {
  const privateKey = createPrivateKey({
    key: Buffer.from(signerKeyBase64, "base64"),
    format: "der",
    type: "pkcs8",
  });
  const keys = [{ privateKey, publicKeySpkiBase64: "" }];
  const { host } = new URL(url);
  const expiryMs = Date.now() + EXPIRY_MS;
  return Array.from({ length: requests }, (_, at) => {
    const path = `/v1/wallets/${walletId}/rpc`;
    const body = makeBody(workload, first + at);
    const request = prepareRequest({ origin: url, app }, "POST", path, body, { keys, expiryMs });
    const lines = Object.entries(request.headers).map(([name, value]) => `${name}: ${value}`);
    const length = Buffer.byteLength(request.body);
    return Buffer.from(
      `POST ${path} HTTP/1.1\r\nhost: ${host}\r\n${lines.join("\r\n")}\r\ncontent-length: ${length}\r\n\r\n${request.body}`,
    );
  });
}

async function run({ url, inFlight }: LoadOrder): Promise<LoadResult> {
  const { hostname, port } = new URL(url);
  const connections = await Promise.all(
    Array.from({ length: inFlight }, () => openRawConnection(hostname, Number(port))),
  );
  const latencies: number[] = [];
  const failures: string[] = [];
  let failed = 0;
  let sample = "";
  let next = 0;
  const begunAt = performance.now();
  await Promise.all(
    connections.map(async (connection) => {
      while (next < prepared.length) {
        const at = next++;
        const sentAt = performance.now();
        const { status, body } = await connection.exchange(prepared[at]!);
        latencies.push(performance.now() - sentAt);
        if (at === 0) sample = body.toString("utf8");
        if (status === 200) continue;
        failed++;
        if (failures.length < 3) failures.push(`${status} ${body.toString("utf8")}`);
      }
    }),
  );
  const seconds = (performance.now() - begunAt) / 1000;
  for (const connection of connections) connection.close();
  return { seconds, latencies: latencies.sort((a, b) => a - b), failures, failed, sample };
}
