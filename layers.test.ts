/**
 * The arrows of docs/architecture: who may import whom, as a test. A package that does not exist yet has no files
 * and so no violations; a new package without a row here fails.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = dirname(fileURLToPath(import.meta.url));

type Layer = {
  /** Packages of ours, each `name` or, where only some modules are open, `name/subpath`. */
  ours: string[];
  /** Packages of others that sources may import. "any" where they are not the trusted core. */
  others: string[] | "any";
  /** Whether sources may import Node's modules, and which not. */
  builtins: "none" | "any" | { except: string[] };
};

// The ways out of a process. The signer has none of them; its one socket arrives open, as descriptor 3.
const network = ["net", "http", "http2", "https", "dns", "dns/promises", "tls", "dgram", "quic"];
const execution = ["child_process", "worker_threads", "cluster", "vm", "inspector", "inspector/promises"];

const layers: Record<string, Layer> = {
  core: { ours: [], others: ["@noble/", "@scure/"], builtins: "none" },
  signer: {
    ours: ["core"],
    others: ["secp256k1", "hash-wasm"],
    builtins: { except: [...network, ...execution] },
  },
  contract: { ours: ["core"], others: ["zod"], builtins: "none" },
  server: { ours: ["core", "contract", "signer/client", "signer/protocol"], others: "any", builtins: "any" },
  sdk: { ours: ["core/authorization/", "contract"], others: "any", builtins: "any" },
  dashboard: {
    // The contract for its types; of the core what judges, describes and simulates a policy before it is saved, so that
    // the page shows what the signer would decide, by the signer's own code.
    ours: ["contract", "core/policy/", "core/ethereum/", "core/solana/", "core/encoding/"],
    others: "any",
    builtins: "none",
  },
  // The frame opens its key (HPKE), checks and spells what it signs, and reads a key that is imported, with the same code
  // as the signer.
  "wallet-frame": {
    ours: [
      "core/authorization/",
      "core/chains/ethereum",
      "core/crypto/",
      "core/encoding/",
      "core/ethereum/parsed",
      "core/solana/chain-type",
      "sdk",
    ],
    others: "any",
    builtins: "none",
  },
  cli: { ours: ["core", "contract", "server", "signer", "sdk"], others: [], builtins: "any" },
  e2e: { ours: Object.keys(packageManifests()), others: "any", builtins: "any" },
  "examples/node-session-signer": { ours: [], others: "any", builtins: "any" },
  "examples/react-session-signer": { ours: [], others: "any", builtins: "any" },
};

/** `file` may import a Node module that its layer may not. */
const builtinExceptions: Record<string, string[]> = {
  "signer/src/listen.ts": ["net"],
  "signer/src/main.ts": ["net"],
};

/** Folders with sources beside `src`. */
const sourcesElsewhere: Record<string, string[]> = {
  e2e: ["e2e"],
  "examples/react-session-signer": ["examples/react-session-signer/server"],
};

/** Folders that only tests use; tests may import whatever the manifest declares. */
const isTest = (path: string) => /\.(test|test-d|bench)\.ts$|(^|\/)testing\//.test(path);

describe("layers", () => {
  it("knows every package", () => {
    expect(Object.keys(packageManifests()).filter((name) => !Object.hasOwn(layers, name))).toEqual([]);
  });

  for (const [name, layer] of Object.entries(layers)) {
    describe(name, () => {
      it("imports only what lies below it", () => {
        expect(sourceFiles(name).flatMap((path) => findViolations(path, name, layer))).toEqual([]);
      });

      it("declares only what lies below it", () => {
        const allowed = new Set(layer.ours.map((entry) => entry.split("/")[0]));
        const declared = oursIn(packageManifests()[name]);
        expect(declared.filter((dependency) => !allowed.has(dependency))).toEqual([]);
      });
    });
  }
});

describe("the rules themselves", () => {
  const check = (path: string, source: string) => {
    const name = path.split("/")[0] ?? "";
    return violationsIn(source, path, name, layers[name] as Layer).length;
  };

  it("refuse what points upward or out", () => {
    expect(check("core/src/a.ts", 'import { x } from "@mandate/signer/client";')).toBe(1);
    expect(check("core/src/a.ts", 'import type { x } from "../../signer/src/client.ts";')).toBe(1);
    expect(check("core/src/a.ts", 'import fs from "node:fs";')).toBe(1);
    expect(check("core/src/a.ts", 'import { z } from "zod";')).toBe(1);
    expect(check("core/src/a.ts", 'export * from "viem";')).toBe(1);
    expect(check("signer/src/sign.ts", 'import net from "node:net";')).toBe(1);
    expect(check("signer/src/sign.ts", 'const net = await import("net");')).toBe(1);
    expect(check("signer/src/main.ts", 'import { request } from "node:https";')).toBe(1);
    expect(check("signer/src/sign.ts", 'process.getBuiltinModule("node:child_process")')).toBe(1);
    expect(check("signer/src/sign.ts", 'import "@mandate/server/storage/storage";')).toBe(1);
    expect(check("server/src/a.ts", 'import { x } from "@mandate/signer/core/sign";')).toBe(1);
    expect(check("server/src/a.ts", 'import { x } from "@mandate/core/encoding/hex.ts";')).toBe(1);
    expect(check("server/src/a.ts", 'import { x } from "@mandate/cli/main";')).toBe(1);
    expect(check("contract/src/a.ts", 'import { x } from "@mandate/server/app";')).toBe(1);
    expect(check("signer/src/a.ts", "await import(name);")).toBe(1);
  });

  it("allow what points downward", () => {
    expect(check("core/src/a.ts", 'import { p256 } from "@noble/curves/nist.js";\nimport "./b.ts";')).toBe(0);
    expect(check("signer/src/main.ts", 'import net from "node:net";')).toBe(0);
    expect(check("signer/src/sign.ts", 'import { verify } from "node:crypto";')).toBe(0);
    expect(check("server/src/a.ts", 'import type { x } from "@mandate/signer/protocol";')).toBe(0);
    expect(check("server/src/a.ts", 'import { x } from "../src/storage/storage.ts";')).toBe(0);
  });
});

