import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { hasPostgres } from "../processes/replicas.ts";
import { runHistories } from "./run-histories.ts";

const COUNT = Math.round(4 * Number(process.env.MANDATE_FUZZ ?? 1));
const say = () => undefined;
const loader = fileURLToPath(new URL("../dist/histories/load-careless-storage.cjs", import.meta.url));
const careless = { NODE_OPTIONS: `--require ${loader}` };

if (!hasPostgres) console.warn("PostgreSQL is not installed: the histories are skipped");

/** A share of `npm run histories`. */
describe.skipIf(!hasPostgres || process.platform !== "linux")("I15 on two API and signer pairs", () => {
  it("no signature is released under a state that an acknowledged change had ended, kills and crashes included", async () => {
    const { figures, violations, unexpected } = await runHistories({ count: COUNT, disturbEveryMs: 3000, say });
    console.log(JSON.stringify(figures));
    expect(violations).toEqual([]);
    expect(unexpected).toEqual([]);
    expect(figures["operations in the shortest history"]).toBeGreaterThanOrEqual(200);
    for (const name of ["released", "refused"]) expect(figures[name], name).toBeGreaterThan(COUNT * 20);
  });

  it("the version condition is what keeps it so: with stale reads it holds, without the condition it does not", async () => {
    const stale = async (environment: { [name: string]: string }) =>
      (await runHistories({ count: 2, disturbEveryMs: undefined, environment, say })).figures[
        "released under an ended state"
      ];
    expect(await stale(careless)).toBe(0);
    expect(await stale({ ...careless, TEST_WITHOUT_VERSIONS: "1" })).toBeGreaterThan(0);
  });
});
