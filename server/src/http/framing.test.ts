import { connect } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createHttpServer, type HttpLogEntry, type HttpServer } from "./listen.ts";
import type { HttpRequest } from "./request.ts";

const seen: HttpRequest[] = [];
const logged: HttpLogEntry[] = [];
let server: HttpServer;
let port = 0;

beforeAll(async () => {
  server = createHttpServer({
    handler: async (request) => {
      seen.push(request);
      if (request.path === "/throw") throw new Error("a canary in the message");
      if (request.path === "/bigint") return { status: 200, body: 1n };
      if (request.path === "/slow") await new Promise((resolve) => setTimeout(resolve, 150));
      return { status: 200, body: { path: request.path } };
    },
    log: (entry) => logged.push(entry),
    limits: {
      headersTimeoutMs: 300,
      requestTimeoutMs: 600,
      bodyBytesMax: 10_000,
      headersMax: 20,
      headerBytesMax: 8_192,
    },
  });
  port = (await server.listen(0, "127.0.0.1")).port;
});
afterAll(() => server.close(0));
beforeEach(() => {
  seen.length = 0;
  logged.length = 0;
});

type Answer = { status: number; headers: { [name: string]: string }; body: string };

/** Splits what the server wrote into answers; throws when it is anything but well-formed answers. */
function readAnswers(text: string): Answer[] {
  const answers: Answer[] = [];
  for (let rest = text; rest !== ""; ) {
    const head = /^HTTP\/1\.1 (\d{3}) [^\r\n]*\r\n((?:[^\r\n]+\r\n)*)\r\n/.exec(rest);
    if (head === null) throw new Error(`not an answer: ${JSON.stringify(rest.slice(0, 200))}`);
    const headers = Object.fromEntries(
      head[2]!
        .split("\r\n")
        .filter(Boolean)
        .map((line) => [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 2)]),
    );
    const length = Number(headers["content-length"] ?? 0);
    answers.push({ status: Number(head[1]), headers, body: rest.slice(head[0].length, head[0].length + length) });
    rest = rest.slice(head[0].length + length);
  }
  return answers.filter((answer) => answer.status !== 100);
}

/** Writes bytes, waits until the server closes or is quiet after its first word, and gives what it wrote. */
function exchange(
  bytes: string | Uint8Array,
  quietMs = 60,
): Promise<{ answers: Answer[]; closed: boolean; elapsedMs: number }> {
  return new Promise((resolve) => {
    const started = performance.now();
    let text = "";
    const socket = connect(port, "127.0.0.1", () => socket.write(bytes));
    const finish = (closed: boolean) => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ answers: readAnswers(text), closed, elapsedMs: performance.now() - started });
    };
    let timer = setTimeout(() => finish(false), Math.max(quietMs, 5_000));
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
      clearTimeout(timer);
      timer = setTimeout(() => finish(false), quietMs);
    });
    socket.on("error", () => {});
    socket.on("close", () => finish(true));
  });
}

const latin1 = (text: string) => Buffer.from(text, "latin1");
const marker = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";
const json = "Content-Type: application/json\r\n";
const chunked = `POST / HTTP/1.1\r\nHost: a\r\n${json}Transfer-Encoding: chunked\r\n\r\n`;
const get = (headers: string) => `GET / HTTP/1.1\r\nHost: a\r\n${headers}\r\n`;

