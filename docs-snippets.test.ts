/** The code in README.md and docs/guide.md is run, as it stands there, against a server of its own. */
import { spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { registerApp } from "@mandate/cli/app-registration";
import { devChainId, findAnvil } from "@mandate/cli/dev-chain";
import { type Instance, startInstance } from "@mandate/cli/instance";
import { readSettings } from "@mandate/cli/settings";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = dirname(fileURLToPath(import.meta.url));
// Named, since the tests themselves resolve packages to their sources, which Node cannot run.
const entries = { signer: join(root, "signer/dist/main.js"), api: join(root, "server/dist/main.js") };
const isBuilt = Object.values(entries).every((path) => existsSync(path));
const hasChain = findAnvil(process.env) !== undefined;
if (!isBuilt) console.warn("skipped: the documents' code needs a build; run `npm run build`");
else if (!hasChain) console.warn("skipped: the guide's code needs anvil, which is not installed here");

describe.skipIf(!isBuilt)("the code of the documents", () => {
  let folder: string;
  let instance: Instance;

  beforeAll(async () => {
    // Inside the clone, so that the programs find its packages.
    mkdirSync(join(root, "test-results"), { recursive: true });
    folder = mkdtempSync(join(root, "test-results", "docs-"));
    const environment: NodeJS.ProcessEnv = { PATH: process.env.PATH, MANDATE_PORT: "0", MANDATE_DATA_DIR: ".mandate" };
    const settings = readSettings(environment, folder);
    const { signal } = new AbortController();
    instance = await startInstance({ settings, environment, onMessage: () => undefined, signal, entries });
  });

  afterAll(async () => {
    await instance?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it("of README.md does what it says", async () => {
    const registration = {
      name: "Demo",
      allowedOrigins: [],
      jwt: undefined,
      testAccounts: [],
      serverSideAccess: true,
    };
    writeFileSync(
      join(folder, "app.json"),
      JSON.stringify(await registerApp(instance.server, registration, Date.now())),
    );
    const lines = await runBlocks("README.md");
    expect(lines).toEqual([
      expect.stringMatching(/^signed: 0x[0-9a-f]{130}$/),
      "refused: 400 no_rule_allows",
      "refused: 401 zero_correct_authorization_signatures",
    ]);
  });

  it.skipIf(!hasChain)("of docs/guide.md does what it says", async () => {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
    writeFileSync(join(folder, "idp.pem"), privateKey.export({ type: "pkcs8", format: "pem" }));
    const jwt = { publicKeyPem: publicKey.export({ type: "spki", format: "pem" }).toString() };
    const registration = { name: "Shop", allowedOrigins: [], jwt, testAccounts: [], serverSideAccess: true };
    writeFileSync(
      join(folder, "app.json"),
      JSON.stringify(await registerApp(instance.server, registration, Date.now())),
    );
    const lines = await runBlocks("docs/guide.md");
    expect(lines).toEqual([
      expect.stringMatching(/^sent: 0x[0-9a-f]{64} (broadcasted|confirmed)$/),
      "400 policy_violation no_rule_allows",
      "401 zero_correct_authorization_signatures",
      expect.stringMatching(/^401 [a-z_]+$/),
    ]);
  });

  /** Runs all `js` blocks of a document as one program, and gives the lines that it printed. */
  async function runBlocks(document: string): Promise<string[]> {
    const text = readFileSync(join(root, document), "utf8");
    const blocks = [...text.matchAll(/^```js\n([\s\S]*?)^```/gm)].map((match) => match[1]!);
    expect(blocks.length).toBeGreaterThan(0);
    const program = blocks
      .join("\n")
      .replaceAll("http://127.0.0.1:3000", instance.facts.url)
      .replaceAll("http://127.0.0.1:8545", instance.facts.chains[devChainId] ?? "no chain");
    const path = join(folder, `${document.replace(/\W/g, "-")}.mjs`);
    writeFileSync(path, program);
    return (await run(path)).trimEnd().split("\n");
  }

  async function run(path: string): Promise<string> {
    const child = spawn(process.execPath, [path], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    let errors = "";
    child.stdout.on("data", (chunk) => {
      output += chunk;
    });
    child.stderr.on("data", (chunk) => {
      errors += chunk;
    });
    const code = await new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("close", resolve);
    });
    expect({ code, errors }).toEqual({ code: 0, errors: "" });
    return output;
  }
});
