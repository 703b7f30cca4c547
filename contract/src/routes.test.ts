import { expect, it } from "vitest";
import { z } from "zod";
import { errorCodes, errors, makeErrorBody } from "./errors.ts";
import { defineRoute } from "./route.ts";
import { routes } from "./routes.ts";

it("files every route under its own ID", () => {
  for (const [id, route] of Object.entries(routes)) expect(route.id).toBe(id);
});

it("lets no two routes answer the same request", () => {
  const keys = Object.values(routes).flatMap((route) =>
    [route.path, ...("aliases" in route ? route.aliases : [])].map(
      (path) => `${route.method} ${path.replace(/\{[^}]+\}/g, "{}")}`,
    ),
  );
  expect(new Set(keys).size).toBe(keys.length);
});

it("demands signatures only where signature errors are declared", () => {
  for (const route of Object.values(routes)) {
    const declares = (route.errors as readonly string[]).includes("zero_correct_authorization_signatures");
    expect(declares, route.id).toBe(route.authorization !== "none");
  }
});

it("refuses a route whose path and parameters disagree", () => {
  const base = {
    id: "x",
    method: "GET",
    summary: "",
    caller: "app",
    authorization: "none",
    responses: {},
    errors: [],
    idempotent: false,
  } as const;
  expect(() => defineRoute({ ...base, path: "/v1/x/{id}", request: {} })).toThrow("parameters");
  expect(() =>
    defineRoute({ ...base, path: "/v1/x", request: { params: z.strictObject({ id: z.string() }) } }),
  ).toThrow();
  expect(() => defineRoute({ ...base, path: "/v1//x", request: {} })).toThrow("malformed");
});

it("never changes the status or the text of a code", () => {
  expect(errorCodes.map((code) => `${code} ${errors[code].status} ${errors[code].message}`)).toMatchSnapshot();
});

it("writes `error` before `code`", () => {
  expect(JSON.stringify(makeErrorBody("policy_violation"))).toBe(
    '{"error":"RPC request denied due to policy violation","code":"policy_violation"}',
  );
  expect(Object.keys(makeErrorBody("invalid_data", "x", [1]))).toEqual(["error", "code", "details"]);
});