function findViolations(path: string, name: string, layer: Layer): string[] {
  return violationsIn(readFileSync(join(root, path), "utf8"), path, name, layer);
}

function violationsIn(source: string, path: string, name: string, layer: Layer): string[] {
  const { specifiers, computed } = importsOf(source);
  const violations = specifiers
    .map((specifier) => ({ specifier, reason: judge(specifier, path, name, layer) }))
    .filter(({ reason }) => reason !== undefined)
    .map(({ specifier, reason }) => `${path}: "${specifier}" ${reason}`);
  const trusted = name === "core" || name === "signer";
  return trusted && computed ? [...violations, `${path}: an import whose name is computed`] : violations;
}

/** Why the import is refused, or undefined. */
function judge(specifier: string, path: string, name: string, layer: Layer): string | undefined {
  if (specifier.startsWith(".")) {
    const target = relative(root, join(root, dirname(path), specifier))
      .split(sep)
      .join("/");
    return target.startsWith(`${name}/`) ? undefined : "reaches into another package by path";
  }
  if (specifier.startsWith("@mandate/")) {
    const target = specifier.slice("@mandate/".length);
    if (target.endsWith(".ts")) return "names a source file of another package";
    return isListed(target, layer.ours) ? undefined : "points upward";
  }
  const builtin = specifier.replace(/^node:/, "");
  if (specifier.startsWith("node:") || builtinModules.includes(builtin)) {
    if (layer.builtins === "any" || builtinExceptions[path]?.includes(builtin)) return undefined;
    if (layer.builtins === "none") return "is a Node module in a package that runs anywhere";
    return layer.builtins.except.includes(builtin) ? "is a way out of the process" : undefined;
  }
  return layer.others === "any" || isListed(specifier, layer.others) ? undefined : "is not a dependency of this layer";
}

/** Exactly an entry, or below one: `core` covers `core/encoding/hex`, `signer/client` covers nothing but itself. */
function isListed(specifier: string, entries: string[]): boolean {
  return entries.some((entry) => {
    if (specifier === entry) return true;
    const isModule = entry.startsWith("signer/");
    return !isModule && specifier.startsWith(entry.endsWith("/") ? entry : `${entry}/`);
  });
}

/**
 * What a file imports, in any of the ways the language has, statements at the start of a line. Comments are left out,
 * and so are types of Node's modules, which are gone when the program runs.
 */
function importsOf(source: string): { specifiers: string[]; computed: boolean } {
  const code = source
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/^\s*\/\/.*$/gm, "")
    .replace(/^import type [^"']*from "node:[^"]*";$/gm, "");
  const patterns = [
    /^\s*(?:import|export)\b[^"'`;()=]*?\bfrom\s*["']([^"']+)["']/gm,
    /^\s*import\s*["']([^"']+)["']/gm,
    /(?<![.\w])(?:import|require|getBuiltinModule)\s*\(\s*["'`]([^"'`]+)["'`]/g,
    /\bprocess\.getBuiltinModule\s*\(\s*["'`]([^"'`]+)["'`]/g,
  ];
  const specifiers = patterns.flatMap((pattern) => [...code.matchAll(pattern)].map((match) => match[1] ?? ""));
  return { specifiers, computed: /(?:(?<![.\w])(?:import|require)|\bgetBuiltinModule)\s*\(\s*(?!["'`])\S/.test(code) };
}

function sourceFiles(name: string): string[] {
  const folders = [`${name}/src`, ...(sourcesElsewhere[name] ?? [])];
  return folders.flatMap(listTypeScript).filter((path) => !isTest(path));
}

function listTypeScript(folder: string): string[] {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return entry.name === "node_modules" || entry.name === "dist" ? [] : listTypeScript(path);
    return /\.(ts|tsx|mts|cts)$/.test(entry.name) ? [path] : [];
  });
}

type Manifest = Record<"dependencies" | "devDependencies" | "optionalDependencies", Record<string, string> | undefined>;

/** Manifests of the workspaces that the root names, by folder. */
function packageManifests(): Record<string, Manifest> {
  const { workspaces } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { workspaces: string[] };
  const read = (folder: string) => JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8")) as Manifest;
  return Object.fromEntries(workspaces.map((folder) => [folder, read(folder)]));
}

function oursIn(manifest: Manifest | undefined): string[] {
  const declared = { ...manifest?.dependencies, ...manifest?.devDependencies, ...manifest?.optionalDependencies };
  return Object.keys(declared)
    .filter((dependency) => dependency.startsWith("@mandate/"))
    .map((dependency) => dependency.slice("@mandate/".length));
}
