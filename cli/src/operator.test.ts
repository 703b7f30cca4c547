import { createHash } from "node:crypto";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CliError } from "./cli-error.ts";
import { loadOrCreateOperator, operatorPath, operatorTokenSha256, readOperator } from "./operator.ts";
import { createPrivateFile } from "./private-file.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mandate-operator-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function refusal(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof CliError) return error.code;
    throw error;
  }
  return "accepted";
}

describe("operator.json", () => {
  it("is refused when others may read it", () => {
    loadOrCreateOperator(folder);
    for (const mode of [0o640, 0o604, 0o660, 0o644]) {
      chmodSync(operatorPath(folder), mode);
      expect(refusal(() => loadOrCreateOperator(folder))).toBe("operator_file_exposed");
    }
  });

  it("is refused when damaged, and never replaced", () => {
    const good = loadOrCreateOperator(folder);
    const other = loadOrCreateOperator(mkdtempSync(join(folder, "other-")));
    const damaged = [
      "",
      "null",
      "[]",
      "{}",
      readFileSync(operatorPath(folder), "utf8").slice(0, -10),
      JSON.stringify({ token: "short", private_key: good.privateKey, public_key: good.publicKey }),
      JSON.stringify({ token: good.token, private_key: good.privateKey, public_key: other.publicKey }),
      JSON.stringify({ token: good.token, private_key: "AAAA", public_key: good.publicKey }),
    ];
    for (const text of damaged) {
      writeFileSync(operatorPath(folder), text);
      expect(refusal(() => loadOrCreateOperator(folder))).toBe("operator_file_damaged");
      expect(readFileSync(operatorPath(folder), "utf8")).toBe(text);
    }
  });

  it("is made once, for its owner only, and leaves no temporary file", () => {
    expect(readOperator(folder)).toBeUndefined();
    const made = loadOrCreateOperator(folder);
    expect(statSync(operatorPath(folder)).mode & 0o777).toBe(0o600);
    expect(loadOrCreateOperator(folder)).toEqual(made);
    expect(readOperator(folder)).toEqual(made);
    expect(readdirSync(folder)).toEqual(["operator.json"]);
    expect(Object.keys(JSON.parse(readFileSync(operatorPath(folder), "utf8")))).toEqual([
      "token",
      "private_key",
      "public_key",
    ]);
    expect(Buffer.from(made.token, "base64url")).toHaveLength(32);
    expect(Buffer.from(made.publicKey, "base64")).toHaveLength(91);
    expect(Buffer.from(made.privateKey, "base64")).toHaveLength(138);
  });

  it("gives the API the hash of the token", () => {
    const operator = loadOrCreateOperator(folder);
    expect(operatorTokenSha256(operator)).toBe(createHash("sha256").update(operator.token).digest("hex"));
  });
});

describe("createPrivateFile", () => {
  it("never replaces a file", () => {
    const path = join(folder, "file");
    expect(createPrivateFile(path, "first")).toBe(true);
    expect(createPrivateFile(path, "second")).toBe(false);
    expect(readFileSync(path, "utf8")).toBe("first");
    expect(readdirSync(folder)).toEqual(["file"]);
  });

  it("is private under any umask", () => {
    for (const mask of [0o000, 0o077, 0o277]) {
      const before = process.umask(mask);
      try {
        expect(createPrivateFile(join(folder, `file-${mask}`), "text")).toBe(true);
      } finally {
        process.umask(before);
      }
      expect(statSync(join(folder, `file-${mask}`)).mode & 0o777).toBe(0o600);
    }
  });
});
