import { connect } from "node:net";
import { gzipSync } from "node:zlib";
import { readResidentMegabytes } from "../../bench/process-usage.ts";
import { type Fault, formatMs } from "../fault.ts";
import { startTarget, type Target } from "../target.ts";

const MEGABYTE = 1_048_576;

/** Bodies far above the limit: announced, unannounced, and compressed. */
export const hugeBodies: Fault = {
  id: "F14",
  title: "huge bodies",
  mustHold: "each is refused, most of it unread, and memory stays below 256 MB",
  async run({ full }) {
    const megabytes = full ? 1024 : 64;
    const target = await startTarget({ MANDATE_DEV_CHAINS: "0" });
    try {
      const { app } = target;
      const head = [
        "POST /v1/wallets HTTP/1.1",
        "host: 127.0.0.1",
        `authorization: Basic ${Buffer.from(`${app.id}:${app.secret}`).toString("base64")}`,
        `privy-app-id: ${app.id}`,
        "content-type: application/json",
      ];
      const announced = await sendBody(target, [...head, `content-length: ${megabytes * MEGABYTE}`], megabytes, false);
      const chunked = await sendBody(target, [...head, "transfer-encoding: chunked"], megabytes, true);
      const bomb = gzipSync(Buffer.alloc(32 * MEGABYTE, 0x20));
      const packed = await sendBytes(
        target,
        [...head, "content-encoding: gzip", `content-length: ${bomb.length}`],
        bomb,
      );
      const residentMegabytes = readResidentMegabytes(target.mandate.pids().api!);
      const after = await target.client.send(target.readWallet());
      const violations: string[] = [];
      for (const [name, { status }] of Object.entries({ announced, chunked, packed })) {
        const isRefused = status === 413 || status === 415 || status === 400;
        if (!isRefused) violations.push(`the ${name} body was answered ${status ?? "not at all"}`);
      }
      if (residentMegabytes > 256) violations.push(`the API holds ${residentMegabytes} MB`);
      if (after.status !== 200) violations.push(`afterwards an honest request was answered ${after.status}`);
      return {
        figures: {
          "body MB": megabytes,
          "announced: status, after": `${announced.status}, ${formatMs(announced.afterMs)}`,
          "chunked: status, after": `${chunked.status}, ${formatMs(chunked.afterMs)}`,
          "gzip: status, after": `${packed.status}, ${formatMs(packed.afterMs)}`,
          "API RSS MB": residentMegabytes,
        },
        violations,
      };
    } finally {
      await target.remove();
    }
  },
};

type Answered = { status: number | undefined; afterMs: number };

/** Writes until the server has answered, or all is written. */
function sendBody(target: Target, head: string[], megabytes: number, chunked: boolean): Promise<Answered> {
  const block = Buffer.alloc(MEGABYTE, 0x20);
  const part = chunked ? Buffer.concat([Buffer.from("100000\r\n"), block, Buffer.from("\r\n")]) : block;
  return exchange(target, head, async (write) => {
    for (let sent = 0; sent < megabytes; sent++) if (!(await write(part))) return;
    if (chunked) await write(Buffer.from("0\r\n\r\n"));
  });
}

function sendBytes(target: Target, head: string[], bytes: Uint8Array): Promise<Answered> {
  return exchange(target, head, async (write) => void (await write(bytes)));
}

function exchange(
  target: Target,
  head: string[],
  send: (write: (bytes: Uint8Array) => Promise<boolean>) => Promise<void>,
): Promise<Answered> {
  const { hostname, port } = new URL(target.mandate.url);
  const beganAt = performance.now();
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    let answered: Answered = { status: undefined, afterMs: 0 };
    let ended = false;
    const finish = () => {
      ended = true;
      clearTimeout(timer);
      socket.destroy();
      resolve(answered);
    };
    const timer = setTimeout(finish, 60_000);
    socket.on("data", (chunk: Buffer) => {
      const status = /^HTTP\/1\.1 (\d{3})/.exec(chunk.toString("latin1"))?.[1];
      if (status === undefined || status === "100") return;
      answered = { status: Number(status), afterMs: performance.now() - beganAt };
      finish();
    });
    socket.on("error", () => undefined);
    socket.on("close", finish);
    const write = (bytes: Uint8Array) =>
      new Promise<boolean>((done) => {
        if (ended) return done(false);
        if (socket.write(bytes)) return setImmediate(() => done(!ended));
        socket.once("drain", () => done(!ended));
        socket.once("close", () => done(false));
      });
    socket.once("connect", () => {
      socket.write(`${head.join("\r\n")}\r\n\r\n`);
      void send(write);
    });
  });
}