/** Every one is followed by a second request that must never be seen. */
const refused: [string, string | Uint8Array, number][] = [
  [
    "Content-Length, then Transfer-Encoding",
    `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    400,
  ],
  [
    "Transfer-Encoding, then Content-Length",
    `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n`,
    400,
  ],
  ["two equal Content-Lengths", get("Content-Length: 0\r\nContent-Length: 0\r\n"), 400],
  ["two different Content-Lengths", get("Content-Length: 0\r\ncontent-length: 36\r\n"), 400],
  ["Content-Length as a list", get("Content-Length: 0, 0\r\n"), 400],
  ["Content-Length with a sign", get("Content-Length: +0\r\n"), 400],
  ["Content-Length in hex", get("Content-Length: 0x0\r\n"), 400],
  ["Content-Length beyond 64 bits", get("Content-Length: 99999999999999999999999\r\n"), 400],
  ["empty Content-Length", get("Content-Length:\r\n"), 400],
  ["negative Content-Length", get("Content-Length: -1\r\n"), 400],
  ["Content-Length of a gigabyte", `POST / HTTP/1.1\r\nHost: a\r\n${json}Content-Length: 1073741824\r\n\r\n`, 413],
  ["Content-Length one above the limit", `POST / HTTP/1.1\r\nHost: a\r\n${json}Content-Length: 10001\r\n\r\n`, 413],
  ["unknown transfer encoding", `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`, 400],
  ["two transfer encodings", `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`, 400],
  [
    "Transfer-Encoding twice",
    `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    400,
  ],
  ["chunked twice", `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n`, 400],
  [
    "chunked, then identity",
    `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n`,
    400,
  ],
  ["chunked in quotes", `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: "chunked"\r\n\r\n0\r\n\r\n`, 400],
  [
    "chunked after a vertical tab",
    `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n`,
    400,
  ],
  ["chunked in HTTP/1.0", `POST / HTTP/1.0\r\nHost: a\r\n${json}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, 400],
  ["folded header", get("X-A: b\r\n c\r\n"), 400],
  ["folded Transfer-Encoding", `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n`, 400],
  ["first header begins with a space", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400],
  ["bare LF everywhere", "GET / HTTP/1.1\nHost: a\n\n", 400],
  ["bare LF after one header", "GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n", 400],
  ["bare LF at the end", "GET / HTTP/1.1\r\nHost: a\r\n\n", 400],
  ["bare CR in a header", get("X: a\rY: b\r\n"), 400],
  ["space before the colon", get("Content-Length : 36\r\n"), 400],
  ["space in a header's name", get("X Y: 1\r\n"), 400],
  ["header without a name", get(": 1\r\n"), 400],
  ["header without a colon", get("X\r\n"), 400],
  ["NUL in a header", get("X: a\0b\r\n"), 400],
  ["control byte in a header", latin1(get("X: \xff\x01\r\n")), 400],
  ["NUL in the target", "GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n", 400],
  ["non-ASCII byte in the target", latin1("GET /\xff HTTP/1.1\r\nHost: a\r\n\r\n"), 400],
  ["tab after the method", "GET\t/\tHTTP/1.1\r\nHost: a\r\n\r\n", 400],
  ["absolute-form target", "GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400],
  ["asterisk target", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 400],
  ["GET of the asterisk", "GET * HTTP/1.1\r\nHost: a\r\n\r\n", 400],
  ["CONNECT", "CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n", 405],
  ["fragment in the target", "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", 400],
  ["backslash in the target", "GET /a\\b HTTP/1.1\r\nHost: a\r\n\r\n", 400],
  ["quote in the target", 'GET /a"b HTTP/1.1\r\nHost: a\r\n\r\n', 400],
  ["broken escape in the query", "GET /?a=%zz HTTP/1.1\r\nHost: a\r\n\r\n", 400],
  ["overlong UTF-8 in the query", "GET /?a=%c0%af HTTP/1.1\r\nHost: a\r\n\r\n", 400],
  ["query parameter twice", "GET /?a=1&a=2 HTTP/1.1\r\nHost: a\r\n\r\n", 400],
  ["query parameter twice, once escaped", "GET /?a=1&%61=2 HTTP/1.1\r\nHost: a\r\n\r\n", 400],
  ["HTTP/0.9", "GET /\r\n\r\n", 400],
  ["HTTP/1.2", "GET / HTTP/1.2\r\nHost: a\r\n\r\n", 400],
  ["HTTP/2.0 on the request line", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", 400],
  ["HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400],
  ["unknown method", "FOO / HTTP/1.1\r\nHost: a\r\n\r\n", 400],
  ["TLS hello", latin1("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"), 400],
  ["no Host", "GET / HTTP/1.1\r\n\r\n", 400],
  ["empty Host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", 400],
  ["two Hosts", get("Host: b\r\n"), 400],
  ["Host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400],
  ["Host with credentials", "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", 400],
  ["two Authorizations", get("Authorization: Basic YTpi\r\nauthorization: Basic YTpi\r\n"), 400],
  ["two privy-app-ids", get("privy-app-id: a\r\nprivy-app-id: a\r\n"), 400],
  ["two privy-app-ids, in two cases", get("privy-app-id: a\r\nPRIVY-App-Id: b\r\n"), 400],
  ["two signatures", get("privy-authorization-signature: a\r\nPrivy-Authorization-Signature: b\r\n"), 400],
  ["two idempotency keys, one empty", get("privy-idempotency-key:\r\nprivy-idempotency-key: b\r\n"), 400],
  ["two expiries", get("privy-request-expiry: 1\r\nX: y\r\nprivy-request-expiry: 1\r\n"), 400],
  ["two of an unknown privy header", get("privy-new: 1\r\nprivy-new: 1\r\n"), 400],
  ["two Content-Types", `POST / HTTP/1.1\r\nHost: a\r\n${json}${json}Content-Length: 2\r\n\r\n{}`, 400],
  ["chunk size in hex notation", `${chunked}0x1\r\nx\r\n0\r\n\r\n`, 400],
  ["negative chunk size", `${chunked}-1\r\nx\r\n0\r\n\r\n`, 400],
  ["chunk size beyond 64 bits", `${chunked}10000000000000001\r\nx\r\n0\r\n\r\n`, 400],
  ["chunk size with a trailing space", `${chunked}1 \r\nx\r\n0\r\n\r\n`, 400],
  ["bare LF after a chunk size", `${chunked}1\nx\r\n0\r\n\r\n`, 400],
  ["bare LF in a chunk extension", `${chunked}1;a\nx\r\n0\r\n\r\n`, 400],
  ["chunk longer than its size", `${chunked}1\r\nxx\r\n0\r\n\r\n`, 400],
  ["no chunk size", `${chunked}\r\n0\r\n\r\n`, 400],
  ["Content-Length in the trailer", `${chunked}0\r\nContent-Length: 3\r\n\r\n`, 400],
  ["chunks above the limit", `${chunked}2710\r\n${"x".repeat(10_000)}\r\n1\r\nx\r\n0\r\n\r\n`, 413],
  ["GET with a body", `${get(`Content-Length: ${marker.length}\r\n`)}`, 400],
  ["GET with chunks", `GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, 400],
  [
    "compressed body",
    `POST / HTTP/1.1\r\nHost: a\r\n${json}Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}`,
    415,
  ],
  [
    "form body",
    `POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 2\r\n\r\n{}`,
    415,
  ],
  ["body of no type", `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}`, 415],
  [
    "JSON in UTF-16",
    `POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/json; charset=utf-16\r\nContent-Length: 2\r\n\r\n{}`,
    415,
  ],
  ["chunks of no type", `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`, 415],
  ["unknown expectation", `POST / HTTP/1.1\r\nHost: a\r\n${json}Expect: miracles\r\nContent-Length: 2\r\n\r\n{}`, 417],
  ["one huge header", get(`X: ${"a".repeat(9_000)}\r\n`), 431],
  ["too many headers", get(Array.from({ length: 21 }, (_, i) => `X-${i}: 1\r\n`).join("")), 431],
  ["huge target", `GET /${"a".repeat(9_000)} HTTP/1.1\r\nHost: a\r\n\r\n`, 431],
];

