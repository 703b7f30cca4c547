// What `npm start`, `npm test`, `npm run guide`, `npm run example`, `npm run bench`, `npm run faults`, `npm run histories` and `npm run soak` run: installs what is missing, builds what changed, then does it.
// It must work with nothing installed, on any Node, so it is plain JavaScript in a CommonJS file. The compiler reads
// it as TypeScript all the same: parameters get their types from default values.

/** Whether this Node can run Mandate: 20.19 or newer. */
function isNodeSupported(version = process.versions.node) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > 20 || (major === 20 && minor >= 19);
}

/** Whether `npm ci` must run: nothing is installed, or the lockfile has changed since. */
function needsInstall(root = "") {
  const { statSync } = process.getBuiltinModule("node:fs");
  const { join } = process.getBuiltinModule("node:path");
  const modifiedMs = (file = "") => statSync(join(root, file), { throwIfNoEntry: false })?.mtimeMs;
  const installedMs = modifiedMs("node_modules/.package-lock.json");
  return installedMs === undefined || installedMs < (modifiedMs("package-lock.json") ?? 0);
}

/** How to run npm: the one that runs us, else the one on PATH. `--include=dev`: the compiler is among those. */
function npmCommand(npmExecPath = process.env.npm_execpath) {
  const flags = ["ci", "--include=dev", "--no-audit", "--no-fund", "--loglevel=error"];
  if (npmExecPath?.endsWith(".js")) return { file: process.execPath, args: [npmExecPath, ...flags], shell: false };
  return { file: "npm", args: flags, shell: process.platform === "win32" };
}

// A file of a vitest report that could not be loaded; also says to the compiler which members are read.
const unloaded = { status: "failed", assertionResults: [{ status: "" }] };

/** Passed and failed tests of a vitest JSON report. A file that failed as a whole (not loaded, or broken in a hook) counts as one failure. */
function countTests(report = { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, testResults: [unloaded] }) {
  const broken = report.testResults.filter(
    (file) => file.status === "failed" && !file.assertionResults.some((result) => result.status === "failed"),
  );
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + broken.length,
    skipped: report.numPendingTests,
  };
}

function say(text = "") {
  process.stderr.write(`mandate: ${text}\n`);
}

/** Runs a program to its end and resolves to its exit code. A stop signal is passed on to it. */
function run(file = "", args = [""], { shell = false, stdout = 2 } = {}) {
  const { spawn } = process.getBuiltinModule("node:child_process");
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { stdio: ["ignore", stdout, 2], shell });
    const passOn = (signal = "SIGTERM") => {
      // A terminal has sent Ctrl-C to the child as well.
      if (signal !== "SIGINT") child.kill("SIGTERM");
      else if (!process.stdin.isTTY) child.kill("SIGINT");
    };
    process.on("SIGINT", passOn);
    process.on("SIGTERM", passOn);
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      process.off("SIGINT", passOn);
      process.off("SIGTERM", passOn);
      resolve(code ?? (signal === "SIGINT" ? 130 : 143));
    });
  });
}

/**
 * Folders with packages of their own that only tests use: too heavy for everybody's `npm start`. Each has its own
 * lockfile and is installed by `npm test`; where that fails, its tests are skipped aloud (in CI: the run fails).
 */
const extraPackages = [
  { folder: "e2e/oracles", tests: "those that hold each chain against its own libraries" },
  { folder: "e2e/web", tests: "those of the official vanilla SDK" },
  { folder: "examples/react-session-signer", tests: "those of the official React SDK and of the example with it" },
];

async function installExtraPackages(root = "") {
  const { join } = process.getBuiltinModule("node:path");
  let failed = false;
  for (const { folder, tests } of extraPackages) {
    const path = join(root, folder);
    if (!needsInstall(path)) continue;
    say(`installing packages of ${folder} (only for tests; only when their lockfile has changed) …`);
    const { file, args, shell } = npmCommand();
    const code = await run(file, [...args, "--prefix", path], { shell });
    if (code === 0) continue;
    failed = true;
    say(`the packages of ${folder} could not be installed, so some tests are skipped: ${tests}`);
  }
  return failed && process.env.CI === "true" ? 1 : 0;
}

