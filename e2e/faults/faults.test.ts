import { describe, expect, it } from "vitest";
import { faults } from "./faults.ts";

/** A share of every fault; `npm run faults` runs them whole. */
describe.skipIf(process.platform !== "linux")("faults", () => {
  for (const { id, title, mustHold, run } of faults) {
    it(`${id} ${title}: ${mustHold}`, async () => {
      const { figures, violations } = await run({ full: false, say: () => undefined });
      console.log(id, JSON.stringify(figures));
      expect(violations).toEqual([]);
    });
  }
});
