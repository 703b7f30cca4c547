/**
 * `npm run histories -- --count 1000`: whether a revocation is exact (I15), with processes killed and the database
 * crashed meanwhile. `--calm` leaves them alone, `--minutes 20` ends it in time. Exit code 1 when a history is not linearizable.
 */
import { parseArgs } from "node:util";
import { runHistories } from "./run-histories.ts";

const DISTURB_EVERY_MS = 4000;

const usage = "usage: npm run histories -- [--count N] [--minutes N] [--calm]\n";

export async function main(argv: string[]): Promise<number> {
  const options = readOptions(argv);
  if (options === undefined) {
    process.stderr.write(usage);
    return 2;
  }
  const say = (text: string) => void process.stderr.write(`mandate: ${text}\n`);
  const { figures, violations, unexpected } = await runHistories({ ...options, say });
  for (const [name, value] of Object.entries(figures)) process.stdout.write(`${name}: ${value}\n`);
  for (const { kind, use, staleByMs } of violations.slice(0, 10)) {
    process.stdout.write(`VIOLATION: ${use.verdict}, ${kind}, ${Math.round(staleByMs)} ms after the change\n`);
  }
  for (const text of unexpected.slice(0, 10)) process.stdout.write(`UNEXPECTED: ${text}\n`);
  return violations.length === 0 && unexpected.length === 0 ? 0 : 1;
}

function readOptions(argv: string[]) {
  try {
    const { values } = parseArgs({
      args: argv,
      options: { count: { type: "string" }, minutes: { type: "string" }, calm: { type: "boolean" } },
    });
    const count = Number(values.count ?? "1000");
    const minutesMax = Number(values.minutes ?? "1440");
    if (!Number.isSafeInteger(count) || count < 1 || !(minutesMax > 0)) return undefined;
    return { count, minutesMax, disturbEveryMs: values.calm === true ? undefined : DISTURB_EVERY_MS };
  } catch {
    return undefined;
  }
}
