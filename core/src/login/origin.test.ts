import { expect, it } from "vitest";
import { isOriginAllowed } from "./origin.ts";

const allowed = ["https://app.example", "http://localhost:5173", "https://*.apps.example", "HTTPS://Upper.example"];

it.each([
  "https://app.example.evil",
  "https://evil-app.example",
  "http://app.example",
  "https://app.example:444",
  "http://localhost",
  "http://localhost:51733",
  "https://apps.example",
  "https://.apps.example",
  "https://a.b.apps.example",
  "https://evil/.apps.example",
  "https://evil.com#.apps.example",
  "https://a@apps.example",
  "null",
  "",
  "*",
])("refuses %j", (origin) => {
  expect(isOriginAllowed(origin, allowed)).toBe(false);
});

it.each(["https://*", "https://*.example", "*", "https://a.*.example", "https://*.*.example"])(
  "takes %j for no wildcard",
  (entry) => {
    expect(isOriginAllowed("https://a.example", [entry])).toBe(false);
    expect(isOriginAllowed("https://a.b.example", [entry])).toBe(false);
  },
);

it.each(["https://app.example", "http://localhost:5173", "https://a.apps.example", "https://upper.example"])(
  "allows %j",
  (origin) => {
    expect(isOriginAllowed(origin, allowed)).toBe(true);
  },
);
