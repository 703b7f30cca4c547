import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openHighWaterFile } from "./high-water-file.ts";

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mandate-high-water-"));
  path = join(folder, "signer", "high-water.log");
});
afterEach(() => rmSync(folder, { recursive: true }));

const MAC = "A".repeat(43);
const OTHER_MAC = "B".repeat(43);
const wallet = (version: number, mac = MAC, id = "w") => ({ type: "wallet" as const, appId: "app", id, version, mac });

describe("a high-water mark", () => {
  it("refuses older and forked versions in this run and after a restart", () => {
    for (const restart of [false, true]) {
      const marks = openHighWaterFile(path);
      if (!restart) for (const version of [1, 2, 5]) expect(marks.accepts(wallet(version))).toBe(true);
      for (const version of [1, 2, 4]) expect(marks.accepts(wallet(version))).toBe(false);
      expect(marks.accepts(wallet(5, OTHER_MAC))).toBe(false);
      expect(marks.accepts(wallet(5))).toBe(true);
      // The same id of another type or app is another record.
      expect(marks.accepts({ ...wallet(1), type: "policy" as never })).toBe(true);
      expect(marks.accepts({ ...wallet(1), appId: "other" })).toBe(true);
    }
  });

  it("is on disk before it is relied on", () => {
    const marks = openHighWaterFile(path);
    marks.accepts(wallet(3));
    expect(readFileSync(path, "utf8")).toBe(`app/wallet/w 3 ${MAC}\n`);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    // Another process that opens the file now knows it as well.
    expect(openHighWaterFile(path).accepts(wallet(2))).toBe(false);
  });

  it("survives 500 versions of 20 records, and the file is one line per record after a restart", () => {
    const marks = openHighWaterFile(path);
    for (let step = 2; step < 27; step++) {
      for (let id = 0; id < 20; id++) expect(marks.accepts(wallet(step, MAC, `w${id}`))).toBe(true);
    }
    expect(readFileSync(path, "utf8").split("\n").length).toBe(501);
    const again = openHighWaterFile(path);
    expect(again.size).toBe(20);
    expect(readFileSync(path, "utf8").split("\n").length).toBe(21);
    for (let id = 0; id < 20; id++) expect(again.accepts(wallet(25, MAC, `w${id}`))).toBe(false);
  });
});

describe("a file that a crash or a hand has been in", () => {
  const lines = [`app/wallet/w 2 ${MAC}`, `app/wallet/v 7 ${MAC}`, `app/wallet/w 3 ${OTHER_MAC}`];
  const write = (text: string) => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  };

  it("loses at most its last line, torn at any character", () => {
    const whole = `${lines.join("\n")}\n`;
    const lastLineAt = whole.lastIndexOf("\n", whole.length - 2) + 1;
    for (let length = lastLineAt; length < whole.length; length++) {
      write(whole.slice(0, length));
      const marks = openHighWaterFile(path);
      expect(marks.accepts(wallet(6, MAC, "v"))).toBe(false);
      expect(marks.accepts(wallet(1))).toBe(false);
    }
    write(whole);
    expect(openHighWaterFile(path).accepts(wallet(2))).toBe(false);
  });

  it("keeps the highest mark, whatever the order of lines", () => {
    write(`${[...lines].reverse().join("\n")}\n`);
    const marks = openHighWaterFile(path);
    expect(marks.accepts(wallet(2))).toBe(false);
    expect(marks.accepts(wallet(3, OTHER_MAC))).toBe(true);
  });

  it("stops the start when a line in the middle is damaged, and is left as it is", () => {
    for (const damaged of [
      "",
      "x",
      `app/wallet/w two ${MAC}`,
      `app/wallet/w 2 ${MAC}A`,
      `app/wallet/w -2 ${MAC}`,
      `\u0000${lines[0]}\u0000`,
    ]) {
      const text = `${lines[0]}\n${damaged}\n${lines[1]}\n`;
      write(text);
      expect(() => openHighWaterFile(path)).toThrow("is damaged at line 2");
      expect(readFileSync(path, "utf8")).toBe(text);
    }
  });

  it("is not disturbed by a rewrite that was cut off", () => {
    write(`${lines.join("\n")}\n`);
    writeFileSync(`${path}.tmp`, "app/wa");
    const marks = openHighWaterFile(path);
    expect(marks.accepts(wallet(2))).toBe(false);
    expect(existsSync(`${path}.tmp`)).toBe(false);
  });

  it("does not glue a new mark to a torn one", () => {
    write(`${lines[0]}\n`);
    appendFileSync(path, "app/wallet/v 9");
    openHighWaterFile(path).accepts(wallet(4));
    expect(openHighWaterFile(path).accepts(wallet(3))).toBe(false);
  });
});
