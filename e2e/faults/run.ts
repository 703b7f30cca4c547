/**
 * `npm run faults`: makes things go wrong and says what became of it. `npm run faults -- F13 F16` runs some, `--small`
 * the share that every test run has, `--json` prints the reports. Exit code 1 when something happened that must not.
 */
import type { FaultReport } from "./fault.ts";
import { faults } from "./faults.ts";

type Result = { id: string; title: string; mustHold: string; seconds: number } & FaultReport;

export async function main(argv: string[]): Promise<number> {
  const wanted = argv.filter((word) => !word.startsWith("--"));
  const flags = argv.filter((word) => word.startsWith("--"));
  const unknown = [
    ...wanted.filter((id) => !faults.some((fault) => fault.id === id)),
    ...flags.filter((flag) => flag !== "--json" && flag !== "--small"),
  ];
  if (unknown.length > 0) {
    const known = faults.map(({ id }) => id).join(" ");
    process.stderr.write(`Unknown argument: ${unknown[0]}. Usage: npm run faults -- [--small] [--json] [${known}]\n`);
    return 2;
  }
  const say = (text: string) => void process.stderr.write(`mandate: ${text}\n`);
  const isJson = flags.includes("--json");
  const results: Result[] = [];
  for (const { id, title, mustHold, run } of faults) {
    if (wanted.length > 0 && !wanted.includes(id)) continue;
    say(`${id}: ${title} …`);
    const beganAt = performance.now();
    const report = await run({ full: !flags.includes("--small"), say });
    const seconds = Math.round((performance.now() - beganAt) / 1000);
    const result = { id, title, mustHold, seconds, ...report };
    results.push(result);
    if (!isJson) process.stdout.write(format(result));
  }
  if (isJson) process.stdout.write(`${JSON.stringify(results)}\n`);
  return results.some(({ violations }) => violations.length > 0) ? 1 : 0;
}

function format({ id, title, mustHold, seconds, figures, violations }: Result): string {
  const verdict = violations.length === 0 ? "holds" : "VIOLATED";
  const lines = [`${id} ${title}: ${verdict} (${seconds} s)`, `  must hold: ${mustHold}`];
  for (const [name, value] of Object.entries(figures)) lines.push(`  ${name}: ${value}`);
  for (const violation of violations) lines.push(`  VIOLATION: ${violation}`);
  return `${lines.join("\n")}\n`;
}
