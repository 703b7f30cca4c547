/** One kind of thing that goes wrong, made to go wrong here: bounded in time and number, on loopback, alone or in a row. */
export type Fault = {
  /** Its number in docs/reliability.md. */
  id: string;
  title: string;
  /** What must be installed for it. */
  needs?: "postgres";
  /** What must hold, in words. */
  mustHold: string;
  run(options: FaultOptions): Promise<FaultReport>;
};

export type FaultOptions = {
  /** Everything, as docs/reliability.md reports it; otherwise a share that fits into every test run. */
  full: boolean;
  say(text: string): void;
};

export type FaultReport = {
  figures: { [name: string]: string | number };
  /** What must never happen and did, in words. Empty when all is well. */
  violations: string[];
};

/** The value below which this share of the samples lies; 0 without samples. */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

export function formatMs(ms: number): string {
  return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
}
