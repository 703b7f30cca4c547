/** What was done for one user: the list that the page shows, and who is watching it. */
export type Entry = {
  id: number;
  /** ISO 8601. */
  at: string;
  what: string;
  to: string;
  ether: string;
} & (
  | { outcome: "paid"; hash: string; block: string }
  | { outcome: "refused"; rule: string | null; because: string }
  | { outcome: "failed"; because: string }
);

export type Status = { acting: boolean; balance: string };

export type Event = { type: "entry"; entry: Entry } | { type: "status"; status: Status };

type NewEntry = Entry extends infer One ? (One extends Entry ? Omit<One, "id" | "at"> : never) : never;

const ENTRIES_MAX = 100;

export class Activity {
  #entries: Entry[] = [];
  #count = 0;
  #status: Status = { acting: false, balance: "0" };
  readonly #watchers = new Set<(event: Event) => void>();

  add(entry: NewEntry): void {
    this.#count += 1;
    const made = { ...entry, id: this.#count, at: new Date().toISOString() };
    this.#entries = [...this.#entries, made].slice(-ENTRIES_MAX);
    this.#tell({ type: "entry", entry: made });
  }

  setStatus(status: Partial<Status>): void {
    this.#status = { ...this.#status, ...status };
    this.#tell({ type: "status", status: this.#status });
  }

  /** Tells everything so far, then everything that happens, until the returned function is called. */
  watch(watcher: (event: Event) => void): () => void {
    for (const entry of this.#entries) watcher({ type: "entry", entry });
    watcher({ type: "status", status: this.#status });
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  #tell(event: Event): void {
    for (const watcher of this.#watchers) watcher(event);
  }
}
