import { closeSync, openSync, readFileSync, readSync } from "node:fs";

/** The writable memory of a process, piece by piece (proc(5)). Undefined where this user may not look. */
export function readProcessMemory(pid: number): Buffer[] | undefined {
  try {
    const memory = openSync(`/proc/${pid}/mem`, "r");
    const pieces: Buffer[] = [];
    for (const line of readFileSync(`/proc/${pid}/maps`, "utf8").split("\n")) {
      const match = /^([0-9a-f]+)-([0-9a-f]+) rw.p/.exec(line);
      if (match === null) continue;
      const from = BigInt(`0x${match[1]}`);
      const piece = Buffer.alloc(Number(BigInt(`0x${match[2]}`) - from));
      try {
        const length = readSync(memory, piece, 0, piece.length, from as unknown as number);
        pieces.push(piece.subarray(0, length));
      } catch {
        // A mapping without pages behind it.
      }
    }
    closeSync(memory);
    return pieces;
  } catch {
    return undefined;
  }
}