async function installExample(root = "") {
  const { join } = process.getBuiltinModule("node:path");
  const folder = join(root, "examples/react-session-signer");
  return needsInstall(folder) ? installPackages(folder, "packages of the example", "1.3 GB, one to a few minutes") : 0;
}

const install = (root = "") => installPackages(root, "packages", "about half a minute");

async function installPackages(root = "", what = "", effort = "") {
  const { readFileSync } = process.getBuiltinModule("node:fs");
  const { join } = process.getBuiltinModule("node:path");
  const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
  const count = Object.keys(lock.packages).filter((path) => path.startsWith("node_modules/")).length;
  say(`installing ${what} (up to ${count}; only when the lockfile has changed; ${effort}) …`);
  const begunAt = Date.now();
  const seconds = () => Math.round((Date.now() - begunAt) / 1000);
  const ticker = setInterval(() => say(`still installing, ${seconds()} s …`), 10_000);
  const { file, args, shell } = npmCommand();
  const code = await run(file, [...args, "--prefix", root], { shell }).finally(() => clearInterval(ticker));
  if (code === 0) say(`installed in ${seconds()} s`);
  else say(`npm ci failed (exit code ${code}); what it wrote above says why`);
  return code;
}

/** Bundles of pages that the API serves: what makes each, and what tells that it is current. */
const pages = [
  { name: "wallet-frame", sources: ["wallet-frame/src", "wallet-frame/vite.config.ts", "core/src"] },
  {
    name: "dashboard",
    sources: ["dashboard/src", "dashboard/public", "dashboard/index.html", "dashboard/vite.config.ts", "core/src"],
  },
];

/** Modification time of the newest file below a path, in ms; 0 when there is none. */
function newestMs(path = "") {
  const { readdirSync, statSync } = process.getBuiltinModule("node:fs");
  const { join } = process.getBuiltinModule("node:path");
  const status = statSync(path, { throwIfNoEntry: false });
  if (status === undefined) return 0;
  if (!status.isDirectory()) return status.mtimeMs;
  let newest = 0;
  for (const entry of readdirSync(path)) newest = Math.max(newest, newestMs(join(path, entry)));
  return newest;
}

async function buildPages(root = "") {
  const { join } = process.getBuiltinModule("node:path");
  const lockMs = newestMs(join(root, "package-lock.json"));
  for (const { name, sources } of pages) {
    const builtMs = newestMs(join(root, name, "dist/page/manifest.json"));
    if (builtMs > Math.max(lockMs, ...sources.map((source) => newestMs(join(root, source))))) continue;
    const vite = join(root, "node_modules/vite/bin/vite.js");
    const config = join(root, name, "vite.config.ts");
    const code = await run(process.execPath, [vite, "build", "--logLevel", "error", "--config", config]);
    if (code !== 0) {
      say(`the build of ${name} failed (exit code ${code})`);
      return code;
    }
  }
  return 0;
}

