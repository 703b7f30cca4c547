/**
 * `npm run histories -- --count 1000`: whether a revocation is exact (I15), with processes killed and the database
 * crashed meanwhile. `--calm` leaves them alone. Exit code 1 when a history is not linearizable.
 */
import { runHistories } from "./run-histories.ts";

const DISTURB_EVERY_MS = 2500;

export async function main(argv: string[]): Promise<number> {
  const at = argv.indexOf("--count");
  const count = at < 0 ? 1000 : Number(argv[at + 1]);
  const others = argv.filter((_, index) => at < 0 || (index !== at && index !== at + 1));
  if (!Number.isSafeInteger(count) || count < 1 || others.some((word) => word !== "--calm")) {
    process.stderr.write("usage: npm run histories -- [--count N] [--calm]\n");
    return 2;
  }
  const disturbEveryMs = others.includes("--calm") ? undefined : DISTURB_EVERY_MS;
  const say = (text: string) => void process.stderr.write(`mandate: ${text}\n`);
  const { figures, violations, unexpected } = await runHistories({ count, disturbEveryMs, say });
  for (const [name, value] of Object.entries(figures)) process.stdout.write(`${name}: ${value}\n`);
  for (const { kind, use, staleByMs } of violations.slice(0, 10)) {
    process.stdout.write(`VIOLATION: ${use.verdict}, ${kind}, ${Math.round(staleByMs)} ms after the change\n`);
  }
  for (const text of unexpected.slice(0, 10)) process.stdout.write(`UNEXPECTED: ${text}\n`);
  return violations.length === 0 && unexpected.length === 0 ? 0 : 1;
}
