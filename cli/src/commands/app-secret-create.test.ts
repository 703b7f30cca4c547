import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { generateAppId } from "../app-registration.ts";
import { main } from "../main.ts";
import { loadOrCreateOperator } from "../operator.ts";

let folder = "";
let server: Server;
let origin = "";
let seen: { url: string; appId: unknown; body: string }[] = [];
let answer = { status: 200, body: '{"id":"s","app_id":"a","created_at":1}' };

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "mandate-secret-"));
  loadOrCreateOperator(folder);
  seen = [];
  answer = { status: 200, body: '{"id":"s","app_id":"a","created_at":1}' };
  server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    seen.push({ url: request.url ?? "", appId: request.headers["privy-app-id"], body });
    response.writeHead(answer.status).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

async function create(...flags: string[]) {
  let stdout = "";
  let stderr = "";
  const code = await main(["app", "secret", "create", "--json", ...flags], {
    environment: { MANDATE_DATA_DIR: folder, MANDATE_URL: origin },
    cwd: folder,
    stdout: (text) => {
      stdout += text;
    },
    stderr: (text) => {
      stderr += text;
    },
  });
  return { code, stdout, stderr };
}

describe("app secret create", () => {
  it("refuses flags that make no sense, before anything is sent", async () => {
    const wrong = [[], ["--id", "short"], ["--id", generateAppId(), "--secret", "1234567"]];
    for (const flags of wrong) {
      const { code, stdout, stderr } = await create(...flags);
      expect({ code, stdout }, flags.join(" ")).toEqual({ code: 2, stdout: "" });
      expect(JSON.parse(stderr)).toMatchObject({ code: "usage" });
    }
    expect(seen).toEqual([]);
  });

  it("prints no secret that the server did not take", async () => {
    answer = { status: 404, body: '{"error":"no such app","code":"not_found"}' };
    const { code, stdout, stderr } = await create("--id", generateAppId());
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(JSON.parse(stderr)).toMatchObject({ code: "not_found" });
  });

  it("keeps the secret here and sends its hash", async () => {
    const id = generateAppId();
    const { code, stdout, stderr } = await create("--id", id);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const made = JSON.parse(stdout) as { id: string; secret: string };
    expect(made).toEqual({ id, secret: expect.stringMatching(/^mandate_app_secret_/) });
    const secret_sha256 = createHash("sha256").update(made.secret).digest("hex");
    expect(seen).toEqual([
      { url: `/operator/v1/apps/${id}/secrets`, appId: id, body: JSON.stringify({ secret_sha256 }) },
    ]);
  });
});
