import { readFileSync } from "node:fs";
import { join } from "node:path";
import { vectorsPath } from "@mandate/core/testing/vectors";

const own = [
  "",
  " ",
  "\0",
  "a\0b",
  "\u202etxt.exe",
  "\ufeffbom",
  "\u2028\u2029",
  "é\u0301\u0301\u0301",
  "👩‍👩‍👧‍👦",
  "𝟘𝟙",
  "ß İ ǅ",
  "null",
  "undefined",
  "NaN",
  "true",
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "-1",
  "0x",
  "0x0",
  "1e309",
  "9007199254740993",
  "' OR 1=1 --",
  '"; DROP TABLE records; --',
  "%00%2e%2e%2f",
  "../../etc/passwd",
  "$\u007b7*7}{{7*7}}",
  "<script>alert(1)</script>",
  "%s%n%d",
  "\r\nprivy-app-id: x",
  "did:privy:",
  "did:privy:did:privy:x",
  "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n",
  "x".repeat(300),
  "x".repeat(20_000),
];

/**
 * Texts that break careless programs: of our own and of the Big List of Naughty Strings a share, another one for every
 * `turn`; `budget` 1 is little, 100 is all.
 */
export function naughtyStrings(budget: number, turn: number): string[] {
  const share = (texts: string[], of: number) => {
    const step = Math.max(1, Math.round(of / budget));
    return texts.filter((_, at) => at % step === turn % step);
  };
  const folder = vectorsPath("naughty-strings");
  const list: string[] = folder === undefined ? [] : JSON.parse(readFileSync(join(folder, "blns.json"), "utf8"));
  return ["a\0b", ...share(own, 3), ...share(list, 100)];
}
