import { describe, expect, it } from "vitest";
import { hasPostgres } from "../processes/replicas.ts";
import { faults } from "./faults.ts";

/** A share of every fault; `npm run faults` runs them whole. */
describe.skipIf(process.platform !== "linux")("faults", () => {
  for (const { id, title, needs, mustHold, run } of faults) {
    it.skipIf(needs === "postgres" && !hasPostgres)(`${id} ${title}: ${mustHold}`, async () => {
      const { figures, violations } = await run({ full: false, say: () => undefined });
      console.log(id, JSON.stringify(figures));
      expect(violations).toEqual([]);
    });
  }
});
