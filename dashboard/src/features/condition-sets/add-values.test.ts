import { expect, it } from "vitest";
import { readValues } from "./add-values.ts";

it("reads values by line and comma, each once, nothing empty", () => {
  expect(readValues("")).toEqual([]);
  expect(readValues(" \n,\r\n , ")).toEqual([]);
  expect(readValues("0xA\r\n0xB, 0xA ,0xC\n\nwith space")).toEqual(["0xA", "0xB", "0xC", "with space"]);
});
