#!/usr/bin/env node
// The command `mandate`. Plain JavaScript in a CommonJS file, so that Node 20 runs it before anything is built.
{
  const { existsSync } = process.getBuiltinModule("node:fs");
  const { join } = process.getBuiltinModule("node:path");
  const { pathToFileURL } = process.getBuiltinModule("node:url");

  const entry = join(__dirname, "..", "dist", "main.js");
  if (existsSync(entry)) {
    void import(pathToFileURL(entry).href).then(async (cli) => {
      process.exitCode = await cli.main(process.argv.slice(2));
    });
  } else {
    const message = "Mandate is not built yet. Run `npm start` (or `npm run build`) in the clone first.";
    const json = process.argv.includes("--json");
    process.stderr.write(`${json ? JSON.stringify({ error: message, code: "not_built" }) : message}\n`);
    process.exitCode = 1;
  }
}
