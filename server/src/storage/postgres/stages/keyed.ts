import type { SqlScalar } from "../statement.ts";

/** Rows by key: what was asked for, what the database has, what the batch has made of it. */
export type Keyed<V> = {
  want(...key: string[]): void;
  /** The keys that were asked for, in the order that all processes share. */
  wanted(): string[][];
  /** Keeps what the database has. */
  keep(key: string[], value: V): void;
  find(...key: string[]): V | undefined;
  set(key: string[], value: V | undefined): void;
  /** The keys that were set, in order, with their values of now and of before. */
  changes(): { key: string[]; value: V | undefined; before: V | undefined }[];
};

export function createKeyed<V>(): Keyed<V> {
  const wanted = new Map<string, string[]>();
  const stored = new Map<string, V>();
  const staged = new Map<string, { key: string[]; value: V | undefined }>();
  return {
    want(...key) {
      wanted.set(nameOf(key), key);
    },
    wanted: () => [...wanted.values()].sort(compareKeys),
    keep(key, value) {
      stored.set(nameOf(key), value);
    },
    find(...key) {
      const name = nameOf(key);
      const own = staged.get(name);
      return own === undefined ? stored.get(name) : own.value;
    },
    set(key, value) {
      staged.set(nameOf(key), { key, value });
    },
    changes: () =>
      [...staged.values()]
        .sort((left, right) => compareKeys(left.key, right.key))
        .map(({ key, value }) => ({ key, value, before: stored.get(nameOf(key)) })),
  };
}

/** By UTF-16 code unit: any order will do as long as every process has the same. */
export function compareKeys(left: readonly SqlScalar[], right: readonly SqlScalar[]): number {
  for (const [at, part] of left.entries()) {
    const other = right[at];
    if (part !== other) return String(part) < String(other) ? -1 : 1;
  }
  return 0;
}

function nameOf(key: string[]): string {
  return JSON.stringify(key);
}
