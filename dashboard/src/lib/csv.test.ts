import { describe, expect, it } from "vitest";
import { formatCsv } from "./csv.ts";

describe("CSV", () => {
  it("quotes, and keeps spreadsheets from running what users wrote", () => {
    expect(
      formatCsv(
        ["a", "b"],
        [
          ['say "hi"', "x,y"],
          ["=1+1", "line\nbreak"],
          ["-1", "plain"],
        ],
      ),
    ).toBe('a,b\r\n"say ""hi""","x,y"\r\n\'=1+1,"line\nbreak"\r\n\'-1,plain');
  });
});
