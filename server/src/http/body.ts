import type { IncomingMessage } from "node:http";

export type BodyFailure = { ok: false; status: number; message: string };
export type BodyResult = { ok: true; bytes: Uint8Array } | BodyFailure | { ok: false; status: undefined };

/** Counts the bytes of all bodies held, so that many large ones cannot exhaust memory together (I36). */
export type BodyBudget = { held: number; readonly max: number };

/** `status` undefined: the caller went away, nobody is there to answer. */
const gone: BodyResult = { ok: false, status: undefined };

/**
 * Reads a body of at most `bytesMax` bytes. Bytes are counted in `budget` as they arrive, not as they are announced;
 * the caller gives them back. `interrupt` receives the function that ends the reading from outside: the parser may
 * find that the rest of the message is malformed or late.
 */
export function readBody(
  message: IncomingMessage,
  bytesMax: number,
  budget: BodyBudget,
  interrupt: (fail: (failure: BodyFailure) => void) => void,
): Promise<BodyResult> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const finish = (result: BodyResult) => {
      message.off("data", onData).off("end", onEnd).off("close", onClose).off("error", onClose);
      // An 'error' without a listener would end the process.
      message.on("error", () => {});
      if (!result.ok) budget.held -= length;
      resolve(result);
    };
    const onData = (chunk: Buffer) => {
      length += chunk.length;
      budget.held += chunk.length;
      if (length > bytesMax) finish({ ok: false, status: 413, message: `The body may have at most ${bytesMax} bytes` });
      else if (budget.held > budget.max) finish({ ok: false, status: 503, message: "The server is full; try again" });
      else chunks.push(chunk);
    };
    const onEnd = () => finish({ ok: true, bytes: chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, length) });
    const onClose = () => finish(gone);
    message.on("data", onData).on("end", onEnd).on("close", onClose).on("error", onClose);
    interrupt(finish);
  });
}

/**
 * Discards what still arrives, up to a bound, and then waits: an answer to a request that is not read to its end would
 * otherwise be lost, as closing a socket with unread bytes resets it, and the reset overtakes the answer.
 */
export function drain(message: IncomingMessage, bytesMax: number, timeMaxMs: number): Promise<void> {
  return new Promise((resolve) => {
    let length = 0;
    const finish = () => {
      clearTimeout(timer);
      message.off("data", onData).off("end", finish).off("close", finish);
      resolve();
    };
    const onData = (chunk: Buffer) => {
      length += chunk.length;
      if (length > bytesMax) message.pause();
    };
    const timer = setTimeout(finish, timeMaxMs);
    message.on("error", () => {});
    message.on("data", onData).on("end", finish).on("close", finish);
    message.resume();
    if (message.complete || message.destroyed) finish();
  });
}
