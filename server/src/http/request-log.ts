import type { HttpLogEntry } from "./listen.ts";

export type LoggedRequest = {
  requestId: string;
  atMs: number;
  method: string;
  operation: string | null;
  status: number;
  code: string | null;
  durationMs: number;
  remoteAddress: string;
};

export type RequestLog = {
  add(entry: HttpLogEntry, nowMs: number): void;
  /** Of one app, the newest first. */
  list(appId: string): LoggedRequest[];
};

/**
 * The last requests of apps, in memory, for their developers to look at. What one app asks for takes no room from
 * another. Nothing a caller sent is in it but the operation it named.
 */
export function createRequestLog(perAppMax = 1000, appsMax = 200): RequestLog {
  // A Map remembers the order of insertion: the first app is the one that asked longest ago.
  const apps = new Map<string, LoggedRequest[]>();
  return {
    add(entry, nowMs) {
      const { appId = "" } = entry;
      if (appId === "") return;
      const known = apps.get(appId) ?? [];
      apps.delete(appId);
      if (apps.size >= appsMax) apps.delete(apps.keys().next().value as string);
      apps.set(appId, known);
      known.push({
        requestId: entry.requestId,
        atMs: nowMs,
        method: entry.method,
        operation: entry.operation ?? null,
        status: entry.status,
        code: entry.code ?? null,
        durationMs: entry.durationMs,
        remoteAddress: entry.remoteAddress,
      });
      if (known.length > perAppMax * 2) known.splice(0, known.length - perAppMax);
    },
    list: (appId) => (apps.get(appId) ?? []).slice(-perAppMax).reverse(),
  };
}
