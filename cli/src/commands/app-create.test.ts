import { createHash, createPublicKey, generateKeyPairSync, verify } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { generateAppId, generateAppSecret } from "../app-registration.ts";
import { main } from "../main.ts";
import { loadOrCreateOperator } from "../operator.ts";

type Seen = { method: string; url: string; headers: IncomingMessage["headers"]; body: string };

let folder = "";
let server: Server;
let origin = "";
let seen: Seen[] = [];
let answer = { status: 200, body: '{"created_at":1}' };

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "mandate-app-"));
  seen = [];
  answer = { status: 200, body: '{"created_at":1}' };
  server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    seen.push({ method: request.method ?? "", url: request.url ?? "", headers: request.headers, body });
    response.writeHead(answer.status, { location: "http://127.0.0.1:1/" }).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

async function run(...argv: string[]) {
  let stdout = "";
  let stderr = "";
  const code = await main(argv, {
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

const create = (...flags: string[]) => run("app", "create", "--json", ...flags);

describe("app create", () => {
  it("refuses flags that make no sense, before anything is sent", async () => {
    loadOrCreateOperator(folder);
    const wrong = [
      [],
      ["--name", "  "],
      ["--name", "A", "--id", "short"],
      ["--name", "A", "--id", "C".repeat(25)],
      ["--name", "A", "--secret", "1234567"],
      ["--name", "A", "--secret", "with spaces in it"],
      ["--name", "A", "--origin", "app.example.com"],
      ["--name", "A", "--origin", "https://app.example.com/path"],
      ["--name", "A", "--jwks-url", "file:///etc/passwd"],
      ["--name", "A", "--jwt-public-key", "a", "--jwks-url", "https://a.example"],
      ["--name", "A", "--jwt-issuer", "me"],
      ["--name", "A", "--test-account", "test@example.com"],
      ["--name", "A", "--test-account", "test@example.com:12345"],
      ["--name", "A", "--test-account", ":123456"],
    ];
    for (const flags of wrong) {
      const { code, stdout, stderr } = await create(...flags);
      expect(code, flags.join(" ")).toBe(2);
      expect(stdout).toBe("");
      expect(JSON.parse(stderr)).toMatchObject({ code: "usage", error: expect.any(String) });
    }
    expect(seen).toEqual([]);
  });

  it("refuses JWT keys that it must not or cannot use", async () => {
    loadOrCreateOperator(folder);
    const pem = (pair: { publicKey: { export(options: object): unknown } }) =>
      String(pair.publicKey.export({ format: "pem", type: "spki" }));
    const good = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
    const files: [string, string][] = [
      [String(good.privateKey.export({ format: "pem", type: "pkcs8" })), "jwt_key_is_private"],
      [String(good.privateKey.export({ format: "pem", type: "sec1" })), "jwt_key_is_private"],
      [pem(generateKeyPairSync("ec", { namedCurve: "secp256k1" })), "jwt_key_invalid"],
      [pem(generateKeyPairSync("ec", { namedCurve: "secp384r1" })), "jwt_key_invalid"],
      [pem(generateKeyPairSync("rsa", { modulusLength: 1024 })), "jwt_key_invalid"],
      [pem(generateKeyPairSync("ed25519")), "jwt_key_invalid"],
      [`${pem(good)}${pem(good)}`, "jwt_key_invalid"],
      ["-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", "jwt_key_invalid"],
      ["", "jwt_key_invalid"],
    ];
    for (const [text, expected] of files) {
      writeFileSync(join(folder, "key.pem"), text);
      const { code, stderr } = await create("--name", "A", "--jwt-public-key", join(folder, "key.pem"));
      expect(code).toBe(1);
      expect(JSON.parse(stderr)).toMatchObject({ code: expected });
    }
    const missing = await create("--name", "A", "--jwt-public-key", join(folder, "missing.pem"));
    expect(JSON.parse(missing.stderr)).toMatchObject({ code: "jwt_key_unreadable" });
    expect(seen).toEqual([]);
  });

  it("says so when there is no server, no operator, or a refusal", async () => {
    expect(JSON.parse((await create("--name", "A")).stderr)).toMatchObject({ code: "no_operator" });
    loadOrCreateOperator(folder);
    for (const [status, body, code] of [
      [401, '{"error":"no"}', "operator_refused"],
      [302, "", "server_error"],
      [200, "<html>", "server_error"],
      [200, "[]", "server_error"],
      [409, '{"error":"An app with this id exists.","code":"already_exists"}', "already_exists"],
    ] as const) {
      answer = { status, body };
      const result = await create("--name", "A");
      expect(result.code).toBe(1);
      expect(result.stdout).toBe("");
      expect(JSON.parse(result.stderr)).toMatchObject({ code });
    }
    await new Promise((resolve) => server.close(resolve));
    expect(JSON.parse((await create("--name", "A")).stderr)).toMatchObject({ code: "unreachable" });
  });

  it("keeps the secret here and signs exactly what it sends", async () => {
    const operator = loadOrCreateOperator(folder);
    const { publicKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
    writeFileSync(join(folder, "key.pem"), publicKey.export({ format: "pem", type: "spki" }));
    const before = Date.now();
    const { code, stdout, stderr } = await create(
      ...["--name", "Größe", "--origin", "https://app.example.com", "--origin", "http://localhost:5173/"],
      ...["--jwt-public-key", join(folder, "key.pem"), "--jwt-issuer", "me"],
      ...["--test-account", "test@example.com:123456", "--server-side-access"],
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const made = JSON.parse(stdout) as Record<string, string>;
    expect(made).toMatchObject({ name: "Größe", created_at: 1 });

    const [request] = seen as [Seen];
    expect([request.method, request.url]).toEqual(["POST", "/operator/v1/apps"]);
    expect(JSON.parse(request.body)).toEqual({
      id: made.id,
      name: "Größe",
      secret_sha256: createHash("sha256").update(String(made.secret)).digest("hex"),
      allowed_origins: ["https://app.example.com", "http://localhost:5173"],
      jwt: { public_key_pem: publicKey.export({ format: "pem", type: "spki" }), issuer: "me" },
      test_accounts: [{ email: "test@example.com", otp: "123456" }],
      server_side_access: true,
    });
    expect(JSON.stringify(request)).not.toContain(made.secret);
    expect(JSON.stringify(request)).not.toContain(operator.privateKey);
    expect(request.headers.authorization).toBe(`Bearer ${operator.token}`);
    expect(request.headers["privy-app-id"]).toBe(made.id);
    const expiry = Number(request.headers["privy-request-expiry"]);
    expect(expiry).toBeGreaterThanOrEqual(before + 60_000);
    expect(expiry).toBeLessThanOrEqual(Date.now() + 60_000);

    // RFC 8785 by hand: the members of the payload in order, the body's sorted by the engine.
    const sorted = (value: unknown): unknown =>
      typeof value !== "object" || value === null || Array.isArray(value)
        ? value
        : Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
    const body = sorted(JSON.parse(request.body)) as Record<string, unknown>;
    body.jwt = sorted(body.jwt);
    const headers = { "privy-app-id": made.id, "privy-request-expiry": String(expiry) };
    const signed = JSON.stringify({ body, headers, method: "POST", url: `${origin}/operator/v1/apps`, version: 1 });
    const signature = Buffer.from(String(request.headers["privy-authorization-signature"]), "base64");
    const key = createPublicKey({ key: Buffer.from(operator.publicKey, "base64"), format: "der", type: "spki" });
    expect(verify("sha256", Buffer.from(signed), key, signature)).toBe(true);
  });

  it("takes a given id and secret, and warns of a short one", async () => {
    loadOrCreateOperator(folder);
    const id = generateAppId();
    const { code, stdout, stderr } = await create("--name", "A", "--id", id, "--secret", "12345678");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ id, secret: "12345678" });
    expect(stderr).toMatch(/^warning: /);
    expect(JSON.parse((seen as [Seen])[0].body)).toMatchObject({ jwt: null, allowed_origins: [], test_accounts: [] });
  });
});

describe("generated credentials", () => {
  it("have the shape that clients insist on", () => {
    const ids = Array.from({ length: 200 }, generateAppId);
    expect(ids.every((id) => /^c[a-z0-9]{24}$/.test(id))).toBe(true);
    expect(new Set(ids).size).toBe(200);
    expect(generateAppSecret()).toMatch(/^mandate_app_secret_[A-Za-z0-9_-]{43}$/);
  });
});
