import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose_gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** What is held on the heap, in bytes, after a collection. */
export function readLiveHeap(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}
