import { connect } from "node:net";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createHttpServer, type HttpLogEntry, type HttpServer } from "./listen.ts";

const runs = Math.ceil(150 * Number(process.env.MANDATE_FUZZ ?? 1));
const logged: HttpLogEntry[] = [];
let server: HttpServer;
let port = 0;

beforeAll(async () => {
  server = createHttpServer({
    handler: async () => ({ status: 200, body: {} }),
    log: (entry) => logged.push(entry),
    limits: { headersTimeoutMs: 100, requestTimeoutMs: 150 },
  });
  port = (await server.listen(0, "127.0.0.1")).port;
});
afterAll(() => server.close(0));

const seeds = [
  'POST /v1/wallets/a/rpc?x=1 HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nprivy-app-id: a\r\nContent-Length: 7\r\n\r\n{"a":1}',
  'POST /v1/wallets HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n{"a\r\n4\r\n":1}\r\n0\r\n\r\n',
  "GET / HTTP/1.1\r\nHost: a\r\nAuthorization: Basic YTpi\r\nExpect: 100-continue\r\nConnection: keep-alive\r\n\r\n",
];
const fragments = [
  "\r\n",
  "\n",
  "\r",
  "\0",
  " ",
  "\t",
  ":",
  "0",
  "-1",
  "Content-Length: 3\r\n",
  "Transfer-Encoding: chunked\r\n",
].concat([
  "privy-app-id: b\r\n",
  "%",
  "\xff",
  ";",
  ",",
  "HTTP/1.0",
  "{",
  "\r\n\r\n",
  "GET / HTTP/1.1\r\nHost: b\r\n\r\n",
]);

const mutation = fc.record({
  at: fc.nat(400),
  removed: fc.integer({ min: 0, max: 6 }),
  inserted: fc.oneof(fc.constantFrom(...fragments), fc.string({ maxLength: 4 })),
});

function mutate(seed: string, mutations: { at: number; removed: number; inserted: string }[]): Buffer {
  let text = seed + seed;
  for (const { at, removed, inserted } of mutations) {
    const place = at % (text.length + 1);
    text = text.slice(0, place) + inserted + text.slice(place + removed);
  }
  return Buffer.from(text, "latin1");
}

function exchange(bytes: Buffer, destroyAfterMs: number): Promise<string> {
  return new Promise((resolve) => {
    let text = "";
    const socket = connect(port, "127.0.0.1", () => socket.write(bytes));
    const timer = setTimeout(() => socket.destroy(), destroyAfterMs);
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
    });
    socket.on("error", () => {});
    socket.on("close", () => {
      clearTimeout(timer);
      resolve(text);
    });
  });
}

it("answers damaged requests with 2xx or a 4xx of our form, however they are damaged", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...seeds),
      fc.array(mutation, { minLength: 1, maxLength: 4 }),
      fc.constantFrom(3, 40),
      async (seed, mutations, destroyAfterMs) => {
        const text = await exchange(mutate(seed, mutations), destroyAfterMs);
        for (const answer of text.split(/(?=HTTP\/1\.1 \d{3} )/).filter(Boolean)) {
          const [head = "", body = ""] = answer.split("\r\n\r\n");
          const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1]);
          expect(status).toBeLessThan(500);
          if (status >= 400) expect(Object.keys(JSON.parse(body) as object)).toEqual(["error", "code"]);
        }
      },
    ),
    { numRuns: runs },
  );
  expect(logged.filter((entry) => entry.event === "exception")).toEqual([]);
  expect(await exchange(Buffer.from(`GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`), 1_000)).toContain(
    "200 OK",
  );
});
