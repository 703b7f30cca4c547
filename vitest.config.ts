import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

// Tests read the sources through the "mandate-src" export condition, so no build is needed to run them.
const conditions = ["mandate-src", "node", "import", "module", "default"];

const shared = { resolve: { conditions }, ssr: { resolve: { conditions, externalConditions: conditions } } };

// Packages of their own, which `npm test` installs (tools/bootstrap.cts). Without them their tests cannot load.
const missing = [
  { packages: "e2e/oracles", tests: "e2e/oracles" },
  { packages: "e2e/web", tests: "e2e/web" },
  { packages: "examples/react-session-signer", tests: "e2e/react" },
  { packages: "examples/react-session-signer", tests: "e2e/example" },
].filter(({ packages }) => !existsSync(fileURLToPath(new URL(`${packages}/node_modules`, import.meta.url))));
for (const { packages, tests } of missing) {
  console.warn(`the tests of ${tests} are left out: run npm ci in ${packages}`);
}
const withoutPackages = missing.map(({ tests }) => `${tests}/**`);

export default defineConfig({
  ...shared,
  test: {
    projects: [
      {
        ...shared,
        test: {
          name: "unit",
          include: ["*.test.ts", "{core,signer,contract,server,cli,tools,wallet-frame,dashboard}/**/*.test.ts"],
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
          exclude: ["**/node_modules/**", "**/dist/**", ...withoutPackages],
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
