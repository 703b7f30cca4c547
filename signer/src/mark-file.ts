import {
  closeSync,
  existsSync,
  fdatasyncSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";

export type MarkFile = {
  /** Durable when it returns. When it throws, nothing of the line remains, or no further line is taken. */
  append(line: string): void;
};

/** Whether the file has to be there: it is written at the first start, before any key is sealed. */
export type MarkFileMode = "create" | "existing";

/** Throws when a file that must be there is gone; `loss` says what would not be noticed without it. */
export function assertMarkFile(path: string, mode: MarkFileMode, loss: string): void {
  if (mode === "create" || existsSync(path)) return;
  throw new Error(
    `${path} is gone, so ${loss} would not be noticed; put it back from its backup (an empty file in its place gives up that protection)`,
  );
}

/** Lines of a file of marks. A torn last line is what a crash leaves and is dropped; it was never relied on. */
export function readMarkLines(path: string): string[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, "utf8").split("\n");
  lines.pop();
  return lines;
}

/** Replaces the file by these lines, whole or not at all, and opens it for more. */
export function openMarkFile(path: string, lines: Iterable<string>): MarkFile {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const beside = `${path}.tmp`;
  const fresh = openSync(beside, "w", 0o600);
  let length = 0;
  for (const line of lines) length += writeWhole(fresh, `${line}\n`);
  fsyncSync(fresh);
  closeSync(fresh);
  renameSync(beside, path);
  const folder = openSync(dirname(path), "r");
  fsyncSync(folder);
  closeSync(folder);

  const file = openSync(path, "a", 0o600);
  let broken = false;
  return {
    append(line) {
      if (broken) throw new Error("the file of marks failed before; nothing is relied on until a restart");
      broken = true;
      try {
        const added = writeWhole(file, `${line}\n`);
        fdatasyncSync(file);
        length += added;
      } catch (error) {
        // A full disk may have taken half of the line, and the next one must not be glued to it.
        ftruncateSync(file, length);
        fdatasyncSync(file);
        // After a failed sync the kernel may call the next one a success; after a failed write it is as it was.
        if (isDiskFull(error)) broken = false;
        throw error;
      }
      broken = false;
    },
  };
}

function writeWhole(file: number, text: string): number {
  const bytes = Buffer.from(text, "utf8");
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
  return bytes.length;
}

function isDiskFull(error: unknown): boolean {
  const { code, syscall } = error as NodeJS.ErrnoException;
  return syscall === "write" && (code === "ENOSPC" || code === "EDQUOT");
}
