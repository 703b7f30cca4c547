/** What the documents claim and a machine can check: links, names of variables, endpoints, codes, commands, versions. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseCommandLine } from "@mandate/cli/arguments";
import { errors } from "@mandate/contract/errors";
import { routeList } from "@mandate/contract/routes";
import { describe, expect, it } from "vitest";

const root = dirname(fileURLToPath(import.meta.url));
const read = (path: string) => readFileSync(join(root, path), "utf8");

const notOurs = new Set([".git", ".mandate", "coverage", "dist", "node_modules", "shared", "test-results"]);

/** Files of the repository, without what is installed, built or written by runs. */
function listFiles(folder = ""): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter((entry) => !notOurs.has(entry.name))
    .flatMap((entry) => {
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      return entry.isDirectory() ? listFiles(path) : [path];
    });
}

const files = listFiles();
const documents = files.filter((path) => path.endsWith(".md"));

/** The rows of every table whose first heading is this, as cells without their backquotes. */
function tableRows(text: string, firstHeading: string): string[][] {
  const rows: string[][] = [];
  let inside = false;
  for (const line of text.split("\n")) {
    if (!line.startsWith("|")) inside = false;
    else if (line.startsWith(`| ${firstHeading} |`)) inside = true;
    else if (inside && !line.startsWith("| ---")) {
      rows.push(
        line
          .split("|")
          .slice(1, -1)
          .map((cell) => cell.trim()),
      );
    }
  }
  return rows;
}

const codeOf = (cell: string | undefined) => /^`([^`]+)`$/.exec(cell ?? "")?.[1] ?? `not code: ${cell}`;

describe("links", () => {
  it("finds the documents", () => {
    expect(documents).toContain("README.md");
    expect(documents).toContain("docs/api.md");
  });

  for (const document of documents) {
    it(`resolve in ${document}`, () => {
      const broken = linksOf(read(document)).filter((link) => !resolves(document, link));
      expect(broken).toEqual([]);
    });
  }

  it("lead from the index to every document", () => {
    const reached = new Set<string>();
    const queue = ["README.md"];
    for (const document of queue) {
      if (reached.has(document)) continue;
      reached.add(document);
      for (const link of linksOf(read(document))) {
        const target = relative(root, resolve(root, dirname(document), link.split("#", 1)[0]!));
        if (target.endsWith(".md")) queue.push(target);
      }
    }
    const own = documents.filter((path) => !path.includes("/") || path.startsWith("docs/"));
    expect(own.filter((path) => !reached.has(path))).toEqual([]);
  });
});

function linksOf(text: string): string[] {
  const prose = text.replace(/^```[\s\S]*?^```/gm, "").replace(/`[^`\n]*`/g, "");
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1]!).filter((link) => !/^[a-z]+:/.test(link));
}

function resolves(document: string, link: string): boolean {
  const [path = "", anchor] = link.split("#");
  const target = path === "" ? document : relative(root, resolve(root, dirname(document), path));
  if (!existsSync(join(root, target))) return false;
  return anchor === undefined || anchorsOf(read(target)).has(anchor);
}

/** As GitHub makes them from headings. */
function anchorsOf(text: string): Set<string> {
  const headings = text.replace(/^```[\s\S]*?^```/gm, "").matchAll(/^#+ (.+)$/gm);
  return new Set(
    [...headings].map((match) =>
      match[1]!
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, "")
        .replace(/\s/g, "-"),
    ),
  );
}

describe("environment variables", () => {
  const namesIn = (text: string) =>
    [...text.matchAll(/MANDATE_[A-Z0-9_]*[A-Z0-9]\b(?!_)/g)].map((match) => match[0]).filter((name) => name !== prefix);
  // The start of a group of names, which code passes on or leaves out as a whole.
  const prefix = "MANDATE_ROOT";
  const sources = files.filter((path) => /\.(ts|cts|mts)$/.test(path) && path !== "docs.test.ts");
  const inCode = new Set(sources.flatMap((path) => namesIn(read(path))));
  const inTable = tableRows(read("docs/operations.md"), "variable").map((row) => codeOf(row[0]));

  it("of the code are all in docs/operations.md, once", () => {
    expect([...inTable].sort()).toEqual([...inCode].sort());
  });

  it("of the documents all exist", () => {
    expect(documents.flatMap((path) => namesIn(read(path))).filter((name) => !inCode.has(name))).toEqual([]);
  });
});