describe("refuses, answers once and sees no second request", () => {
  it.each(refused)("%s", async (_name, bytes, status) => {
    const whole = Buffer.concat([
      typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes,
      Buffer.from(marker),
    ]);
    const { answers } = await exchange(whole);
    expect(seen).toEqual([]);
    expect(answers.map((answer) => answer.status)).toEqual([status]);
    const answer = answers[0]!;
    expect(Object.keys(JSON.parse(answer.body) as object)).toEqual(["error", "code"]);
    expect(answer.headers).toMatchObject({
      "content-type": "application/json",
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      connection: "close",
    });
    expect(answer.headers["request-id"]).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("closes the connection after each kind of refusal", async () => {
    for (const name of ["bare LF everywhere", "two privy-app-ids", "CONNECT", "Content-Length of a gigabyte"]) {
      const bytes = refused.find(([label]) => label === name)![1];
      expect((await exchange(bytes, 1_500)).closed, name).toBe(true);
    }
  });

  it("answers a gigabyte that is only announced at once", async () => {
    const { elapsedMs, answers } = await exchange(
      `POST / HTTP/1.1\r\nHost: a\r\n${json}Expect: 100-continue\r\nContent-Length: 1073741824\r\n\r\n`,
    );
    expect(answers.map((answer) => answer.status)).toEqual([413]);
    expect(elapsedMs).toBeLessThan(500);
  });
});

describe("slow senders", () => {
  it.each([
    ["nothing at all", ""],
    ["half a request line", "GET / HT"],
    ["headers without an end", "GET / HTTP/1.1\r\nHost: a\r\nX: y\r\n"],
    ["half a body", `POST / HTTP/1.1\r\nHost: a\r\n${json}Content-Length: 10\r\n\r\n{"a"`],
    ["half a chunk", `${chunked}5\r\nab`],
  ])("%s", async (_name, bytes) => {
    const { answers, closed, elapsedMs } = await exchange(bytes, 4_000);
    expect(closed).toBe(true);
    expect(elapsedMs).toBeLessThan(3_000);
    expect(answers.map((answer) => answer.status)).toEqual([408]);
    expect(JSON.parse(answers[0]!.body)).toEqual({ error: "The request did not arrive in time", code: "invalid_data" });
    expect(seen).toEqual([]);
  });
});

describe("answers well-framed requests in order", () => {
  it("that come one after another on one connection", async () => {
    const { answers } = await exchange(
      `GET /slow HTTP/1.1\r\nHost: a\r\n\r\nPOST /b HTTP/1.1\r\nHost: a\r\n${json}Content-Length: 2\r\n\r\n{}GET /c HTTP/1.1\r\nHost: a\r\n\r\n`,
      400,
    );
    expect(answers.map((answer) => JSON.parse(answer.body).path)).toEqual(["/slow", "/b", "/c"]);
    expect(new Set(answers.map((answer) => answer.headers["request-id"])).size).toBe(3);
  });

  it("and refuses a broken one only after the answer before it", async () => {
    const { answers, closed } = await exchange(
      `GET /slow HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\nHost: a\n\n${marker}`,
      1_500,
    );
    expect(answers.map((answer) => answer.status)).toEqual([200, 400]);
    expect(JSON.parse(answers[0]!.body)).toEqual({ path: "/slow" });
    expect(closed).toBe(true);
    expect(seen.map((request) => request.path)).toEqual(["/slow"]);
  });

  it("up to a bound of requests that wait", async () => {
    const { answers, closed } = await exchange(`GET /slow HTTP/1.1\r\nHost: a\r\n\r\n${marker.repeat(200)}`, 1_500);
    expect(answers.map((answer) => answer.status)).toEqual([...Array(33).fill(200), 400]);
    expect(closed).toBe(true);
    expect(seen).toHaveLength(33);
  });

  it("and drops those behind a refused one", async () => {
    const { answers, closed } = await exchange(
      `${marker}${get("privy-a: 1\r\nprivy-a: 1\r\n")}${marker.repeat(3)}`,
      1_500,
    );
    expect(answers.map((answer) => answer.status)).toEqual([200, 400]);
    expect(closed).toBe(true);
    expect(seen).toHaveLength(1);
  });

  it("and one whose body breaks off in the middle, after the one before it", async () => {
    const { answers, closed } = await exchange(`GET /slow HTTP/1.1\r\nHost: a\r\n\r\n${chunked}zz\r\n${marker}`, 2_500);
    expect(answers.map((answer) => answer.status)).toEqual([200, 400]);
    expect(closed).toBe(true);
    expect(seen.map((request) => request.path)).toEqual(["/slow"]);
  });

  it("and nothing after `connection: close`", async () => {
    const { answers, closed } = await exchange(
      `GET /slow HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n${marker}`,
      1_500,
    );
    expect(answers.map((answer) => JSON.parse(answer.body))).toEqual([{ path: "/slow" }]);
    expect(closed).toBe(true);
    expect(seen).toHaveLength(1);
  });

  it("whose body comes in chunks, with an extension and after a 100", async () => {
    const { answers } = await exchange(
      `POST /x HTTP/1.1\r\nHost: a\r\n${json}Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\n{"a\r\n4\r\n":1}\r\n0\r\n\r\n`,
    );
    expect(answers.map((answer) => answer.status)).toEqual([200]);
    expect({ ...(seen[0]!.body as object) }).toEqual({ a: 1 });
    expect(Object.getPrototypeOf(seen[0]!.body)).toBeNull();
  });

  it("and takes bodies that hold requests for bodies", async () => {
    const body = JSON.stringify(marker);
    await exchange(`POST /x HTTP/1.1\r\nHost: a\r\n${json}Content-Length: ${body.length}\r\n\r\n${body}`);
    expect(seen.map((request) => request.path)).toEqual(["/x"]);
    expect(seen[0]!.body).toBe(marker);
  });
});

describe("hands on", () => {
  it("target, headers and bytes unchanged, and its own request id", async () => {
    await exchange(
      `POST //api/v1/a%2Fb?q=%20x+y&e= HTTP/1.1\r\nHost: a\r\nrequest-id: mine\r\nPrivy-App-Id: App\r\nX: 1\r\nx: 2\r\n__proto__: p\r\n${json}Content-Length: 9\r\n\r\n{"a": 1 }`,
    );
    const request = seen[0]!;
    expect(request).toMatchObject({ method: "POST", target: "//api/v1/a%2Fb?q=%20x+y&e=", path: "//api/v1/a%2Fb" });
    expect({ ...request.query }).toEqual({ q: " x y", e: "" });
    expect(request.headers["privy-app-id"]).toBe("App");
    expect(request.headers.x).toBe("1, 2");
    expect(Object.getPrototypeOf(request.headers)).toBeNull();
    expect(Buffer.from(request.rawBody).toString()).toBe('{"a": 1 }');
    expect(request.requestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(request.remoteAddress).toBe("127.0.0.1");
  });

  it("no body for an empty one, of whatever type", async () => {
    const { answers } = await exchange("DELETE /x HTTP/1.1\r\nHost: a\r\nAccept: */*\r\nContent-Length: 0\r\n\r\n");
    expect(answers[0]!.status).toBe(200);
    expect(seen[0]!.body).toBeUndefined();
  });

  it.each(['{"a":1,"a":2}', "{", "\u00ff", '{"a":1e999}', "[".repeat(70) + "]".repeat(70)])(
    "no JSON of two readings: %s",
    async (body) => {
      const bytes = latin1(`POST /x HTTP/1.1\r\nHost: a\r\n${json}Content-Length: ${body.length}\r\n\r\n${body}`);
      const { answers } = await exchange(Buffer.concat([bytes, Buffer.from(marker)]));
      expect(answers.map((answer) => answer.status)).toEqual([400, 200]);
      expect(JSON.parse(answers[0]!.body).code).toBe("invalid_data");
      expect(seen.map((request) => request.path)).toEqual(["/smuggled"]);
    },
  );

  it("a signal that tells when the caller is gone", async () => {
    await new Promise<void>((resolve) => {
      const socket = connect(port, "127.0.0.1", () => socket.write("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n"));
      setTimeout(() => socket.destroy(), 50);
      socket.on("close", () => setTimeout(resolve, 50));
    });
    expect(seen[0]!.signal.aborted).toBe(true);
    await exchange("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    expect(seen[1]!.signal.aborted).toBe(false);
  });
});

describe("a fault of the handler", () => {
  it.each(["/throw", "/bigint"])("%s is a 500 that tells nothing, and a log line without the message", async (path) => {
    const { answers } = await exchange(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`);
    const [answer] = answers;
    expect(answer!.status).toBe(500);
    expect(answer!.headers["x-should-retry"]).toBe("false");
    const requestId = answer!.headers["request-id"];
    expect(JSON.parse(answer!.body)).toEqual({
      error: `internal error; the request id is ${requestId}`,
      code: "internal_error",
    });
    const entry = logged.find((line) => line.event === "exception")!;
    expect(entry.requestId).toBe(requestId);
    expect(entry.fault!.frames.length).toBeGreaterThan(0);
    expect(JSON.stringify(logged)).not.toContain("canary");
  });
});
