/**
 * A signer and an API of a few lines each, for tests of what starts and stops them: the API is ready once the signer
 * has answered over descriptor 3, and both end when the other is gone, as the real ones do.
 */
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export type StubPair = { folder: string; signer: string; api: string; remove(): void };

const signerSource = `
import net from "node:net";
const socket = new net.Socket({ fd: 3, readable: true, writable: true });
socket.on("data", (question) => socket.write("answer to " + question));
socket.on("error", () => undefined);
socket.on("close", () => process.exit(0));
`;

const apiSource = `
import http from "node:http";
import net from "node:net";
const socket = new net.Socket({ fd: 3, readable: true, writable: true });
let answer = "";
socket.on("data", (text) => { answer += text; });
socket.on("error", () => undefined);
socket.on("close", () => process.exit(3));
socket.write("hello");
const apps = [];
const names = Object.keys(process.env).filter((name) => name.startsWith("MANDATE_"));
http.createServer((request, response) => {
  if (request.url === "/readyz") response.writeHead(answer === "answer to hello" ? 200 : 503).end();
  else if (request.url === "/environment") response.end(JSON.stringify(names));
  else if (request.url === "/operator/v1/apps" && request.method === "GET") response.end(JSON.stringify({ data: apps }));
  else if (request.url === "/operator/v1/apps") {
    request.on("data", (body) => apps.push(JSON.parse(body)));
    request.on("end", () => response.end("{}"));
  }
  else if (request.url === "/operator/v1/status") response.end(JSON.stringify({ database: "sqlite" }));
  else if (request.url === "/slow") setTimeout(() => response.end("done"), 300);
  else response.writeHead(404).end("{}");
}).listen(Number(process.env.MANDATE_PORT), "127.0.0.1");
process.on("SIGTERM", () => setTimeout(() => process.exit(0), 400));
`;

/** Writes the two to a new temporary folder, with another source for one of them when given. */
export function writeStubPair(change: { signer?: string; api?: string } = {}): StubPair {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "mandate-stub-")));
  const signer = join(folder, "signer.mjs");
  const api = join(folder, "api.mjs");
  writeFileSync(signer, change.signer ?? signerSource);
  writeFileSync(api, change.api ?? apiSource);
  return { folder, signer, api, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

export function isAlive(pid: number | undefined): boolean {
  if (pid === undefined) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
