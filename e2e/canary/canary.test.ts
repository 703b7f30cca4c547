/**
 * I26, I30: after a run with everything that holds a secret in play, errors included, none of them is found where it
 * does not belong: not in what the processes wrote, answered, stored, or (for wallet keys) hold in the API's memory.
 */
import { createHash, generateKeyPairSync } from "node:crypto";
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { main as mandateCommand } from "@mandate/cli/main";
import { hpkeOpen } from "@mandate/core/crypto/hpke";
import { parseP256PrivateKey } from "@mandate/core/crypto/p256-pkcs8";
import { decodeHex } from "@mandate/core/encoding/hex";
import type { JsonObject } from "@mandate/core/encoding/json-value";
import { createStorage } from "@mandate/server/storage/open-storage";
import { createSealer } from "@mandate/signer/core/seal";
import { SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CAIP2, fund } from "../faults/chain.ts";
import { type Answer, createHttpClient, type HttpClient } from "../processes/http-client.ts";
import { type App, type MandateProcess, startMandate } from "../processes/mandate-process.ts";
import { makeSessionWallet } from "../processes/session-wallet.ts";
import { generateP256Key, type P256Key, prepareRequest, type RequestOptions } from "../processes/signed-request.ts";
import { bytesCanary, type Canary, findCanaries, textCanary } from "./canaries.ts";
import { readProcessMemory } from "./process-memory.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const OTP = "493817";
const EMAIL = "canary@example.com";

/** Files that hold a secret because that is what they are for. Both are 0600 in a folder that is 0700. */
const BY_DESIGN: { [file: string]: string[] } = {
  // What the command line proves itself with; the processes get a hash of the token and the public half of the key.
  "operator.json": ["operator token", "operator private key"],
  // The development provider of the root key; `doctor` says that it must not lie there in production.
  "signer/root.key": ["root key"],
};

