import { isStorableText } from "../commit-unit.ts";

export type SqlScalar = string | number | boolean | null;
export type SqlValue = SqlScalar | readonly SqlScalar[];

/** Its text is constant, so that each connection prepares it once: lists are arrays, not lists of placeholders. */
export type Statement = { sql: string; params: SqlValue[] };

/** By position. The driver gives 64-bit columns as text; see `readInteger`. */
export type Row = SqlScalar[];

/** The row type is the caller's promise about the columns; the schema keeps it. */
export type Reader = {
  /** Text among `params` that cannot be stored finds nothing; see `isStorableText`. */
  findRows<R extends Row>(sql: string, params: SqlValue[]): Promise<R[]>;
  findRow<R extends Row>(sql: string, params: SqlValue[]): Promise<R | undefined>;
};

export function isFindable(params: readonly SqlValue[]): boolean {
  return params.every((value) => {
    if (typeof value === "string") return isStorableText(value);
    return !Array.isArray(value) || isFindable(value);
  });
}

/** What the driver binds. Arrays go as array literals (PostgreSQL's manual, section 8.15.2). */
export function encodeParams(params: readonly SqlValue[]): SqlScalar[] {
  if (!isFindable(params)) throw new TypeError("text with U+0000 or an unpaired surrogate cannot be stored");
  return params.map((value) => (isArray(value) ? `{${value.map(encodeElement).join(",")}}` : value));
}

function isArray(value: SqlValue): value is readonly SqlScalar[] {
  return Array.isArray(value);
}

function encodeElement(value: SqlScalar): string {
  if (typeof value !== "string") return value === null ? "NULL" : String(value);
  return `"${value.replace(/["\\]/g, "\\$&")}"`;
}

/** Times, versions and sequences are safe integers: whoever wrote them has checked. */
export function readInteger(value: string): number {
  return Number(value);
}

/** The rows of a list turned into one array for each column, for `unnest`. */
export function toColumns(rows: readonly SqlScalar[][], width: number): SqlScalar[][] {
  return Array.from({ length: width }, (_, column) => rows.map((row) => row[column]!));
}

/** The first text after all that begin with this: no text holds a character beyond U+10FFFF. */
export function endOf(prefix: string): string {
  return `${prefix}\u{10ffff}`;
}