async function build(root = "") {
  const { existsSync } = process.getBuiltinModule("node:fs");
  const { join } = process.getBuiltinModule("node:path");
  if (!existsSync(join(root, "cli/dist/main.js"))) say("building …");
  const code = await run(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-b"]);
  if (code !== 0) {
    say(`the build failed (exit code ${code})`);
    return code;
  }
  return buildPages(root);
}

function isOnPath(command = "") {
  const { existsSync } = process.getBuiltinModule("node:fs");
  const { delimiter, join } = process.getBuiltinModule("node:path");
  return (process.env.PATH ?? "").split(delimiter).some((folder) => existsSync(join(folder, command)));
}

/** Programs that some tests drive. Without one its tests are skipped, and this says which and how to get it. */
const testTools = [
  { command: "strace", debianPackage: "strace", tests: "those of the order of syncs and of I/O errors" },
  { command: "chromium", debianPackage: "chromium", tests: "those of the dashboard in a browser" },
  { command: "pg_ctlcluster", debianPackage: "postgresql", tests: "those on PostgreSQL" },
];

/** Installs Debian's packages where that is possible without asking; a failure only means skipped tests. */
async function provideTestTools() {
  const missing = testTools.filter(({ command }) => !isOnPath(command));
  if (missing.length === 0 || process.platform !== "linux") return;
  const packages = missing.map(({ debianPackage }) => debianPackage);
  if (process.getuid?.() === 0 && isOnPath("apt-get")) {
    say(`installing ${packages.join(", ")} (used by tests) …`);
    const get = ["-qq", "-o", "Dpkg::Use-Pty=0"];
    await run("apt-get", [...get, "update"]);
    await run("apt-get", [...get, "install", "-y", "--no-install-recommends", ...packages]);
  }
  for (const { command, debianPackage, tests } of missing) {
    if (isOnPath(command)) continue;
    say(
      `${command} is not installed, so some tests are skipped: ${tests}. Get it with: apt-get install ${debianPackage}`,
    );
  }
}

async function test(root = "", extra = [""]) {
  const { readFileSync, rmSync } = process.getBuiltinModule("node:fs");
  const { join } = process.getBuiltinModule("node:path");
  const reportFile = join(root, "test-results", "vitest.json");
  rmSync(reportFile, { force: true });
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${reportFile}`];
  const code = await run(process.execPath, [vitest, "run", ...reporters, ...extra], { stdout: 1 });
  try {
    const { passed, failed, skipped } = countTests(JSON.parse(readFileSync(reportFile, "utf8")));
    process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`);
    return code === 0 && failed > 0 ? 1 : code;
  } catch {
    say("the test run left no report");
    return code === 0 ? 1 : code;
  }
}

/** A built program of ours, in this very process: no further start-up, and signals need no passing on. */
async function runBuilt(root = "", module = "", argv = [""], outside = {}) {
  const { join } = process.getBuiltinModule("node:path");
  const { pathToFileURL } = process.getBuiltinModule("node:url");
  const program = await import(pathToFileURL(join(root, module)).href);
  return program.main(argv, outside);
}

const tasks = ["install", "build", "start", "test", "guide", "example", "bench", "faults", "histories", "soak"];

async function bootstrap(task = "", args = [""]) {
  if (!isNodeSupported()) {
    say(`Node ${process.versions.node} is too old. Install Node 20.19 or newer (https://nodejs.org), then try again.`);
    return 1;
  }
  if (!tasks.includes(task)) {
    say(`usage: node tools/bootstrap.cts ${tasks.join("|")} [arguments]`);
    return 2;
  }
  const { dirname } = process.getBuiltinModule("node:path");
  const root = dirname(__dirname);
  process.chdir(root);
  if (needsInstall(root)) {
    const code = await install(root);
    if (code !== 0) return code;
  }
  if (task === "install") return 0;
  const code = await build(root);
  if (code !== 0 || task === "build") return code;
  if (task === "test") {
    await provideTestTools();
    const extra = await installExtraPackages(root);
    if (extra !== 0) return extra;
    return test(root, args);
  }
  if (task === "example") {
    // Before the packages: without a server they are of no use yet. What is wrong goes to standard error.
    const running = await runBuilt(root, "cli/dist/main.js", ["status"], { stdout() {} });
    if (running !== 0) return running;
    const installed = await installExample(root);
    if (installed !== 0) return installed;
  }
  if (task === "bench") return runBuilt(root, "e2e/dist/bench/bench.js", args);
  if (task === "soak") return runBuilt(root, "e2e/dist/faults/soak.js", args);
  if (task === "histories") return runBuilt(root, "e2e/dist/histories/run.js", args);
  if (task === "faults") return runBuilt(root, "e2e/dist/faults/run.js", args);
  return runBuilt(root, "cli/dist/main.js", [task, ...args]);
}

if (require.main === module) {
  const [task = "", ...args] = process.argv.slice(2);
  void bootstrap(task, args).then((code) => {
    process.exitCode = code;
  });
} else {
  module.exports = { isNodeSupported, needsInstall, npmCommand, countTests };
}
