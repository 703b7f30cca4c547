import type { Goal } from "./goals.ts";
import type { WorkloadName } from "./workload.ts";

export type Run = {
  workload: WorkloadName;
  inFlight: number;
  requests: number;
  failed: number;
  perSecond: number;
  /** CPU per signature over all processes of the server; undefined where the kernel does not tell. */
  cpuMicroseconds: number | undefined;
  apiMicroseconds: number | undefined;
  signerMicroseconds: number | undefined;
  p50Ms: number;
  p99Ms: number;
  /** `cpuMicroseconds` over the floor of this run of the benchmark. */
  ratioToFloor: number | undefined;
};

export type Report = {
  machine: { node: string; processors: number; model: string };
  primitives: { [name: string]: string };
  /** Before and after: how far they differ says how quiet the machine was. */
  floorBeforeMicroseconds: number;
  floorAfterMicroseconds: number;
  /** The lower of the two. */
  floorMicroseconds: number;
  runs: Run[];
  syncsPerRequest: number | undefined;
  memoryMegabytes: number | undefined;
  goals: Goal[];
};

/** The report as a table for people. */
export function formatReport(report: Report): string {
  const { machine, runs, goals } = report;
  const us = (value: number | undefined) => (value === undefined ? "–" : value.toFixed(0));
  const rows = runs.map((run) => [
    run.workload,
    String(run.inFlight),
    run.perSecond.toFixed(0),
    us(run.cpuMicroseconds),
    us(run.apiMicroseconds),
    us(run.signerMicroseconds),
    run.ratioToFloor?.toFixed(2) ?? "–",
    run.p50Ms.toFixed(1),
    run.p99Ms.toFixed(1),
  ]);
  const head = ["signed", "in flight", "per second", "CPU µs", "API", "signer", "× floor", "p50 ms", "p99 ms"];
  const goalRows = goals.map(({ name, value, goal, alarm, verdict }) => [
    name,
    value?.toFixed(2) ?? "–",
    `≤ ${goal}`,
    `> ${alarm}`,
    verdict,
  ]);
  return [
    `Node ${machine.node}, ${machine.processors} × ${machine.model}`,
    `Primitives: ${Object.entries(report.primitives)
      .map(([name, implementation]) => `${name} ${implementation}`)
      .join(", ")}`,
    `Floor (P-256 verify + Keccak-256 + secp256k1 sign): ${us(report.floorBeforeMicroseconds)} µs before, ${us(report.floorAfterMicroseconds)} µs after`,
    "",
    "A session signer's request over HTTP: authorised, decided by its policy, signed in the isolated signer, its receipt",
    "durable before the answer leaves.",
    "",
    formatTable([head, ...rows]),
    "",
    formatTable([["goal", "value", "goal", "alarm", ""], ...goalRows]),
    "",
  ].join("\n");
}

function formatTable(rows: string[][]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => [...row[column]!].length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
