import { expect, it } from "vitest";
import { parseSearch, readSearch, stringifySearch } from "./search.ts";

it("drops what a page does not know, and what is no text", () => {
  expect(readSearch(["search"])({ search: { a: 1 }, other: "x" })).toEqual({});
  expect(readSearch(["search", "create"])({ search: 7, create: true })).toEqual({ search: "7", create: true });
});

it.each([{}, { chain: "8453" }, { search: "a&b=c ?#é", kind: "email" }, { next: "/app/x?kind=email" }, { a: "true" }])(
  "comes back from the address as it went: %o",
  (search) => expect(parseSearch(stringifySearch(search))).toEqual(search),
);

it("writes plain text, and nothing that is empty", () => {
  expect(stringifySearch({ chain: "8453", search: "", create: true, kind: undefined })).toBe("?chain=8453&create=true");
  expect(stringifySearch({ search: "" })).toBe("");
});
