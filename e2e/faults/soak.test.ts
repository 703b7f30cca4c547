import { describe, expect, it } from "vitest";
import { findGrowth, soak } from "./soak.ts";

const sample = (parts: object) => ({
  minute: 1,
  apiMegabytes: 100,
  signerMegabytes: 80,
  files: 60,
  p50: 5,
  p99: 30,
  requests: 1000,
  ...parts,
});

describe("the soak", () => {
  it("finds what grows, and not what only varies", () => {
    const flat = Array.from({ length: 16 }, (_, at) => sample({ apiMegabytes: 100 + (at % 3), p99: 30 + (at % 5) }));
    expect(findGrowth(flat)).toEqual([]);
    expect(findGrowth(flat.map((one, at) => ({ ...one, apiMegabytes: 100 + at * 5 })))).toHaveLength(1);
    expect(findGrowth(flat.map((one, at) => ({ ...one, files: 60 + at })))).toHaveLength(1);
    expect(findGrowth(flat.map((one, at) => ({ ...one, p99: 30 + at * 20 })))).toHaveLength(1);
    // A young process grows to its size.
    expect(findGrowth(flat.map((one, at) => ({ ...one, apiMegabytes: at < 4 ? 60 + at * 10 : 100 })))).toEqual([]);
  });

  it.skipIf(process.platform !== "linux")("runs, for ten seconds here (npm run soak: 15 minutes)", async () => {
    const report = await soak({ policies: 100, samples: 4, sampleMs: 2_500, say: () => undefined });
    console.log(JSON.stringify(report.samples));
    expect(report.violations.filter((violation) => violation.startsWith("unexpected"))).toEqual([]);
    expect(report.signatures).toBeGreaterThan(20);
    expect(report.changes).toBeGreaterThan(5);
  });
});
