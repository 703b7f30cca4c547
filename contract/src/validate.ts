import type { z } from "zod";
import { type ErrorCode, messages } from "./errors.ts";
import type { BodyOf, Route } from "./route.ts";

export type Validated<T> = { ok: true; value: T } | { ok: false; code: ErrorCode; message: string };

const issuesShownMax = 10;
const keysShownMax = 5;
const keyLengthShownMax = 64;
const messageLengthMax = 1000;

/**
 * Judges a value and hands back that very value, not zod's copy of it: what was judged is what is acted on. Schemas
 * for JSON bodies therefore never coerce, default or transform.
 *
 * The message joins the wire's texts of what is wrong with `; ` (spec 00 §5.3). It names members and expectations;
 * refused values are never repeated, for they may be secrets.
 */
export function validate<S extends z.ZodType>(
  schema: S,
  value: unknown,
  codeOf?: (path: readonly PropertyKey[]) => ErrorCode,
): Validated<z.output<S>> {
  const result = schema.safeParse(value, { error: markDefaultText, reportInput: true });
  if (result.success) return { ok: true, value: value as z.output<S> };
  return describeFailure(result.error.issues, codeOf);
}

/** The same for text from outside JSON, where "10" means 10: here the parsed copy is the value. */
export function validateQuery<S extends z.ZodType>(schema: S, value: unknown): Validated<z.output<S>> {
  const result = schema.safeParse(value, { error: markDefaultText, reportInput: true });
  return result.success ? { ok: true, value: result.data } : describeFailure(result.error.issues, undefined);
}

/** A route without a body takes none, or the `{}` that some clients send with every DELETE (spec 00 §4). */
export function validateBody<R extends Route>(route: R, body: unknown): Validated<BodyOf<R>> {
  const schema: z.ZodType | undefined = route.request.body;
  if (schema !== undefined) {
    return validate(schema, body, route.request.bodyErrorCode) as Validated<BodyOf<R>>;
  }
  const isEmptyObject =
    typeof body === "object" && body !== null && !Array.isArray(body) && Object.keys(body).length === 0;
  if (body === undefined || isEmptyObject) return { ok: true, value: undefined as BodyOf<R> };
  return { ok: false, code: "invalid_data", message: "This operation takes no body" };
}

function describeFailure(
  issues: readonly z.core.$ZodIssue[],
  codeOf: ((path: readonly PropertyKey[]) => ErrorCode) | undefined,
): { ok: false; code: ErrorCode; message: string } {
  const flat = listIssues(issues);
  const texts = [...new Set(flat.slice(0, issuesShownMax).map(describeIssue))];
  const message = texts.join("; ");
  return {
    ok: false,
    code: codeOf === undefined ? "invalid_data" : codeOf(flat[0]?.path ?? []),
    message: message.length > messageLengthMax ? `${message.slice(0, messageLengthMax - 1)}…` : message,
  };
}

/** An update of nothing but empty text is empty, rather than wrong in each of its members (spec 03 §3.5). */
function listIssues(issues: readonly z.core.$ZodIssue[]): readonly z.core.$ZodIssue[] {
  const flat = issues.flatMap((issue) => flattenUnion(issue, []));
  const empty = flat.find(({ message }) => message === messages.emptyUpdate);
  const hasOther = flat.some(({ code }) => code === "unrecognized_keys");
  return empty === undefined || hasOther ? flat : [empty];
}

/**
 * zod asks this for a text only where the schema gives none, so a mark at the front tells the two apart: a schema's
 * own text goes out as it is, the others are written by `describeIssue`.
 */
const defaultMark = "\u0001";
const markDefaultText = (): string => defaultMark;

type FlatIssue = z.core.$ZodIssue;

/** Of a union's alternatives, the one that fits best: the fewest complaints, the first among equals. */
function flattenUnion(issue: z.core.$ZodIssue, parents: readonly PropertyKey[]): FlatIssue[] {
  const path = [...parents, ...issue.path];
  if (issue.code !== "invalid_union" || issue.errors.length === 0 || issue.message !== defaultMark) {
    return [{ ...issue, path }];
  }
  const isOfWrongType = (errors: readonly z.core.$ZodIssue[]): boolean =>
    errors.some(
      (error) => error.path.length === 0 && (error.code === "invalid_type" || error.code === "invalid_value"),
    );
  const plausible = issue.errors.filter((errors) => !isOfWrongType(errors));
  if (plausible.length === 0) return [{ ...issue, path }];
  const best = plausible.reduce((least, errors) => (errors.length < least.length ? errors : least));
  return best.flatMap((error) => flattenUnion(error, path));
}

function describeIssue(issue: FlatIssue): string {
  if (issue.message !== defaultMark) return issue.message;
  // The wire names the key alone (spec 00 §5.3).
  const place = issue.code === "unrecognized_keys" ? "" : describePath(issue.path);
  return place === "" ? describeExpectation(issue) : `${describeExpectation(issue)} at ${place}`;
}

function describeExpectation(issue: FlatIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return issue.input === undefined ? "Required" : `Expected ${issue.expected}`;
    case "unrecognized_keys":
      return `Unrecognized key(s) in object: ${listShortened(issue.keys)}`;
    case "invalid_value":
      return issue.input === undefined ? "Required" : `Expected ${listShortened(issue.values.map(String), " | ")}`;
    case "invalid_union":
      return isMissing(issue) ? "Required" : "Invalid input";
    case "too_small":
      return describeBound(issue.origin, "at least", String(issue.minimum));
    case "too_big":
      return describeBound(issue.origin, "at most", String(issue.maximum));
    case "invalid_format":
      return issue.format === "regex" ? "Invalid format" : `Invalid ${issue.format}`;
    default:
      return issue.input === undefined ? "Required" : "Invalid input";
  }
}

/** A discriminated union reports the object, and at its path the member that tells the alternatives apart. */
function isMissing(issue: z.core.$ZodIssueInvalidUnion): boolean {
  const { input, discriminator } = issue as { input?: unknown; discriminator?: string };
  if (discriminator === undefined || typeof input !== "object" || input === null) return input === undefined;
  return !Object.hasOwn(input, discriminator);
}

function describeBound(origin: string, relation: string, bound: string): string {
  if (origin === "string") return `String must contain ${relation} ${bound} character(s)`;
  if (origin === "array") return `Array must contain ${relation} ${bound} element(s)`;
  return `Number must be ${relation} ${bound}`;
}

/** `window.seconds`, `rules[0].name`. Names come from the request, so they are cut and freed of control characters. */
function describePath(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) =>
      typeof part === "number" ? `[${part}]` : `${index === 0 ? "" : "."}${shorten(String(part))}`,
    )
    .join("");
}

function listShortened(names: readonly string[], separator = ", "): string {
  const shown = names.slice(0, keysShownMax * (separator === ", " ? 1 : 10)).map((name) => `'${shorten(name)}'`);
  return shown.length < names.length ? `${shown.join(separator)}${separator}…` : shown.join(separator);
}

function shorten(name: string): string {
  const printable = name.slice(0, keyLengthShownMax).replace(/[^\x20-\x7e]/g, "?");
  return name.length > keyLengthShownMax ? `${printable}…` : printable;
}