describe.skipIf(process.platform !== "linux")("no secret is where it does not belong", () => {
  let mandate: MandateProcess;
  let app: App;
  let client: HttpClient;
  const answers: string[] = [];
  const canaries: Canary[] = [];
  const keysInMemory: { name: string; found: string[] | undefined }[] = [];
  const environments: { [member: string]: Buffer } = {};
  const commandOutput: string[] = [];
  const statuses = new Map<number, number>();

  const written = () => mandate.output() + commandOutput.join("");
  const target = () => ({ origin: mandate.url, app });
  const add = (...more: Canary[]) => canaries.push(...more);
  const addKey = (name: string, key: P256Key) => {
    const der = key.privateKey.export({ format: "der", type: "pkcs8" });
    const { d } = key.privateKey.export({ format: "jwk" });
    add(bytesCanary(name, der), bytesCanary(`${name}, scalar`, Buffer.from(d!, "base64url")));
  };

  async function call(method: string, path: string, body?: JsonObject, options?: RequestOptions): Promise<Answer> {
    return client.send(prepareRequest(target(), method, path, body, options));
  }
  async function make(path: string, body: JsonObject): Promise<JsonObject> {
    const answer = await call("POST", path, body);
    expect(answer.status, answer.body).toBe(200);
    return JSON.parse(answer.body);
  }

  beforeAll(async () => {
    mandate = await startMandate({ root, onFile: true });
    client = createHttpClient(mandate.url, (_, answer) => {
      answers.push(answer.body);
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
    });
    const identityProvider = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
    const jwtPublicKeyPem = String(identityProvider.publicKey.export({ format: "pem", type: "spki" }));
    app = await mandate.makeApp({ jwtPublicKeyPem, testAccount: { email: EMAIL, otp: OTP } });
    add(textCanary("app secret", app.secret));
    addKey("identity provider's key", { privateKey: identityProvider.privateKey, publicKeySpkiBase64: "" });
    await useSecondSecret();
    await useWallets();
    await useUser(identityProvider.privateKey);
    await provokeErrors();
    await lookInside();
    await mandate.stop();
  }, 120_000);

  afterAll(() => {
    client.close();
    rmSync(mandate.dataDir, { recursive: true, force: true });
  });

  async function useSecondSecret(): Promise<void> {
    const printed: string[] = [];
    const environment = { MANDATE_DATA_DIR: mandate.dataDir };
    const stderr = (text: string) => void commandOutput.push(text);
    const create = ["app", "secret", "create", "--id", app.id, "--json"];
    await mandateCommand(create, { environment, cwd: root, stdout: (text) => void printed.push(text), stderr });
    const { secret } = JSON.parse(printed.join("")) as { secret: string };
    add(textCanary("second app secret", secret));
    const first = app.secret;
    app = { ...app, secret };
    expect((await call("GET", "/v1/wallets")).status).toBe(200);
    app = { ...app, secret: first };
    expect((await call("GET", "/v1/wallets")).status).toBe(200);
    for (const command of [["status"], ["app", "list"], ["doctor"]]) {
      await mandateCommand(command, { environment, cwd: root, stdout: stderr, stderr });
    }
  }

  async function useWallets(): Promise<void> {
    const wallet = await makeSessionWallet(client, target());
    addKey("owner's key", wallet.owner);
    addKey("session signer's key", wallet.signer);
    await fund(mandate.chains[CAIP2]!, wallet.address);
    const path = `/v1/wallets/${wallet.id}/rpc`;
    const transaction = { to: wallet.address, value: "0x1", chain_id: 31337 };
    const filled = { ...transaction, nonce: 9, gas_limit: 21_000, max_fee_per_gas: 1, max_priority_fee_per_gas: 1 };
    const requests: JsonObject[] = [
      { method: "personal_sign", params: { message: "hello", encoding: "utf-8" } },
      { method: "eth_signTransaction", params: { transaction: { ...filled, type: 2 } } },
      { method: "eth_sendTransaction", caip2: CAIP2, params: { transaction } },
    ];
    for (const body of requests) {
      const answer = await call("POST", path, body, { keys: [wallet.signer], expiryMs: Date.now() + 60_000 });
      expect(answer.status, answer.body).toBe(200);
    }
    // Refused by the policy, by the signature, and by the shape.
    await call(
      "POST",
      path,
      { method: "secp256k1_sign", params: { hash: `0x${"11".repeat(32)}` } },
      { keys: [wallet.signer] },
    );
    await call("POST", path, requests[0], { keys: [generateP256Key()] });
    await call("POST", path, { method: "personal_sign", params: {} }, { keys: [wallet.signer] });
    await call("PATCH", `/v1/wallets/${wallet.id}`, { additional_signers: [] }, { keys: [wallet.owner] });
  }

  async function useUser(identityProviderKey: P256Key["privateKey"]): Promise<void> {
    const user = await make("/v1/users", { linked_accounts: [{ type: "custom_auth", custom_user_id: "canary" }] });
    await make("/v1/wallets", { chain_type: "ethereum", owner: { user_id: user.id! } });
    const token = await new SignJWT({})
      .setProtectedHeader({ alg: "ES256" })
      .setSubject("canary")
      .setIssuedAt()
      .setExpirationTime("1h")
      .sign(identityProviderKey);
    add(textCanary("user token", token), textCanary("user token's signature", token.split(".")[2]!));
    const recipient = generateP256Key();
    addKey("recipient's key", recipient);
    const ask = (user_jwt: string) =>
      call("POST", "/v1/wallets/authenticate", {
        user_jwt,
        encryption_type: "HPKE",
        recipient_public_key: recipient.publicKeySpkiBase64,
      });
    const answer = await ask(token);
    expect(answer.status, answer.body).toBe(200);
    const { encrypted_authorization_key: sealed } = JSON.parse(answer.body);
    const userKey = hpkeOpen({
      recipientScalar: Buffer.from(recipient.privateKey.export({ format: "jwk" }).d!, "base64url"),
      encapsulatedKey: Buffer.from(sealed.encapsulated_key, "base64"),
      ciphertext: Buffer.from(sealed.ciphertext, "base64"),
    });
    const text = Buffer.from(userKey!).toString("utf8");
    const parsed = parseP256PrivateKey(text);
    if (!parsed.ok) throw new Error(parsed.message);
    add(textCanary("user key", text), bytesCanary("user key, scalar", parsed.scalar));
    // Tampered, so that the refusal has something to talk about.
    expect((await ask(`${token.slice(0, -4)}AAAA`)).status).toBe(401);
    await call("POST", "/v1/wallets/authenticate", { user_jwt: token });
  }

  async function provokeErrors(): Promise<void> {
    const wrong = { ...app, secret: `${app.secret}x` };
    await client.send(prepareRequest({ origin: mandate.url, app: wrong }, "GET", "/v1/wallets", undefined));
    const request = prepareRequest(target(), "POST", "/v1/wallets", { chain_type: "ethereum" });
    const bodies = [
      `{"chain_type":"ethereum","secret":"${app.secret}"`,
      `{"chain_type":"${app.secret}"}`,
      JSON.stringify({ chain_type: "ethereum", owner: { public_key: app.secret } }),
      JSON.stringify({ chain_type: "ethereum", owner_id: "aaaaaaaaaaaaaaaaaaaaaaaa" }),
    ];
    for (const body of bodies) await client.send({ ...request, body });
    await client.send({ ...request, headers: { ...request.headers, "content-type": "text/plain" } });
    await client.send({ ...request, headers: { ...request.headers, "privy-request-expiry": app.secret } });
    await client.send({ ...request, headers: { ...request.headers, "privy-authorization-signature": app.secret } });
    const operator = { authorization: `Bearer ${readOperator().token}`, "content-type": "application/json" };
    await client.send({ method: "GET", path: "/operator/v1/status", headers: operator, body: "" });
    await client.send({ method: "POST", path: "/operator/v1/apps", headers: operator, body: "{}" });
    // A second start on the same folder with another root key, and one beside it with a malformed one.
    const elsewhere = mkdtempSync(join(tmpdir(), "mandate-canary-"));
    const environment = {
      MANDATE_DEV_CHAINS: "0",
      MANDATE_ROOT_KEY_PROVIDER: "env",
      MANDATE_ROOT_KEY: "canary-root-key-that-is-no-hex",
    };
    add(textCanary("malformed root key", environment.MANDATE_ROOT_KEY));
    const failed = await startMandate({ root, environment, dataDir: elsewhere, onFile: true }).catch(
      (error: Error) => error.message,
    );
    expect(failed).toContain("MANDATE_ROOT_KEY must hold 64 hex digits");
    commandOutput.push(String(failed));
    rmSync(elsewhere, { recursive: true });
    // What a crash leaves behind belongs to it.
    process.kill(mandate.pids().api!, "SIGKILL");
    const again = await client.sendUntilAnswered(prepareRequest(target(), "GET", "/v1/wallets", undefined));
    expect(again.status).toBe(200);
  }

  const readOperator = () =>
    JSON.parse(readFileSync(join(mandate.dataDir, "operator.json"), "utf8")) as { token: string; private_key: string };

  /** While everything still runs: what the seals hold, what the processes know. */
  async function lookInside(): Promise<void> {
    const { token, private_key } = readOperator();
    add(textCanary("operator token", token), textCanary("operator private key", private_key));
    const rootKey = decodeHex(readFileSync(join(mandate.dataDir, "signer", "root.key"), "utf8").trim())!;
    add(bytesCanary("root key", rootKey));
    const walletKeys = await openWalletSecrets(rootKey);
    expect(walletKeys.length).toBeGreaterThanOrEqual(4);
    add(...walletKeys);
    const { api, signer, supervisor } = mandate.pids();
    // The key must be found where it is used, else looking for it in the API would prove nothing.
    for (const [name, pid] of Object.entries({ api, signer })) {
      const pieces = readProcessMemory(pid!);
      const wanted =
        name === "api" ? [...walletKeys, bytesCanary("root key", rootKey)] : [bytesCanary("root key", rootKey)];
      keysInMemory.push({ name, found: pieces?.flatMap((piece) => findCanaries(piece, wanted)) });
    }
    for (const [name, pid] of Object.entries({ api, signer, supervisor })) {
      environments[name] = Buffer.concat(["environ", "cmdline"].map((file) => readFileSync(`/proc/${pid}/${file}`)));
    }
  }

  /** Opens a copy of the database: the file itself is for one process alone. */
  async function openWalletSecrets(rootKey: Uint8Array): Promise<Canary[]> {
    const copy = mkdtempSync(join(tmpdir(), "mandate-canary-"));
    for (const name of ["mandate.db", "mandate.db-wal"]) {
      const file = join(mandate.dataDir, name);
      if (existsSync(file)) copyFileSync(file, join(copy, name));
    }
    const storage = await createStorage(join(copy, "mandate.db"));
    const sealer = createSealer(rootKey);
    const found: Canary[] = [];
    const { data } = await storage.listWallets(app.id, {}, { cursor: undefined, limit: 100 });
    for (const { id } of data) {
      const secret = await storage.findWalletSecret(app.id, id);
      const header = { appId: app.id, id, version: 1 };
      const key = sealer.openSecret({ ...header, type: "wallet_key" }, secret!.sealedKey);
      const phrase = sealer.openSecret({ ...header, type: "wallet_seed" }, secret!.sealedSeed!);
      found.push(bytesCanary(`key of wallet ${id}`, key!));
      found.push(textCanary(`seed phrase of wallet ${id}`, Buffer.from(phrase!).toString("utf8")));
    }
    await storage.close();
    rmSync(copy, { recursive: true });
    return found;
  }

  it("had secrets of every kind in play, and requests that failed", () => {
    expect(canaries.length).toBeGreaterThan(20);
    expect([...statuses.keys()].sort()).toEqual(expect.arrayContaining([200, 400, 401, 415]));
    // A phrase is twelve words, a key is 32 bytes: the canaries are what they say.
    expect(
      canaries
        .filter(({ name }) => name.startsWith("seed phrase"))[0]!
        .forms[0]!.toString()
        .split(" "),
    ).toHaveLength(12);
  });

  it("in what the processes and the commands wrote", () => {
    expect(mandate.output()).toContain("listening");
    expect(findCanaries(Buffer.from(written()), canaries)).toEqual([]);
    expect(mentionsOtp(written())).toBe(false);
  });

  it("in what was answered over HTTP", () => {
    expect(answers.length).toBeGreaterThan(25);
    expect(findCanaries(Buffer.from(answers.join("\n")), canaries)).toEqual([]);
    expect(mentionsOtp(answers.join("\n"))).toBe(false);
  });

  it("in the environment and arguments of the processes", () => {
    for (const [member, bytes] of Object.entries(environments)) {
      expect(bytes.length, member).toBeGreaterThan(0);
      expect(findCanaries(bytes, canaries), member).toEqual([]);
    }
  });

  it("in the data folder, but for the files that are there to hold one", () => {
    const files = listFiles(mandate.dataDir);
    expect(files).toEqual(expect.arrayContaining(["mandate.db", "operator.json", "signer/root.key"]));
    for (const file of files) {
      const path = join(mandate.dataDir, file);
      expect(statSync(path).mode & 0o077, file).toBe(0);
      const bytes = readFileSync(path);
      expect(
        findCanaries(bytes, canaries).filter((name) => !BY_DESIGN[file]?.includes(name)),
        file,
      ).toEqual([]);
      expect(mentionsOtp(bytes.toString("latin1")), file).toBe(false);
    }
    // The exceptions are needed: a list that allows what is not there would hide what comes later.
    expect(findCanaries(readFileSync(join(mandate.dataDir, "signer/root.key")), canaries)).toEqual(["root key"]);
    expect(findCanaries(readFileSync(join(mandate.dataDir, "operator.json")), canaries)).toEqual([
      "operator token",
      "operator private key",
    ]);
  });

  it("in the memory of the API: no wallet's key, no seed phrase, no root key", ({ skip }) => {
    const [api, signer] = keysInMemory;
    if (api?.found === undefined || signer?.found === undefined) skip("this user may not read the memory of processes");
    expect(api!.found).toEqual([]);
    expect(signer!.found).toContain("root key");
  });

  it("and what is stored of an app secret is its hash", () => {
    const digest = createHash("sha256").update(app.secret).digest("hex");
    expect(readFileSync(join(mandate.dataDir, "mandate.db")).includes(digest)).toBe(true);
  });

  function listFiles(folder: string): string[] {
    return readdirSync(folder, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
      .sort();
  }
});

/** Six digits occur by chance inside longer numbers and hex; standing alone they would be the code. */
function mentionsOtp(text: string): boolean {
  return new RegExp(`(?<![0-9A-Za-z])${OTP}(?![0-9A-Za-z])`).test(text);
}
