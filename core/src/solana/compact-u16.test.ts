import { describe, expect, it } from "vitest";
import { MalformedBytes, readFrom } from "./byte-reader.ts";
import { encodeCompactU16, takeCompactU16 } from "./compact-u16.ts";

describe("takeCompactU16", () => {
  it("refuses every spelling but the shortest, and what is over 65535", () => {
    // The malformed cases of the runtime's own test (`short_vec`), and some more.
    const refused = [
      [],
      [0x80],
      [0x80, 0x00],
      [0x80, 0x80],
      [0x80, 0x80, 0x00],
      [0xff, 0x00],
      [0xff, 0x80, 0x00],
      [0x81, 0x80, 0x00],
      [0x80, 0x80, 0x04],
      [0xff, 0xff, 0x04],
      [0x80, 0x80, 0x80],
      [0xff, 0xff, 0xff],
      [0x80, 0x80, 0x80, 0x00],
      [0xff, 0xff, 0xff, 0x00],
    ];
    for (const bytes of refused) {
      expect(() => takeCompactU16(readFrom(Uint8Array.from(bytes))), String(bytes)).toThrow(MalformedBytes);
    }
  });

  it("reads every length that it writes, and no further", () => {
    for (let value = 0; value <= 0xffff; value++) {
      const bytes = encodeCompactU16(value);
      const reader = readFrom(Uint8Array.from([...bytes, 0xaa]));
      if (takeCompactU16(reader) !== value || reader.at !== bytes.length) expect.fail(`${value}`);
    }
    expect(encodeCompactU16(0xffff)).toEqual([0xff, 0xff, 0x03]);
    expect(encodeCompactU16(0x80)).toEqual([0x80, 0x01]);
  });

  it("accepts no three bytes that it would not write", () => {
    for (let bytes = 0; bytes < 1 << 24; bytes += process.env.MANDATE_FUZZ === undefined ? 251 : 1) {
      const reader = readFrom(Uint8Array.of(bytes & 0xff, (bytes >> 8) & 0xff, bytes >> 16));
      let value: number | undefined;
      try {
        value = takeCompactU16(reader);
      } catch {
        continue;
      }
      const again = encodeCompactU16(value);
      if (again.length !== reader.at || again.some((byte, i) => byte !== reader.bytes[i])) expect.fail(`${bytes}`);
    }
  });

  it("writes lengths only", () => {
    for (const value of [-1, 0x10000, 1.5, Number.NaN]) expect(() => encodeCompactU16(value)).toThrow(RangeError);
  });
});
