/** What was spent in one minute of Unix time, counted in minutes. */
export type Bucket = { minute: number; sum: bigint };

const MINUTE_S = 60;

/**
 * The sum of the last `seconds`, in whole minutes: a minute of which any second lies in the window counts in full, so
 * the sum is never less than the exact one. So do minutes that lie ahead, which is what a clock that was put back sees.
 */
export function sumWindow(buckets: readonly Bucket[], nowS: number, seconds: number): bigint {
  return liveBuckets(buckets, nowS, seconds).reduce((total, { sum }) => total + sum, 0n);
}

/** The buckets with `amount` added now, without those that no window of `seconds` will reach again. In order of time. */
export function addToWindow(buckets: readonly Bucket[], nowS: number, seconds: number, amount: bigint): Bucket[] {
  const live = liveBuckets(buckets, nowS, seconds);
  const last = live.at(-1);
  const minute = Math.max(Math.floor(nowS / MINUTE_S), last?.minute ?? 0);
  if (last?.minute === minute) return [...live.slice(0, -1), { minute, sum: last.sum + amount }];
  return [...live, { minute, sum: amount }];
}

function liveBuckets(buckets: readonly Bucket[], nowS: number, seconds: number): Bucket[] {
  return buckets.filter(({ minute }) => (minute + 1) * MINUTE_S > nowS - seconds);
}
