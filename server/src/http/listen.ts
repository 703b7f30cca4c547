import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";
import { parseJson } from "@mandate/core/encoding/json";
import { type BodyBudget, type BodyFailure, drain, readBody } from "./body.ts";
import { checkFraming, HTTP_LIMITS, type HttpLimits } from "./framing.ts";
import type { Handler, HttpRequest } from "./request.ts";
import { errorResponse, type HttpResponse } from "./response.ts";
import { parseTarget } from "./target.ts";

/** One line per request. It never holds bodies, header values, query text or messages of exceptions. */
export type HttpLogEntry = {
  event: "request" | "exception";
  requestId: string;
  method: string;
  operation?: string;
  appId?: string;
  /** Of a failure. */
  code?: string;
  status: number;
  durationMs: number;
  remoteAddress: string;
  /** Of an exception: its class and where it was thrown. */
  fault?: { name: string; frames: string[] };
};

export type HttpServerOptions = {
  handler: Handler;
  log: (entry: HttpLogEntry) => void;
  limits?: Partial<HttpLimits>;
  nowMs?: () => number;
};

export type HttpServer = {
  /** Resolves with the port, which is chosen by the system when `port` is 0. */
  listen(port: number, host: string): Promise<{ port: number }>;
  /** Takes no new requests, waits for those under way for at most `graceMs`, then cuts the connections. */
  close(graceMs: number): Promise<void>;
};

/** What is known of a connection beyond node's own. */
type Connection = {
  /** Ends when the last request taken so far is answered. Requests of one connection are served one after another. */
  tail: Promise<void>;
  waiting: number;
  /** Nothing that still comes in is a request: one was refused here, or the framing broke. */
  closed: boolean;
  /** A request was refused and its answer says `close`: those behind it are dropped unseen. */
  refused: boolean;
  /** What the parser found wrong. Those before it are still answered. */
  failure: BodyFailure | undefined;
  /** Ends the reading of the body that is under way. */
  failBody: ((failure: BodyFailure) => void) | undefined;
};

/** Requests that may wait behind one another on a connection. No client of ours pipelines at all. */
const waitingMax = 32;

/** The lingering read after an early refusal: long enough for an honest client, short enough for a hostile one. */
const lingerMs = 1_000;

/**
 * An HTTP/1.1 server that hands each well-framed request to `handler` and answers everything else itself (I23, I25,
 * I36). Not a framework: authorization signatures cover the raw target and headers, so both must arrive unchanged.
 */
