import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { createGuardedFetch } from "./guarded-fetch.ts";

const development = { loopback: true, private: false };
const production = { loopback: false, private: false };
const servers: Server[] = [];

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

describe("a request to a server that somebody else named", () => {
  it.each([
    "ftp://example.com/",
    "file:///etc/passwd",
    "http://example.com/",
    "http://user@127.0.0.1/",
    "https://user:secret@example.com/",
    "https://10.0.0.1/",
    "https://169.254.169.254/latest/meta-data",
    "https://[fc00::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://0x7f000001/",
    "https://2130706433/",
    "nonsense",
  ])("%s is not sent", async (url) => {
    await expect(createGuardedFetch(production)(url)).rejects.toThrow(/^its address/);
  });

  it("is not sent to this machine by any name, unless in development", async () => {
    const url = await serve((_request, response) => response.end("{}"));
    const byName = url.replace("127.0.0.1", "localhost");
    for (const to of [url, byName, url.replace("http", "https"), byName.replace("http", "https")])
      await expect(createGuardedFetch(production)(to)).rejects.toThrow(/^its address/);
    expect(await (await createGuardedFetch(development)(url)).json()).toEqual({});
  });

  it("follows no redirect", async () => {
    let seen = 0;
    const url = await serve((request, response) => {
      if (request.url === "/inner") seen++;
      response.writeHead(302, { location: "/inner" }).end();
    });
    expect((await createGuardedFetch(development)(url)).status).toBe(302);
    expect(seen).toBe(0);
  });

  it("ends when the answer is too large, too late, cut off, or nobody is there", async () => {
    const large = await serve((_request, response) => response.end("x".repeat(2000)));
    const late = await serve(() => {});
    const cut = await serve((_request, response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("x");
      setTimeout(() => response.destroy(), 20);
    });
    const fetchShort = createGuardedFetch(development, { timeoutMs: 300, bytesMax: 1000 });
    await expect(fetchShort(large)).rejects.toThrow("its answer is too large");
    await expect(fetchShort(late)).rejects.toThrow("it did not answer in time");
    await expect(fetchShort(cut)).rejects.toThrow("it cannot be reached");
    await expect(fetchShort("http://127.0.0.1:1/")).rejects.toThrow("it cannot be reached");
  });

  it("carries method, headers and body, and brings back status, headers and body", async () => {
    const url = await serve((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        response.writeHead(418, { "x-answer": "tea" });
        response.end(`${request.method} ${request.headers["x-asked"]} ${Buffer.concat(chunks).toString()}`);
      });
    });
    const answer = await createGuardedFetch(development)(url, {
      method: "POST",
      headers: { "x-asked": "yes" },
      body: "a=ü",
    });
    expect([answer.status, answer.headers.get("x-answer"), await answer.text()]).toEqual([418, "tea", "POST yes a=ü"]);
  });
});
