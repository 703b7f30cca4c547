import { decodeBase64, encodeBase64 } from "@mandate/core/encoding/base64";
import type { LogHead, LogHeads } from "./core/record-log.ts";
import { assertMarkFile, type MarkFileMode, openMarkFile, readMarkLines } from "./mark-file.ts";

/** The last tree signed of each log, on disk: one line `<app ID> <size> <base64 root>` per checkpoint. */
export function openLogHeadsFile(path: string, mode: MarkFileMode = "create"): LogHeads {
  assertMarkFile(path, mode, "a record that was cut, altered or forked");
  const heads = readHeads(path);
  const file = openMarkFile(
    path,
    [...heads].map(([appId, head]) => formatHead(appId, head)),
  );
  return {
    get: (appId) => heads.get(appId),
    raise(appId, head) {
      file.append(formatHead(appId, head));
      heads.set(appId, head);
    },
  };
}

function formatHead(appId: string, { size, root }: LogHead): string {
  return `${appId} ${size} ${encodeBase64(root)}`;
}

function readHeads(path: string): Map<string, LogHead> {
  const heads = new Map<string, LogHead>();
  for (const [at, line] of readMarkLines(path).entries()) {
    const match = /^([A-Za-z0-9_-]{1,64}) (\d{1,15}) ([A-Za-z0-9+/]{43}=)$/.exec(line);
    const root = match === null ? undefined : decodeBase64(match[3]!);
    if (match === null || root === undefined)
      throw new Error(`${path} is damaged at line ${at + 1}; nothing is signed until it is restored`);
    const [, appId, size] = match as unknown as [string, string, string];
    if (Number(size) >= (heads.get(appId)?.size ?? 0)) heads.set(appId, { size: Number(size), root });
  }
  return heads;
}