describe("docs/api.md", () => {
  it("lists the codes of the contract, with their status", () => {
    const documented = tableRows(read("docs/api.md"), "code").map((row) => [codeOf(row[0]), Number(row[1])]);
    expect(Object.fromEntries(documented)).toEqual(
      Object.fromEntries(Object.entries(errors).map(([code, { status }]) => [code, status])),
    );
    expect(documented.length).toBe(Object.keys(errors).length);
  });

  it("lists the endpoints of the contract, with caller and idempotency", () => {
    const documented = tableRows(read("docs/api.md"), "endpoint").map((row) => [
      codeOf(row[0]),
      row[2] === "anybody" ? "public" : row[2]?.toLowerCase(),
      row[4] === "yes",
    ]);
    const served = routeList.map((route) => [
      `${route.method} ${route.path}`,
      route.role ?? route.caller,
      route.idempotent,
    ]);
    expect(documented).toEqual(served);
  });

  it("says where signatures are asked for", () => {
    const words = {
      none: "–",
      owner: "owner",
      "owner-or-signer": "owner or session signer",
      self: "the quorum itself",
    };
    const documented = tableRows(read("docs/api.md"), "endpoint");
    for (const [at, route] of routeList.entries()) {
      const word = ["createApp", "updateApp", "deleteApp", "createAppSecret", "deleteAppSecret"].includes(route.id)
        ? "the operator's key"
        : words[route.authorization];
      expect([route.id, documented[at]?.[3]]).toEqual([route.id, word]);
    }
  });
});

describe("commands", () => {
  const lines = documents.flatMap((path) => blocksOf(read(path), "sh")).flatMap((block) => block.split("\n"));

  it("of mandate are ones it knows", () => {
    const commands = lines.map((line) => /^npx mandate (.*)$/.exec(line)?.[1]).filter((text) => text !== undefined);
    expect(commands.length).toBeGreaterThan(2);
    for (const command of commands) {
      const words = [...command.replace(/\s[>|].*$/, "").matchAll(/"([^"]*)"|(\S+)/g)].map(
        (word) => word[1] ?? word[2]!,
      );
      expect([command, parseCommandLine(words).ok]).toEqual([command, true]);
    }
  });

  it("of npm are scripts of this repository", () => {
    const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
    const named = documents.flatMap((path) => [...read(path).matchAll(/\bnpm (?:run )?([a-z:]+)/g)]);
    const wanted = named.map((match) => match[1]!).filter((name) => !["ci", "install", "audit"].includes(name));
    expect(wanted.filter((name) => !Object.hasOwn(scripts, name) && name !== "and")).toEqual([]);
  });
});

/** Fenced blocks of one language. */
function blocksOf(text: string, language: string): string[] {
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, "gm"))].map((match) => match[1]!);
}

describe("docs/dependencies.md", () => {
  it("lists what the manifests declare, with version and package", () => {
    const { workspaces } = JSON.parse(read("package.json")) as { workspaces: string[] };
    const declared = [".", ...workspaces].flatMap((folder) => {
      const manifest = JSON.parse(read(join(folder, "package.json"))) as Record<string, Record<string, string>>;
      const all = { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies };
      return Object.entries(all)
        .filter(([name]) => !name.startsWith("@mandate/"))
        .map(([name, version]) => `${name} ${version} ${folder === "." ? "root" : folder}`);
    });
    const documented = tableRows(read("docs/dependencies.md"), "package").flatMap(([name, version, users]) =>
      (users ?? "").split(", ").map((user) => `${codeOf(name)} ${version} ${user}`),
    );
    expect(documented.sort()).toEqual(declared.sort());
  });
});

describe("docs/trusted-core.md", () => {
  const isSource = (path: string) => /\.ts$/.test(path) && !/\.(test|bench|test-d)\.ts$|\/testing\//.test(path);
  const countLines = (folder: string) =>
    files
      .filter((path) => path.startsWith(`${folder}/`) && isSource(path))
      .flatMap((path) => read(path).split("\n"))
      .filter((line) => line.trim() !== "" && !/^\s*(\/\/|\/?\*)/.test(line)).length;

  it.each(
    tableRows(read("docs/trusted-core.md"), "part").map(([part, lines]) => [codeOf(part), Number(lines)] as const),
  )("says how many lines %s has: %i", (folder, lines) => {
    const counted = countLines(folder);
    expect(counted).toBeGreaterThan(0);
    expect(Math.abs(counted - lines)).toBeLessThanOrEqual(Math.max(20, counted / 10));
  });
});
