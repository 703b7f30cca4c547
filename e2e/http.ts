import { Agent, request } from "node:http";

export type RawRequest = {
  method: string;
  /** The request target, sent as it is. */
  target: string;
  /** Names and values; sent in this order, repeated where they repeat. */
  headers?: [name: string, value: string][];
  body?: string | Uint8Array | undefined;
};

export type RawAnswer = {
  status: number;
  headers: { [name: string]: string };
  text: string;
  /** Undefined where the answer is empty, or a page. */
  json: unknown;
};

const agent = new Agent({ keepAlive: true, maxSockets: 32 });

/** One HTTP exchange with nothing between: no retries, no header that was not asked for but `Host` and framing. */
export function exchangeRaw(origin: string, { method, target, headers = [], body }: RawRequest): Promise<RawAnswer> {
  const { hostname, port, host } = new URL(origin);
  const given = new Set(headers.map(([name]) => name.toLowerCase()));
  const all = [...headers];
  if (!given.has("host")) all.unshift(["host", host]);
  // Node would announce a body of unknown length where there is none.
  const hasLength = body !== undefined || ["POST", "PUT", "PATCH"].includes(method);
  if (hasLength && !given.has("content-length") && !given.has("transfer-encoding")) {
    all.push(["content-length", String(Buffer.byteLength(body ?? ""))]);
  }
  return new Promise((resolve, reject) => {
    const outgoing = request({ agent, hostname, port, method, path: target, headers: all.flat() }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
      incoming.on("error", reject);
      incoming.on("end", () => {
        const text = Buffer.concat(chunks).toString("utf8");
        const names = Object.entries(incoming.headers).map(([name, value]) => [name, String(value)] as const);
        const isPage = /^text\//.test(incoming.headers["content-type"] ?? "");
        const json: unknown = text === "" || isPage ? undefined : JSON.parse(text);
        resolve({ status: incoming.statusCode!, headers: Object.fromEntries(names), text, json });
      });
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}
