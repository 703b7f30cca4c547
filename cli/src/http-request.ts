/**
 * One HTTP exchange with the API. Not `fetch`: that one refuses some ports outright and follows redirects, which
 * would carry the operator's token elsewhere.
 */
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";

export type HttpAnswer = { status: number; body: string };

export type HttpRequest = {
  method: "GET" | "POST" | "PATCH" | "DELETE";
  url: string;
  headers?: Record<string, string>;
  body?: string;
  /** Whole exchange, milliseconds. */
  timeoutMs: number;
};

const maxAnswerBytes = 16 * 1024 * 1024;

/** Rejects with a system error when there is no answer: `ECONNREFUSED`, `ETIMEDOUT`, … */
export function exchange(request: HttpRequest): Promise<HttpAnswer> {
  const url = new URL(request.url);
  const send = url.protocol === "https:" ? httpsRequest : httpRequest;
  const body = request.body === undefined ? undefined : Buffer.from(request.body, "utf8");
  const headers: Record<string, string> = { accept: "application/json", ...request.headers };
  if (body !== undefined) headers["content-length"] = String(body.length);
  return new Promise((resolve, reject) => {
    const outgoing = send(url, { method: request.method, headers, agent: false }, (incoming) => {
      const chunks: Buffer[] = [];
      let size = 0;
      incoming.on("data", (chunk: Buffer) => {
        size += chunk.length;
        if (size > maxAnswerBytes) outgoing.destroy(new Error("the answer is larger than 16 MB"));
        else chunks.push(chunk);
      });
      incoming.on("error", reject);
      incoming.on("end", () => {
        resolve({ status: incoming.statusCode ?? 0, body: Buffer.concat(chunks).toString("utf8") });
      });
    });
    const timer = setTimeout(() => {
      outgoing.destroy(Object.assign(new Error(`no answer in ${request.timeoutMs} ms`), { code: "ETIMEDOUT" }));
    }, request.timeoutMs);
    outgoing.on("close", () => clearTimeout(timer));
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}
