import { connect, type Socket } from "node:net";

export type RawAnswer = { status: number; body: Buffer };

export type RawConnection = { exchange(request: Buffer): Promise<RawAnswer>; close(): void };

/**
 * One HTTP/1.1 connection that writes prepared bytes and reads one answer at a time, so that the generator of load costs
 * as little as it can. It understands what our own server sends: a Content-Length, no chunks.
 */
export function openRawConnection(host: string, port: number): Promise<RawConnection> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connect({ host, port, noDelay: true });
    let buffered: Buffer = Buffer.alloc(0);
    let waiting: { resolve(answer: RawAnswer): void; reject(error: Error): void } | undefined;
    const fail = (error: Error) => {
      waiting?.reject(error);
      waiting = undefined;
    };
    socket.on("data", (chunk) => {
      buffered = buffered.length === 0 ? chunk : Buffer.concat([buffered, chunk]);
      const answer = readAnswer(buffered);
      if (answer === undefined || waiting === undefined) return;
      buffered = Buffer.alloc(0);
      const { resolve: settle } = waiting;
      waiting = undefined;
      settle(answer);
    });
    socket.on("close", () => fail(new Error("the server closed the connection")));
    socket.once("error", (error) => {
      reject(error);
      fail(error);
    });
    socket.once("connect", () =>
      resolve({
        exchange: (request) =>
          new Promise((settle, refuse) => {
            waiting = { resolve: settle, reject: refuse };
            socket.write(request);
          }),
        close: () => socket.destroy(),
      }),
    );
  });
}

/** Undefined while some of it is missing. */
function readAnswer(bytes: Buffer): RawAnswer | undefined {
  const end = bytes.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const head = bytes.toString("latin1", 0, end);
  const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0);
  if (bytes.length < end + 4 + length) return undefined;
  return { status: Number(head.slice(9, 12)), body: bytes.subarray(end + 4, end + 4 + length) };
}
