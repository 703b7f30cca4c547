import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { main } from "../main.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mandate-example-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function run(environment: NodeJS.ProcessEnv): Promise<{ code: number; said: string }> {
  let said = "";
  const stderr = (text: string) => {
    said += text;
  };
  const context = { environment, cwd: folder, stdout: () => undefined, stderr };
  return { code: await main(["example"], context), said };
}

it("says how to start a server where none runs", async () => {
  const { code, said } = await run({ MANDATE_DATA_DIR: folder });
  expect(code).toBe(1);
  expect(said).toContain("Start one with: npm start");
});

it("says where a server's credentials are looked for when it is told a server", async () => {
  const { code, said } = await run({ MANDATE_DATA_DIR: folder, MANDATE_URL: "http://127.0.0.1:1" });
  expect(code).toBe(1);
  expect(said).toContain("Set MANDATE_DATA_DIR to the server's data folder");
});
