import type { Deps } from "../deps.ts";

/**
 * Which of several servers does a job just now. It saves work and guards nothing: every job may be done twice at the
 * same moment, since the holder may have been stopped and continued, and the clocks of two servers differ.
 */
export type Lease = {
  /** Takes or prolongs it; false while another holds it. */
  hold(): Promise<boolean>;
};

/** `holder` outlives a restart, so that a server that comes back goes on at once. */
export function createLease(
  deps: Pick<Deps, "documents" | "nowMs">,
  { job, holder, lastsMs }: { job: string; holder: string; lastsMs: number },
): Lease {
  const key = { collection: "leases", scope: "", id: job };
  return {
    async hold() {
      const nowMs = deps.nowMs();
      const found = await deps.documents.findDocument(key);
      if (found !== undefined) {
        const held = JSON.parse(found.body) as { holder: string; untilMs: number };
        if (held.holder !== holder && held.untilMs > nowMs) return false;
      }
      const body = JSON.stringify({ holder, untilMs: nowMs + lastsMs });
      const put = { ...key, version: (found?.version ?? 0) + 1, body, createdAtMs: found?.createdAtMs ?? nowMs };
      return (await deps.documents.writeDocuments({ put: [put] })).ok;
    },
  };
}
