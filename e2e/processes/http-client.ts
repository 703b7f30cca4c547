/** A small keep-alive HTTP client. Not `fetch`: this one says exactly what became of a connection, and costs little. */
import { randomInt } from "node:crypto";
import { Agent, request as httpRequest } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { PreparedRequest } from "./signed-request.ts";

export type Answer = { status: number; body: string };

export type HttpClient = {
  /** Rejects when the connection breaks or nothing comes within the time-out. */
  send(request: PreparedRequest): Promise<Answer>;
  /** The same bytes again and again until the server answers with something other than 503. */
  sendUntilAnswered(request: PreparedRequest): Promise<Answer & { attempts: number }>;
  close(): void;
};

export function createHttpClient(
  url: string,
  onAnswer?: (request: PreparedRequest, answer: Answer) => void,
): HttpClient {
  const { hostname, port } = new URL(url);
  const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });

  function send(request: PreparedRequest): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const headers: { [name: string]: string | number } = { ...request.headers };
      if (request.body !== "") headers["content-length"] = Buffer.byteLength(request.body);
      const outgoing = httpRequest(
        { agent, hostname, port, method: request.method, path: request.path, headers, timeout: 15_000 },
        (incoming) => {
          const chunks: Buffer[] = [];
          incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
          incoming.on("error", reject);
          incoming.on("end", () => {
            const answer = { status: incoming.statusCode ?? 0, body: Buffer.concat(chunks).toString("utf8") };
            onAnswer?.(request, answer);
            resolve(answer);
          });
        },
      );
      outgoing.on("timeout", () => outgoing.destroy(new Error("no answer in time")));
      outgoing.on("error", reject);
      outgoing.end(request.body);
    });
  }

  return {
    send,
    async sendUntilAnswered(request) {
      for (let attempts = 1; ; attempts++) {
        const answer = await send(request).catch(() => undefined);
        if (answer !== undefined && answer.status !== 503) return { ...answer, attempts };
        await sleep(20);
      }
    },
    close: () => agent.destroy(),
  };
}

/** 503 says that nobody knows, 409 that others were always faster: the same bytes may be sent again. */
export async function askUntilDecided(client: HttpClient, request: PreparedRequest): Promise<Answer> {
  for (;;) {
    const answer = await client.sendUntilAnswered(request);
    if (answer.status !== 409) return answer;
    await sleep(randomInt(10, 50));
  }
}