export function createHttpServer(options: HttpServerOptions): HttpServer {
  const limits: HttpLimits = { ...HTTP_LIMITS, ...options.limits };
  const nowMs = options.nowMs ?? Date.now;
  const budget: BodyBudget = { held: 0, max: limits.bodyBytesHeldMax };
  let closing = false;
  const connections = new WeakMap<Duplex, Connection>();
  const connectionOf = (socket: Duplex): Connection => {
    const known = connections.get(socket);
    if (known !== undefined) return known;
    const fresh: Connection = {
      tail: Promise.resolve(),
      waiting: 0,
      closed: false,
      refused: false,
      failure: undefined,
      failBody: undefined,
    };
    connections.set(socket, fresh);
    return fresh;
  };

  const server = createServer({
    insecureHTTPParser: false,
    // Its refusal would go out without our body; `checkFraming` judges the host.
    requireHostHeader: false,
    maxHeaderSize: limits.headerBytesMax,
    headersTimeout: limits.headersTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    connectionsCheckingInterval: Math.min(1_000, limits.headersTimeoutMs),
    noDelay: true,
  });
  // Beyond this number node drops headers silently; the size limit and `checkFraming` refuse instead.
  server.maxHeadersCount = 0;
  server.maxConnections = limits.connectionsMax;
  server.timeout = limits.idleTimeoutMs;

  const onRequest = (message: IncomingMessage, response: ServerResponse) => {
    const connection = connectionOf(message.socket);
    if (connection.closed) return;
    connection.waiting += 1;
    if (connection.waiting > waitingMax) {
      connection.closed = true;
      connection.failure = { ok: false, status: 400, message: "Too many requests wait on this connection" };
    }
    // INVARIANT (I23): whether a request ended where its head says is known before the one behind it is looked at.
    const answered = new Promise((resolve) => response.once("close", resolve));
    const next = async () => {
      if (connection.refused) return;
      await serve(message, response, connection);
      await answered;
      connection.waiting -= 1;
      if (connection.waiting === 0 && connection.failure !== undefined) {
        endWith(message.socket, writeRawRefusal(connection.failure));
      }
    };
    connection.tail = connection.tail.then(next).catch(() => {
      message.socket.destroy();
    });
  };

  async function serve(message: IncomingMessage, response: ServerResponse, connection: Connection): Promise<void> {
    const requestId = randomUUID();
    const receivedAtMs = nowMs();
    const remoteAddress = message.socket.remoteAddress ?? "";
    const annotations: HttpRequest["annotations"] = {};
    const method = message.method ?? "";
    const logEntry = (event: HttpLogEntry["event"], status: number): HttpLogEntry => {
      return { event, requestId, method, ...annotations, status, durationMs: nowMs() - receivedAtMs, remoteAddress };
    };
    let heldBytes = 0;
    try {
      const answer = await answerMessage();
      if (answer === undefined) return;
      await send(message, response, answer, requestId, connection.refused || closing);
      options.log(logEntry("request", answer.status));
    } catch (thrown) {
      options.log({ ...logEntry("exception", 500), fault: describeFault(thrown) });
      if (response.headersSent) message.socket.destroy();
      else {
        const answer = errorResponse("internal_error", `internal error; the request id is ${requestId}`);
        await send(message, response, answer, requestId, connection.refused || closing);
      }
    } finally {
      budget.held -= heldBytes;
    }

    /** Undefined when the caller is gone. */
    async function answerMessage(): Promise<HttpResponse | undefined> {
      const head = { method, httpVersion: message.httpVersion, rawHeaders: message.rawHeaders };
      const framing = checkFraming(head, limits);
      if (!framing.ok) return refuseAndClose(framing);
      const target = parseTarget(message.url ?? "");
      if (!target.ok) return refuseAndClose({ status: 400, message: target.message });

      let rawBody: Uint8Array = new Uint8Array(0);
      if (framing.hasBody) {
        if (connection.failure !== undefined && !message.complete) return refuseAndClose(connection.failure);
        if (framing.headers.expect !== undefined) response.writeContinue();
        const read = await readBody(message, limits.bodyBytesMax, budget, (fail) => {
          connection.failBody = fail;
        });
        connection.failBody = undefined;
        if (!read.ok) return read.status === undefined ? undefined : refuseAndClose(read);
        heldBytes = read.bytes.length;
        rawBody = read.bytes;
      }
      let body: HttpRequest["body"];
      if (rawBody.length > 0) {
        const parsed = parseJson(rawBody, { bytesMax: limits.bodyBytesMax });
        if (!parsed.ok) return errorResponse("invalid_data", parsed.message);
        body = parsed.value;
      }
      const gone = new AbortController();
      response.once("close", () => {
        if (!response.writableFinished) gone.abort();
      });
      return await options.handler({
        method,
        target: message.url ?? "",
        path: target.path,
        params: {},
        query: target.query,
        headers: framing.headers,
        rawBody,
        body,
        requestId,
        remoteAddress,
        receivedAtMs,
        signal: gone.signal,
        annotations,
        answerHeaders: {},
      });
    }

    function refuseAndClose(refusal: { status: number; message: string }): HttpResponse {
      connection.closed = true;
      connection.refused = true;
      if (refusal.status === 503) return errorResponse("unavailable", refusal.message);
      return errorResponse("invalid_data", refusal.message, { status: refusal.status });
    }
  }

  server.on("request", onRequest);
  // Left alone, node would invite any body before we have judged the head, or answer 417 without ours.
  server.on("checkContinue", onRequest);
  server.on("checkExpectation", onRequest);
  server.on("connect", (_message, socket: Duplex) => {
    failConnection(socket, { ok: false, status: 405, message: "CONNECT is not served" });
  });
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Duplex) => {
    if (error.code === "ECONNRESET") socket.destroy();
    failConnection(socket, { ok: false, ...describeClientError(error.code) });
  });

  function failConnection(socket: Duplex, failure: BodyFailure): void {
    const connection = connectionOf(socket);
    const isFirst = !connection.closed;
    connection.closed = true;
    if (!isFirst || !socket.writable) return;
    connection.failure = failure;
    if (connection.failBody !== undefined) connection.failBody(failure);
    // While others wait, an answer written now would pass for theirs.
    else if (connection.waiting === 0) endWith(socket, writeRawRefusal(failure));
  }

  return {
    listen: (port, host) =>
      new Promise((resolve, reject) => {
        server.once("error", reject);
        server.listen(port, host, () => {
          server.off("error", reject);
          resolve({ port: (server.address() as AddressInfo).port });
        });
      }),
    close: (graceMs) =>
      new Promise((resolve) => {
        closing = true;
        const timer = setTimeout(() => server.closeAllConnections(), graceMs);
        server.close(() => {
          clearTimeout(timer);
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
}

async function send(
  message: IncomingMessage,
  response: ServerResponse,
  answer: HttpResponse,
  requestId: string,
  closes: boolean,
): Promise<void> {
  const text = answer.rawBody ?? (answer.body === undefined ? undefined : JSON.stringify(answer.body));
  if (response.destroyed) return;
  const contentLength = text === undefined ? undefined : Buffer.byteLength(text);
  response.writeHead(answer.status, headersOf(answer, requestId, contentLength, closes));
  if (closes && !message.complete) {
    if (text !== undefined) response.write(text);
    await drain(message, HTTP_LIMITS.bodyBytesMax, lingerMs);
    response.end();
  } else response.end(text);
}

function headersOf(
  answer: HttpResponse,
  requestId: string,
  contentLength: number | undefined,
  closes: boolean,
): { [name: string]: string } {
  return {
    ...(contentLength === undefined ? {} : { "content-type": "application/json" }),
    "cache-control": "no-store",
    ...answer.headers,
    "request-id": requestId,
    // RFC 9110 §8.6: a 204 has no Content-Length.
    ...(answer.status === 204 ? {} : { "content-length": String(contentLength ?? 0) }),
    "x-content-type-options": "nosniff",
    ...(closes ? { connection: "close" } : {}),
  };
}

function describeClientError(code: string | undefined): { status: number; message: string } {
  if (code === "HPE_HEADER_OVERFLOW") return { status: 431, message: "The headers are too large" };
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") return { status: 408, message: "The request did not arrive in time" };
  if (code === "HPE_CHUNK_EXTENSIONS_OVERFLOW") return { status: 413, message: "The chunk extensions are too large" };
  return { status: 400, message: "Malformed HTTP request" };
}

/** For connections on which the parser found no request to answer. */
function writeRawRefusal(refusal: { status: number; message: string }): Buffer {
  const answer = errorResponse("invalid_data", refusal.message, { status: refusal.status });
  const body = Buffer.from(JSON.stringify(answer.body), "utf8");
  const headers = headersOf(answer, randomUUID(), body.length, true);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return Buffer.concat([Buffer.from(`HTTP/1.1 ${refusal.status} Refused\r\n${lines.join("\r\n")}\r\n\r\n`), body]);
}

function endWith(socket: Duplex, bytes: Buffer): void {
  // Already ending: what is under way is the last that goes out.
  if (!socket.writable) return;
  socket.end(bytes);
  // The other side may never close its half.
  const timer = setTimeout(() => socket.destroy(), lingerMs);
  (socket as Socket).once("close", () => clearTimeout(timer));
  socket.resume();
}

/** Class and stack frames only: the message of an exception may quote what was being worked on. */
function describeFault(thrown: unknown): { name: string; frames: string[] } {
  if (!(thrown instanceof Error)) return { name: typeof thrown, frames: [] };
  const frames = (thrown.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  return { name: thrown.name, frames: frames.slice(0, 20).map((line) => line.trim()) };
}
