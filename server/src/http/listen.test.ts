import { Agent, request } from "node:http";
import { connect, type Socket } from "node:net";
import { afterEach, expect, it } from "vitest";
import { createHttpServer, type HttpLogEntry, type HttpServer } from "./listen.ts";
import type { Handler } from "./request.ts";

let server: HttpServer | undefined;
const logged: HttpLogEntry[] = [];
const sockets: Socket[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await server?.close(0);
  server = undefined;
  logged.length = 0;
});

async function start(handler: Handler, limits: Parameters<typeof createHttpServer>[0]["limits"] = {}): Promise<number> {
  server = createHttpServer({ handler, limits, log: (entry) => logged.push(entry) });
  return (await server.listen(0, "127.0.0.1")).port;
}

async function send(port: number, method: string, path: string, body?: string, agent?: Agent) {
  return await new Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; text: string }>(
    (resolve, reject) => {
      const headers = body === undefined ? {} : { "content-type": "application/json", "content-length": body.length };
      const sent = request({ port, host: "127.0.0.1", method, path, headers, agent }, (response) => {
        let text = "";
        response.on("data", (chunk) => {
          text += chunk;
        });
        response.on("end", () => resolve({ status: response.statusCode!, headers: response.headers, text }));
      });
      sent.on("error", reject);
      sent.end(body);
    },
  );
}

function openBody(port: number, length: number): Promise<Socket> {
  return new Promise((resolve) => {
    const head = `POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: ${length + 1}\r\n\r\n`;
    const socket = connect(port, "127.0.0.1", () => {
      socket.write(head + "x".repeat(length));
      resolve(socket);
    });
    socket.on("error", () => {});
    sockets.push(socket);
  });
}

const settle = () => new Promise((resolve) => setTimeout(resolve, 60));

it("turns bodies away while those it holds fill the memory it may use, and takes them again after", async () => {
  const port = await start(async () => ({ status: 200, body: {} }), { bodyBytesHeldMax: 1_000 });
  const holding = await Promise.all([openBody(port, 400), openBody(port, 400)]);
  await settle();
  const refused = await send(port, "POST", "/", `"${"x".repeat(300)}"`);
  expect([refused.status, JSON.parse(refused.text).code]).toEqual([503, "unavailable"]);
  expect(refused.headers["x-should-retry"]).toBe("true");
  for (const socket of holding) socket.destroy();
  await settle();
  for (let i = 0; i < 5; i++) expect((await send(port, "POST", "/", `"${"x".repeat(900)}"`)).status).toBe(200);
});

it("delivers the refusal of a body that is still being sent", async () => {
  const port = await start(async () => ({ status: 200 }), { bodyBytesMax: 1_000 });
  expect((await send(port, "POST", "/", `"${"x".repeat(500_000)}"`)).status).toBe(413);
});

it("delivers it to a client that sends far more, and looks at the answer late", async () => {
  const port = await start(async () => ({ status: 200 }), { bodyBytesMax: 1_000 });
  const socket = await openBody(port, 8_000_000);
  await settle();
  const answer = await new Promise<string>((resolve) => {
    socket.once("data", (chunk) => resolve(chunk.toString("latin1")));
    socket.once("close", () => resolve("nothing"));
  });
  expect(answer).toMatch(/^HTTP\/1\.1 413 /);
});

it("holds no more connections than it may", async () => {
  const port = await start(async () => ({ status: 200, body: {} }), { connectionsMax: 2 });
  const open = () =>
    new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1", () => socket.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
      sockets.push(socket);
      socket.on("data", () => resolve(true));
      socket.on("error", () => resolve(false));
      socket.on("close", () => resolve(false));
    });
  expect([await open(), await open(), await open()]).toEqual([true, true, false]);
});

it("waits for what is under way when it closes, then cuts", async () => {
  const port = await start(async (incoming) => {
    await new Promise((resolve) => setTimeout(resolve, incoming.path === "/soon" ? 50 : 5_000));
    return { status: 200, body: {} };
  });
  const agent = new Agent({ keepAlive: true });
  const soon = send(port, "GET", "/soon", undefined, agent);
  const never = send(port, "GET", "/never", undefined, agent).catch((error: NodeJS.ErrnoException) => error.code);
  await settle();
  const started = performance.now();
  await server!.close(200);
  expect(performance.now() - started).toBeLessThan(1_000);
  expect((await soon).status).toBe(200);
  expect(await never).toBe("ECONNRESET");
  agent.destroy();
});

it("writes 204 without a body, HEAD without one, and the handler's headers", async () => {
  const port = await start(async (incoming) =>
    incoming.method === "DELETE" ? { status: 204 } : { status: 200, body: { a: 1 }, headers: { allow: "GET" } },
  );
  const deleted = await send(port, "DELETE", "/");
  expect([deleted.status, deleted.text, deleted.headers["content-type"], deleted.headers["content-length"]]).toEqual([
    204,
    "",
    undefined,
    undefined,
  ]);
  const head = await send(port, "HEAD", "/");
  expect([head.status, head.text, head.headers["content-length"], head.headers.allow]).toEqual([200, "", "7", "GET"]);
});

it("logs one line per request, with nothing of query, headers or body", async () => {
  const port = await start(async (incoming) => {
    incoming.annotations.operation = "op";
    return { status: 200, body: {} };
  });
  const { headers } = await send(port, "POST", "/p?q=canary", '"canary"');
  await settle();
  expect(logged).toEqual([
    {
      event: "request",
      requestId: headers["request-id"],
      method: "POST",
      operation: "op",
      status: 200,
      durationMs: expect.any(Number),
      remoteAddress: "127.0.0.1",
    },
  ]);
});
