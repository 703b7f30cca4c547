import { defineConfig } from "vitest/config";

// Tests read the sources through the "mandate-src" export condition, so no build is needed to run them.
const conditions = ["mandate-src", "node", "import", "module", "default"];

const shared = { resolve: { conditions }, ssr: { resolve: { conditions, externalConditions: conditions } } };

export default defineConfig({
  ...shared,
  test: {
    projects: [
      {
        ...shared,
        test: {
          name: "unit",
          include: ["*.test.ts", "{core,signer,contract,server,cli,tools}/**/*.test.ts"],
          exclude: ["**/node_modules/**", "**/dist/**"],
          testTimeout: 60_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        ...shared,
        test: {
          name: "e2e",
          include: ["e2e/**/*.test.ts"],
          globalSetup: ["e2e/build.ts"],
          exclude: ["**/node_modules/**", "**/dist/**"],
          testTimeout: 180_000,
          hookTimeout: 120_000,
          fileParallelism: false,
          // After the others: what measures time and kills processes wants the machine for itself.
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
