/**
 * What we hold ourselves to, as ratios: they carry over between machines, where absolute times do not. A value between
 * goal and alarm is worth a look, one beyond the alarm is a regression (or a machine busy with something else).
 */
import type { Report } from "./report.ts";

export type Goal = { name: string; value: number | undefined; goal: number; alarm: number; verdict: Verdict };
export type Verdict = "pass" | "above goal" | "ALARM" | "not measured";

export function judge(report: Omit<Report, "goals">): Goal[] {
  const { runs, floorMicroseconds: floor, syncsPerRequest, memoryMegabytes } = report;
  const find = (workload: string, inFlight: number) =>
    runs.find((run) => run.workload === workload && run.inFlight === inFlight);
  const saturated = find("transaction", 64);
  const cpu = saturated?.cpuMicroseconds;
  const relative = (workload: string) => ratio(find(workload, 64)?.cpuMicroseconds, cpu);
  return [
    rate("CPU per signature / floor, 64 in flight", ratio(cpu, floor), 2.0, 2.4),
    rate("CPU of a message / of a transaction", relative("message"), 1.15, 1.5),
    rate("CPU of typed data / of a transaction", relative("typed data"), 1.15, 1.5),
    rate("p99 / p50 at 64 in flight", ratio(saturated?.p99Ms, saturated?.p50Ms), 3, 6),
    rate("syncs per request at 64 in flight", syncsPerRequest, 0.1, 0.3),
    rate("memory of the larger process, MB", memoryMegabytes, 120, 250),
  ];
}

function ratio(part: number | undefined, whole: number | undefined): number | undefined {
  return part === undefined || whole === undefined || whole === 0 ? undefined : part / whole;
}

function rate(name: string, value: number | undefined, goal: number, alarm: number): Goal {
  const verdict =
    value === undefined ? "not measured" : value <= goal ? "pass" : value <= alarm ? "above goal" : "ALARM";
  return { name, value, goal, alarm, verdict };
}
