export type HttpLimits = {
  /** Of the request line and all headers together. */
  headerBytesMax: number;
  headersMax: number;
  bodyBytesMax: number;
  /** Of all bodies held at one moment; above it new ones are turned away. */
  bodyBytesHeldMax: number;
  /** From the first byte, or from the connection, to the end of the headers. */
  headersTimeoutMs: number;
  /** From the first byte to the end of the body. */
  requestTimeoutMs: number;
  keepAliveTimeoutMs: number;
  /** A connection on which nothing moves at all. */
  idleTimeoutMs: number;
  connectionsMax: number;
};

export const HTTP_LIMITS: HttpLimits = {
  headerBytesMax: 32_768,
  headersMax: 100,
  bodyBytesMax: 1_000_000,
  bodyBytesHeldMax: 134_217_728,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  keepAliveTimeoutMs: 65_000,
  idleTimeoutMs: 120_000,
  connectionsMax: 12_000,
};

export type RequestHead = {
  method: string;
  httpVersion: string;
  /** Names and values in turn, as they were sent. */
  rawHeaders: readonly string[];
};

export type Framing =
  | { ok: true; headers: { [name: string]: string }; hasBody: boolean }
  | { ok: false; status: number; message: string };

/** Headers that two readers must not read differently. Every `privy-` header is one too. */
const singletons = new Set([
  "authorization",
  "content-encoding",
  "content-length",
  "content-type",
  "expect",
  "host",
  "transfer-encoding",
]);

/**
 * Judges the head of a request (I23). The parser before us is strict already; what it lets through and a proxy might
 * read differently is refused here. A refusal closes the connection, because the end of the message is in doubt.
 */
export function checkFraming(head: RequestHead, limits: HttpLimits): Framing {
  if (head.httpVersion !== "1.1" && head.httpVersion !== "1.0") return refuse(400, "Use HTTP/1.1");
  if (head.rawHeaders.length / 2 > limits.headersMax) return refuse(431, "Too many headers");
  const headers: { [name: string]: string } = Object.create(null);
  for (let at = 0; at < head.rawHeaders.length; at += 2) {
    const name = head.rawHeaders[at]!.toLowerCase();
    const value = head.rawHeaders[at + 1]!;
    if (!Object.hasOwn(headers, name)) headers[name] = value;
    else if (isSingleton(name)) return refuse(400, `The header ${name} was sent more than once`);
    else headers[name] += `, ${value}`;
  }
  return checkHost(head, headers) ?? checkBody(head, headers, limits);
}

function isSingleton(name: string): boolean {
  return singletons.has(name) || name.startsWith("privy-");
}

function checkHost(head: RequestHead, headers: { [name: string]: string }): Framing | undefined {
  if (headers.host === undefined && head.httpVersion === "1.0") return undefined;
  const isHost = headers.host !== undefined && /^[A-Za-z0-9._~:[\]-]{1,255}$/.test(headers.host);
  return isHost ? undefined : refuse(400, "Missing or malformed Host header");
}

function checkBody(head: RequestHead, headers: { [name: string]: string }, limits: HttpLimits): Framing {
  const length = headers["content-length"];
  const encoding = headers["transfer-encoding"];
  if (encoding !== undefined && length !== undefined) {
    return refuse(400, "Content-Length and Transfer-Encoding exclude each other");
  }
  if (encoding !== undefined && (head.httpVersion !== "1.1" || encoding.toLowerCase() !== "chunked")) {
    return refuse(400, "The only transfer encoding is chunked");
  }
  if (length !== undefined && !/^[0-9]{1,15}$/.test(length)) return refuse(400, "Malformed Content-Length");
  const hasBody = encoding !== undefined || (length !== undefined && Number(length) > 0);
  if (hasBody && (head.method === "GET" || head.method === "HEAD" || head.method === "OPTIONS")) {
    return refuse(400, `A ${head.method} request has no body`);
  }
  if (headers.expect !== undefined && headers.expect.toLowerCase() !== "100-continue") {
    return refuse(417, "The only expectation is 100-continue");
  }
  if (headers["content-encoding"] !== undefined && headers["content-encoding"].toLowerCase() !== "identity") {
    return refuse(415, "Send the body without Content-Encoding");
  }
  if (Number(length ?? 0) > limits.bodyBytesMax) {
    return refuse(413, `The body may have at most ${limits.bodyBytesMax} bytes`);
  }
  if (hasBody && !isJsonContentType(headers["content-type"])) {
    return refuse(415, "Send the body as Content-Type: application/json");
  }
  return { ok: true, headers, hasBody };
}

function isJsonContentType(value: string | undefined): boolean {
  return value !== undefined && /^application\/json[ \t]*(;[ \t]*charset="?utf-8"?[ \t]*)?$/i.test(value);
}

function refuse(status: number, message: string): Framing {
  return { ok: false, status, message };
}
