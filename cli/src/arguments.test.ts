import { describe, expect, it } from "vitest";
import { parseCommandLine } from "./arguments.ts";

describe("parseCommandLine", () => {
  it("refuses what it does not know, with usage", () => {
    const wrong: [string[], RegExp][] = [
      [["stop"], /Unknown command: stop/],
      [["app"], /Unknown command: app/],
      [["app", "delete"], /Unknown command: app delete/],
      [["app", "secret"], /Unknown command: app secret/],
      [["--json"], /Unknown command/],
      [["constructor"], /Unknown command: constructor/],
      [["status", "--verbose"], /verbose/],
      [["status", "extra"], /extra/],
      [["status", "--json=yes"], /json/],
      [["app", "create", "--name"], /name/],
      [["app", "create", "--name", "A", "--nmae", "B"], /nmae/],
      [["app", "create", "--secret", "one", "--secret", "two"], /--secret was given twice/],
      [["app", "create", "--__proto__", "x"], /__proto__/],
    ];
    for (const [argv, message] of wrong) {
      const line = parseCommandLine(argv);
      expect(line.ok, argv.join(" ")).toBe(false);
      if (line.ok) continue;
      expect(line.message).toMatch(message);
      expect(line.usage).toMatch(/^Usage: mandate /);
    }
  });

  it("keeps --json when the rest is wrong, so that the error can be JSON too", () => {
    expect(parseCommandLine(["status", "--verbose", "--json"])).toMatchObject({ ok: false, json: true });
  });

  it("reads commands of one word, of two and of three", () => {
    expect(parseCommandLine(["app", "secret", "create", "--id", "x"])).toMatchObject({
      ok: true,
      command: "app secret create",
      values: { id: "x" },
    });
    expect(parseCommandLine(["status", "--json"])).toEqual({
      ok: true,
      kind: "run",
      command: "status",
      json: true,
      values: {},
    });
    const argv = ["app", "create", "--name", "A", "--origin", "http://a", "--origin=http://b", "--server-side-access"];
    expect(parseCommandLine(argv)).toEqual({
      ok: true,
      kind: "run",
      command: "app create",
      json: false,
      values: { name: "A", origin: ["http://a", "http://b"], "server-side-access": true },
    });
  });

  it("helps when asked", () => {
    for (const argv of [[], ["help"], ["--help"], ["-h"]]) {
      expect(parseCommandLine(argv)).toMatchObject({ kind: "help", text: expect.stringContaining("doctor") });
    }
    expect(parseCommandLine(["app", "create", "--help"])).toMatchObject({
      kind: "help",
      text: expect.stringContaining("--test-account"),
    });
    expect(parseCommandLine(["--version"])).toEqual({ ok: true, kind: "version", json: false });
  });
});
