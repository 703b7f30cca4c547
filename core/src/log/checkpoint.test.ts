import { describe, expect, it } from "vitest";
import { ed25519PublicKey, signEd25519 } from "../crypto/primitives.ts";
import { encodeUtf8 } from "../encoding/utf8.ts";
import { formatLogKey, parseCheckpoint, parseLogKey, signCheckpoint, verifyCheckpoint } from "./checkpoint.ts";
import { formatReceiptToken, openReceiptToken, receiptMessage } from "./receipt-token.ts";

const seed = new Uint8Array(32).fill(7);
const publicKey = ed25519PublicKey(seed);
const sign = (message: Uint8Array) => signEd25519(seed, message);
const key = { origin: "mandate/0123456789abcdef/app", publicKey };
const note = signCheckpoint({ origin: key.origin, size: 12, root: new Uint8Array(32).fill(1) }, publicKey, sign);

describe("checkpoints", () => {
  it("are refused when a byte of text or signature changed", () => {
    for (let at = 0; at < note.length; at++) {
      const code = note.charCodeAt(at);
      const changed = note.slice(0, at) + String.fromCharCode(code === 65 ? 66 : 65) + note.slice(at + 1);
      const parsed = parseCheckpoint(changed);
      expect(parsed !== undefined && verifyCheckpoint(parsed, key), `${at}`).toBe(false);
    }
  });

  it("are refused of another log, even under the same key", () => {
    expect(verifyCheckpoint(parseCheckpoint(note)!, { ...key, origin: "mandate/0123456789abcdef/other" })).toBe(false);
  });

  it("verify, with signatures of witnesses beside", () => {
    const parsed = parseCheckpoint(note)!;
    expect(parsed).toMatchObject({ origin: key.origin, size: 12 });
    expect(verifyCheckpoint(parsed, key)).toBe(true);
    const witnessed = parseCheckpoint(`${note}\u2014 witness.example AAAAAAAAAAAA\n`)!;
    expect(verifyCheckpoint(witnessed, key)).toBe(true);
  });

  it("are written as C2SP writes them", () => {
    const root = `${"AQEB".repeat(10)}AQE=`;
    expect(note.startsWith(`${key.origin}\n12\n${root}\n\n\u2014 ${key.origin} `)).toBe(true);
  });
});

describe("log keys", () => {
  it("survive their text, and no other text is one", () => {
    const text = formatLogKey(key);
    expect(parseLogKey(text)).toEqual(key);
    expect(parseLogKey(text.replace("mandate", "mandatf"))).toBeUndefined();
    expect(parseLogKey(text.slice(0, -2))).toBeUndefined();
  });

  it("of the Go checksum database has the ID that it is published with", () => {
    const sumdb = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";
    expect(formatLogKey(parseLogKey(sumdb)!)).toBe(sumdb);
  });
});

describe("receipt tokens", () => {
  it("open only as they were signed", () => {
    const entry = encodeUtf8('{"app_id":"a"}');
    const token = formatReceiptToken(entry, sign(receiptMessage(entry)));
    expect(openReceiptToken(token, publicKey)).toEqual(entry);
    const other = formatReceiptToken(encodeUtf8('{"app_id":"b"}'), sign(receiptMessage(entry)));
    expect(openReceiptToken(other, publicKey)).toBeUndefined();
    expect(openReceiptToken(`${token}.`, publicKey)).toBeUndefined();
    expect(openReceiptToken(token, ed25519PublicKey(new Uint8Array(32)))).toBeUndefined();
  });
});
