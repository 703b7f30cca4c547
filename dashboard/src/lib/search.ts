import { useNavigate, useSearch } from "@tanstack/react-router";

export type Search = Record<string, string | boolean | undefined>;

/** What stands after the `?`, as text: an address holds what people would write into it, and no JSON. */
export function parseSearch(text: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(text));
}

export function stringifySearch(search: Record<string, unknown>): string {
  const given = Object.entries(search).filter(([, value]) => value !== undefined && value !== "");
  const text = new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)])).toString();
  return text === "" ? "" : `?${text}`;
}

/** Reads what an address says after the `?`: texts and switches by known names, everything else is dropped. */
export function readSearch(names: readonly string[]) {
  return (search: Record<string, unknown>): Search =>
    Object.fromEntries(
      names.flatMap((name): [string, string | boolean][] => {
        const value = search[name];
        if (value === true) return [[name, true]];
        return typeof value === "string" || typeof value === "number" ? [[name, String(value)]] : [];
      }),
    );
}

/** The state of a page that is in its address, and how to change it. Empty values leave the address. */
export function useSearchState(): [search: Record<string, string | undefined>, set: (change: Search) => void] {
  const search = useSearch({ strict: false }) as Search;
  const navigate = useNavigate();
  const texts = Object.fromEntries(
    Object.entries(search).map(([name, value]) => [name, value === undefined ? undefined : String(value)]),
  );
  const set = (change: Search) => {
    const next = Object.fromEntries(Object.entries({ ...search, ...change }).filter(([, value]) => Boolean(value)));
    void navigate({ to: ".", search: next as never, replace: true });
  };
  return [texts, set];
}
