import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { chooseKeyProvider, RootKeyError, unseal } from "./root-key.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mandate-root-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const KEY = "ab".repeat(32);
const open = (name: string | undefined, settings: object = {}) =>
  unseal(chooseKeyProvider(name, { folder, ...settings }), folder);
const hexOf = (key: Uint8Array) => Buffer.from(key).toString("hex");

/** Names, modes and contents of all files. */
function snapshot(): string[] {
  return readdirSync(folder)
    .sort()
    .map((name) => `${name} ${statSync(join(folder, name)).mode} ${readFileSync(join(folder, name), "utf8")}`);
}

function expectRefusal(run: () => unknown, message: RegExp): void {
  const before = snapshot();
  let thrown: unknown;
  try {
    run();
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(RootKeyError);
  expect((thrown as Error).message).toMatch(message);
  expect(snapshot()).toEqual(before);
}

describe("a wrong root key", () => {
  it("is refused and leaves everything as it was", () => {
    open("env", { key: KEY });
    expectRefusal(() => open("env", { key: "cd".repeat(32) }), /not the one this data was sealed under/);
    expectRefusal(() => open("passphrase", { passphrase: "short" }), /at least 12 characters/);
    expect(hexOf(open("env", { key: KEY }))).toBe(KEY);
  });

  it("is never named in the message", () => {
    open("env", { key: KEY });
    const other = "cd".repeat(32);
    for (const key of [other, `${other}00`, "secret text", other.slice(2)]) {
      try {
        open("env", { key });
        expect.unreachable("a wrong key was taken");
      } catch (error) {
        expect((error as Error).message).not.toContain(key.slice(0, 8));
      }
    }
  });

  it("is not made anew when the file is gone but data was sealed", () => {
    open("file");
    rmSync(join(folder, "root.key"));
    expectRefusal(() => open("file"), /restore it from its backup/);
  });

  it("is refused when the file was changed, emptied or torn", () => {
    open("file");
    const path = join(folder, "root.key");
    const whole = readFileSync(path, "utf8");
    for (const text of ["", whole.slice(0, 40), `${whole}00`, "z".repeat(64), `${"0".repeat(64)}\n`]) {
      writeFileSync(path, text);
      expectRefusal(() => open("file"), /64 hex digits|not the one/);
    }
    writeFileSync(path, whole);
    expect(open("file").length).toBe(32);
  });
});

describe("a root key file", () => {
  it("is made on first start, for its owner alone, and found again", () => {
    const first = hexOf(open(undefined));
    for (const name of ["root.key", "root.commitment"]) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder).sort()).toEqual(["root.commitment", "root.key"]);
    expect(hexOf(open("file"))).toBe(first);
    expect(readFileSync(join(folder, "root.commitment"), "utf8")).not.toContain(first.slice(0, 8));
  });

  it("that others may read is refused", () => {
    open("file");
    for (const mode of [0o640, 0o604, 0o644, 0o620, 0o601]) {
      chmodSync(join(folder, "root.key"), mode);
      expectRefusal(() => open("file"), /chmod 600/);
    }
  });

  it("may lie elsewhere", () => {
    const elsewhere = mkdtempSync(join(tmpdir(), "mandate-key-"));
    try {
      const file = join(elsewhere, "made", "my.key");
      const key = hexOf(open("file", { file }));
      expect(readFileSync(file, "utf8")).toBe(`${key}\n`);
      expect(readdirSync(folder)).toEqual(["root.commitment"]);
    } finally {
      rmSync(elsewhere, { recursive: true });
    }
  });

  it("is not disturbed by what a crash left beside it", () => {
    for (const name of ["root.key.0123456789ab.tmp", "root.commitment.ba9876543210.tmp"])
      writeFileSync(join(folder, name), "ab");
    const key = hexOf(open("file"));
    expect(hexOf(open("file"))).toBe(key);
    expect(readFileSync(join(folder, "root.key"), "utf8")).toBe(`${key}\n`);
  });
});

describe("other providers", () => {
  it("take 64 hex digits from the environment and nothing else", () => {
    for (const key of [undefined, "", "ab", `${KEY}ab`, `0x${KEY}`, KEY.replace("a", "g")]) {
      expectRefusal(() => open("env", { key }), /MANDATE_ROOT_KEY/);
    }
    expect(hexOf(open("env", { key: `${KEY}\n` }))).toBe(KEY);
  });

  it("stretch a passphrase under a salt that is kept", () => {
    for (const passphrase of [undefined, "", "eleven char"]) {
      expectRefusal(() => open("passphrase", { passphrase }), /MANDATE_ROOT_PASSPHRASE/);
    }
    const key = hexOf(open("passphrase", { passphrase: "correct horse battery" }));
    expect(statSync(join(folder, "root.salt")).mode & 0o777).toBe(0o600);
    expectRefusal(() => open("passphrase", { passphrase: "correct horse batterz" }), /not the one/);
    expect(hexOf(open("passphrase", { passphrase: "correct horse battery" }))).toBe(key);
    for (const name of readdirSync(folder)) {
      expect(readFileSync(join(folder, name), "utf8")).not.toMatch(new RegExp(`${key}|correct horse`));
    }
  });

  it("are none by another name", () => {
    expect(() => chooseKeyProvider("kms", { folder })).toThrow(/must be file, env or passphrase/);
  });
});
