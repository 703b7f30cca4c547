import type { Socket } from "node:net";
import { encodeFrame, FrameError, FrameReader, type SignerAnswer, type SignerMessage } from "./protocol.ts";

/** The signer is gone or did not answer in time. Nothing is known of the request but that nothing was released. */
export class SignerUnavailableError extends Error {
  override name = "SignerUnavailableError";
}

export type SignerClient = {
  send(message: SignerMessage): Promise<SignerAnswer>;
  close(): void;
};

const ANSWER_TIMEOUT_MS = 10_000;

/** Speaks the signer's protocol over the inherited socket. Messages sent in one turn of the loop leave in one write. */
export function createSignerClient(socket: Socket, onEnd: (reason: string) => void): SignerClient {
  type Waiting = { resolve(answer: SignerAnswer): void; reject(error: Error): void; sentAtMs: number };
  const waiting = new Map<number, Waiting>();
  const reader = new FrameReader();
  let nextId = 1;
  let ended = false;
  let corked = false;

  function end(reason: string): void {
    if (ended) return;
    ended = true;
    clearInterval(sweep);
    for (const { reject } of waiting.values()) reject(new SignerUnavailableError(reason));
    waiting.clear();
    socket.destroy();
    onEnd(reason);
  }

  // One sweep for all, since a timer per request would cost more than the request's framing.
  const sweep = setInterval(() => {
    const oldest = Date.now() - ANSWER_TIMEOUT_MS;
    for (const [id, { reject, sentAtMs }] of waiting) {
      if (sentAtMs > oldest) break;
      waiting.delete(id);
      reject(new SignerUnavailableError("the signer did not answer in time"));
    }
  }, 1000);
  sweep.unref();

  socket.on("data", (chunk: Uint8Array) => {
    try {
      for (const { header } of reader.push(chunk)) {
        const entry = waiting.get(header.id);
        if (entry === undefined) continue;
        waiting.delete(header.id);
        entry.resolve(header as unknown as SignerAnswer);
      }
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      end(`the signer broke the protocol: ${error.message}`);
    }
  });
  socket.on("error", (error) => end(`the connection to the signer failed: ${error.message}`));
  socket.on("close", () => end("the signer closed the connection"));

  return {
    send(message) {
      if (ended) return Promise.reject(new SignerUnavailableError("the signer is not running"));
      const id = nextId++;
      const body = message.kind === "request" ? message.body : new Uint8Array(0);
      const frame = encodeFrame(id, message, body);
      if (!corked) {
        corked = true;
        socket.cork();
        setImmediate(() => {
          corked = false;
          socket.uncork();
        });
      }
      socket.write(frame);
      return new Promise((resolve, reject) => waiting.set(id, { resolve, reject, sentAtMs: Date.now() }));
    },
    close() {
      end("closed");
    },
  };
}
