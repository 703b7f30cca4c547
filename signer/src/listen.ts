import { Socket } from "node:net";
import { handle, type SignerState } from "./handle.ts";
import { encodeFrame, FrameError, FrameReader } from "./protocol.ts";

/** The ordinary end: the API stopped, or the supervisor will say why it did. */
export const API_GONE = "the API closed the connection";

const NOTHING = new Uint8Array(0);

/**
 * Serves the inherited socket until the other end closes it. Answers made in one turn of the loop leave in one write.
 * A stream that is not ours ends the connection: after a framing error nothing on it can be trusted.
 */
export function listen(fd: number, state: SignerState, onEnd: (reason: string) => void): Socket {
  const socket = new Socket({ fd, readable: true, writable: true });
  const reader = new FrameReader();
  socket.on("data", (chunk: Uint8Array) => {
    try {
      const frames = reader.push(chunk);
      if (frames.length === 0) return;
      socket.cork();
      for (const frame of frames) socket.write(answerTo(state, frame));
      socket.uncork();
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      socket.destroy();
      onEnd(`the API broke the protocol: ${error.message}`);
    }
  });
  socket.on("error", () => socket.destroy());
  socket.on("close", () => onEnd(API_GONE));
  return socket;
}

function answerTo(state: SignerState, frame: Parameters<typeof handle>[1]): Uint8Array {
  const { id } = frame.header;
  try {
    return encodeFrame(id, handle(state, frame), NOTHING);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return encodeFrame(
      id,
      { outcome: "refused", status: 400, code: "invalid_data", error: "the answer would be too large", used: [] },
      NOTHING,
    );
  }
}
