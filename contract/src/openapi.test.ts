import { readFileSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { createOpenApiDocument, serializeOpenApiDocument } from "./openapi.ts";
import { routeList } from "./routes.ts";

const file = new URL("../openapi.json", import.meta.url);
const document = createOpenApiDocument(routeList);

function listReferences(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) =>
    name === "$ref" && typeof member === "string" ? [member] : listReferences(member),
  );
}

function resolve(reference: string): unknown {
  return reference
    .replace(/^#\//, "")
    .split("/")
    .reduce<unknown>((value, part) => (value as { [part: string]: unknown } | undefined)?.[part], document);
}

it("is what openapi.json says; MANDATE_UPDATE_OPENAPI=1 writes it anew", () => {
  const text = serializeOpenApiDocument(document);
  if (process.env.MANDATE_UPDATE_OPENAPI === "1") writeFileSync(file, text);
  expect(readFileSync(file, "utf8")).toBe(text);
});

it("refers only to what it holds, and holds only what it refers to", () => {
  const references = new Set(listReferences(document));
  for (const reference of references) {
    expect(reference).toMatch(/^#\/components\//);
    expect(resolve(reference), reference).toBeDefined();
  }
  for (const kind of ["schemas", "parameters", "headers"] as const) {
    for (const name of Object.keys(document.components[kind])) {
      expect(references, name).toContain(`#/components/${kind}/${name}`);
    }
  }
});

it("describes every parameter of every path once and gives every operation its own ID", () => {
  const ids: string[] = [];
  for (const [path, item] of Object.entries(document.paths)) {
    for (const operation of Object.values(item) as { [member: string]: unknown }[]) {
      ids.push(operation.operationId as string);
      const parameters = (operation.parameters ?? []) as { in?: string; name?: string; required?: boolean }[];
      const named = parameters.filter((parameter) => parameter.in === "path");
      expect(named.map((parameter) => `{${parameter.name}}`)).toEqual(path.match(/\{[^}]+\}/g) ?? []);
      expect(named.every((parameter) => parameter.required)).toBe(true);
      expect(Object.keys(operation.responses as object)).toEqual(expect.arrayContaining(["500"]));
    }
  }
  expect(new Set(ids).size).toBe(ids.length);
});

it("says of bodies that unknown members are refused", () => {
  for (const [name, schema] of Object.entries(document.components.schemas) as [string, { [m: string]: unknown }][]) {
    if (!name.endsWith("Body") || schema.oneOf !== undefined) continue;
    expect(schema.additionalProperties, name).toBe(false);
  }
});
