import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSignerClient, type SignerClient } from "./client.ts";
import { createSealer } from "./core/seal.ts";
import {
  encodeFrame,
  type Frame,
  FrameError,
  FrameReader,
  PROTOCOL_VERSION,
  type SignerAnswer,
  type SignerRequest,
} from "./protocol.ts";
import { findForeignMember } from "./testing/answer-shape.ts";
import { collectArsenal, generateMessage } from "./testing/generate-message.ts";
import { Harness, installTestPrimitives, makeRequest, ORIGIN } from "./testing/harness.ts";
import { buildSigner, type SignerProcess, startSigner } from "./testing/over-socket.ts";
import { mayRelease } from "./testing/reference-decision.ts";
import { seededRng } from "./testing/rng.ts";
import { testKey } from "./testing/test-keys.ts";
import {
  ALLOWED_TO,
  createWorldOver,
  EXPORTS,
  PERSONAL_SIGN,
  SOLANA_BODIES,
  transfer,
  type World,
} from "./testing/world.ts";

/** The signer as it runs: its own process, spoken to over its one socket, its files and its output looked through. */
const FUZZ = Number(process.env.MANDATE_FUZZ ?? 1);
const MESSAGES = Math.round(1000 * FUZZ);
const folders: string[] = [];
const running: SignerProcess[] = [];

beforeAll(async () => {
  await installTestPrimitives();
  buildSigner();
}, 120_000);

afterAll(async () => {
  await Promise.all(running.map((signer) => signer.stop()));
  for (const folder of folders) rmSync(folder, { recursive: true });
});

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "mandate-signer-"));
  folders.push(folder);
  return folder;
}

function start(dataDir = makeFolder(), env: { [name: string]: string } = {}): SignerProcess {
  const signer = startSigner({
    ...{ MANDATE_DATA_DIR: dataDir, MANDATE_PUBLIC_URL: ORIGIN },
    MANDATE_OPERATOR_PUBLIC_KEY: testKey("operator").spkiBase64,
    ...env,
  });
  running.push(signer);
  return signer;
}

/** Speaks frames, also such as no client would send, and keeps what comes back. */
function rawClient(signer: SignerProcess) {
  const reader = new FrameReader();
  const answers = new Map<number, SignerAnswer>();
  signer.socket.on("data", (chunk: Uint8Array) => {
    for (const { header } of reader.push(chunk)) {
      const { v: _v, id, ...answer } = header;
      expect(answers.has(id)).toBe(false);
      answers.set(id, answer as unknown as SignerAnswer);
    }
  });
  return {
    answers,
    write: (bytes: Uint8Array) => signer.socket.write(bytes),
    async until(count: number, timeoutMs = 20_000): Promise<void> {
      for (const started = Date.now(); answers.size < count; await sleep(5)) {
        if (Date.now() - started > timeoutMs)
          throw new Error(`${answers.size} of ${count} answers: ${signer.output()}`);
      }
    },
  };
}

const STATUS = (id: number) => encodeFrame(id, { kind: "status" }, new Uint8Array(0));

describe("over the socket", () => {
  let signer: SignerProcess;
  let world: World;

  beforeAll(async () => {
    const dataDir = makeFolder();
    // The honest part of the world speaks through the real client, the rest through raw frames to a second run.
    const first = start(dataDir);
    const client = createSignerClient(first.socket, () => {});
    const clock = {
      get nowMs() {
        return Date.now();
      },
    };
    world = await createWorldOver(new Harness((message) => client.send(message), clock), sleep);
    client.close();
    await first.exited;
    signer = start(dataDir);
  });

  it(`answers ${MESSAGES} generated messages within the protocol, and none without authority`, async () => {
    const raw = rawClient(signer);
    const arsenal = collectArsenal(world, ["\u0000", "%s", "../../etc/passwd"]);
    const frames: Frame[] = [];
    for (let number = 0; number < MESSAGES; number++)
      frames.push(generateMessage(arsenal, seededRng(1_000_000 + number)));
    const sentAtMs = Date.now();
    const bytes = Buffer.concat(frames.map(({ header, body }, number) => encodeFrame(number, header, body)));
    // Cut wherever it falls, now in crumbs, now in heaps.
    const rng = seededRng(5);
    for (let at = 0; at < bytes.length; ) {
      const length = rng.chance(0.2) ? 1 + rng.int(9) : 1 + rng.int(60_000);
      raw.write(bytes.subarray(at, at + length));
      at += length;
    }
    await raw.until(MESSAGES);
    let accepted = 0;
    for (const [number, { header, body }] of frames.entries()) {
      const answer = raw.answers.get(number)!;
      expect(findForeignMember(answer), JSON.stringify(answer)).toBeUndefined();
      expect(JSON.stringify(answer)).not.toContain("internal_error");
      if (answer.outcome !== "accepted") continue;
      accepted++;
      const request = { ...header, body } as unknown as SignerRequest;
      if (!mayRelease(world, request, sentAtMs)) expect.unreachable(`message ${number}: ${JSON.stringify(header)}`);
    }
    expect(accepted).toBeGreaterThan(MESSAGES / 50);
    raw.write(STATUS(9_999_999));
    await raw.until(MESSAGES + 1);
    expect(raw.answers.get(9_999_999)).toMatchObject({ outcome: "status", phase: "unsealed" });
    expect(signer.output()).not.toContain("internal error");
  });
});

describe("a stream that is not ours", () => {
  const header = (value: unknown, encode = (text: string): Uint8Array => Buffer.from(text)) => {
    const json = encode(typeof value === "string" ? value : JSON.stringify(value));
    return frameOf(json.length, json);
  };
  const frameOf = (headerLength: number, rest: Uint8Array, length = 4 + rest.length) => {
    const head = Buffer.alloc(8);
    head.writeUInt32BE(length, 0);
    head.writeUInt32BE(headerLength, 4);
    return Buffer.concat([head, rest]);
  };
  const cases: { [name: string]: Uint8Array } = {
    "a frame of no length": Buffer.alloc(4),
    "a frame too short for its header's length": Buffer.from([0, 0, 0, 3, 1, 1, 1]),
    "a frame above the limit": frameOf(2, Buffer.from("{}"), 8 * 1024 * 1024 + 1),
    "a frame of four gigabytes": Buffer.alloc(64, 0xff),
    "a header longer than its frame": frameOf(100, Buffer.from("{}")),
    "a header that is no JSON": header("{kind:status}"),
    "a header that is no UTF-8": header({ v: 1, id: 1 }, () => Uint8Array.of(0x7b, 0xff, 0x7d)),
    "a header that is a list": header([1]),
    "a header that is null": header("null"),
    "another version": header({ v: PROTOCOL_VERSION + 1, id: 1, kind: "status" }),
    "no version": header({ id: 1, kind: "status" }),
    "no id": header({ v: 1, kind: "status" }),
    "a negative id": header({ v: 1, id: -1, kind: "status" }),
    "an id that is no integer": header({ v: 1, id: 1.5, kind: "status" }),
    HTTP: Buffer.from("GET / HTTP/1.1\r\nhost: localhost\r\n\r\n"),
  };

  it("ends in a clean exit, and a good message before it is answered", async () => {
    // A few at a time: each is a process of its own, and that is why not all of them take this way by default.
    const names = ["a frame of four gigabytes", "a header longer than its frame", "another version", "HTTP"];
    const queue = Object.entries(cases).filter(([name]) => FUZZ > 1 || names.includes(name));
    const worker = async () => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        const [name, bytes] = next;
        const signer = start();
        const raw = rawClient(signer);
        raw.write(STATUS(1));
        await raw.until(1);
        raw.write(bytes);
        expect(await signer.exited, name).toBe(0);
        expect(signer.output(), name).toMatch(/the API broke the protocol/);
        expect(raw.answers.size, name).toBe(1);
      }
    };
    await Promise.all([worker(), worker(), worker()]);
  });

  it("is an error of the reader, in one piece and byte by byte", () => {
    for (const [name, bytes] of Object.entries(cases)) {
      expect(() => new FrameReader().push(bytes), name).toThrow(FrameError);
      const reader = new FrameReader();
      const push = () => bytes.forEach((byte) => void reader.push(Uint8Array.of(byte)));
      expect(push, name).toThrow(FrameError);
    }
  });

  it("that ends in the middle of a frame, or at once, ends the signer as well", async () => {
    for (const bytes of [new Uint8Array(0), STATUS(1).subarray(0, 9)]) {
      const signer = start();
      const raw = rawClient(signer);
      raw.write(STATUS(7));
      await raw.until(1);
      signer.socket.end(bytes);
      expect(await signer.exited).toBe(0);
    }
  });

  it("is told from ours by the reader for any cut and any changed byte", () => {
    const message = encodeFrame(3, { kind: "committed", records: ["a", "é"] }, Buffer.from("body"));
    const two = Buffer.concat([message, message]);
    for (let cut = 0; cut <= two.length; cut++) {
      const reader = new FrameReader();
      const frames = [...reader.push(two.subarray(0, cut)), ...reader.push(two.subarray(cut))];
      expect(frames.map(({ body }) => Buffer.from(body).toString())).toEqual(["body", "body"]);
    }
    for (let bit = 0; bit < message.length * 8; bit++) {
      const changed = message.slice();
      changed[bit >> 3]! ^= 1 << (bit & 7);
      try {
        for (const frame of new FrameReader().push(changed)) expect(frame.header.v).toBe(1);
      } catch (error) {
        expect((error as Error).name).toBe("FrameError");
      }
    }
  });
});

describe("the process", () => {
  it("does not start with another root key, and says so without naming either", async () => {
    const dataDir = makeFolder();
    const first = start(dataDir, { MANDATE_ROOT_KEY_PROVIDER: "env", MANDATE_ROOT_KEY: "ab".repeat(32) });
    const raw = rawClient(first);
    raw.write(STATUS(1));
    await raw.until(1);
    expect(raw.answers.get(1)).toMatchObject({ rootKey: { provider: "env" } });
    await first.stop();
    const second = start(dataDir, { MANDATE_ROOT_KEY_PROVIDER: "env", MANDATE_ROOT_KEY: "cd".repeat(32) });
    expect(await second.exited).toBe(78);
    expect(second.output()).toMatch(/not the one this data was sealed under/);
    expect(second.output()).not.toMatch(/abab|cdcd/);
  });

  it("keeps every secret out of answers, output and files (I26)", async () => {
    const dataDir = makeFolder();
    const signer = start(dataDir);
    const traffic: string[] = [];
    const client = createSignerClient(signer.socket, () => {});
    const spied: SignerClient["send"] = async (message) => {
      const answer = await client.send(message);
      traffic.push(JSON.stringify(answer));
      return answer;
    };
    const clock = {
      get nowMs() {
        return Date.now();
      },
    };
    const world = await createWorldOver(new Harness(spied, clock), sleep);
    const { harness, app, wallets, keys, aliceKey } = world;
    for (const signers of [[aliceKey], [keys.signer], [keys.foreign], []]) {
      for (const body of [
        PERSONAL_SIGN,
        transfer(ALLOWED_TO, "0x1"),
        { method: "exportPrivateKey", params: {} },
        EXPORTS["private key by rpc"]!.body,
        { method: 1 },
      ]) {
        await harness.rpc(app, wallets.alice, body, signers);
        await harness.rpc(app, wallets.alice, body, signers, { secret: "a wrong secret" });
      }
      for (const body of Object.values(SOLANA_BODIES)) await harness.rpc(app, wallets.solana, body, signers);
    }
    const body = {
      user_jwt: `${world.validToken}x`,
      encryption_type: "HPKE",
      recipient_public_key: keys.owner.spkiBase64,
    };
    await harness.call({ app, method: "POST", path: "/v1/wallets/authenticate", body });
    await harness.call({ app, method: "POST", path: "/v1/wallets/authenticate", body: { user_jwt: world.validToken } });
    signer.socket.write(makeRequest({ app, method: "POST", path: "/", body: { secret: app.secret } }).body);
    await signer.exited;

    const rootKeyHex = readFileSync(join(dataDir, "signer", "root.key"), "utf8").trim();
    const canaries = canariesOf(world, Buffer.from(rootKeyHex, "hex"));
    expect(canaries.length).toBeGreaterThan(80);
    const places: [string, string][] = [
      ["an answer", traffic.join("\n")],
      ["the output", signer.output()],
      ...filesIn(dataDir).map((path): [string, string] => [path, readFileSync(path, "latin1")]),
    ];
    expect(places.map(([place]) => place.split("/").at(-1))).toEqual(
      expect.arrayContaining(["high-water.log", "root.commitment"]),
    );
    for (const [place, text] of places) {
      for (const { what, form } of canaries) {
        if (what === "root key" && place.endsWith("root.key")) continue;
        if (text.includes(form)) expect.unreachable(`${what} stands in ${place}`);
      }
    }
  });
});

function filesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesIn(path) : [path];
  });
}

/** Every secret of the world, opened with the root key, in each form in which it might show. */
function canariesOf(world: World, rootKey: Uint8Array): { what: string; form: string }[] {
  const sealer = createSealer(rootKey);
  const secrets: [string, Uint8Array][] = [["root key", rootKey]];
  const { harness, app, otherApp } = world;
  for (const { id: appId } of [app, otherApp]) {
    for (const { walletId, sealedKey, sealedSeed } of harness.api.secrets.values()) {
      const header = { appId, id: walletId, version: 1 };
      const key = sealer.openSecret({ ...header, type: "wallet_key" }, sealedKey);
      if (key === undefined) continue;
      const phrase = sealer.openSecret({ ...header, type: "wallet_seed" }, sealedSeed!)!;
      secrets.push(["wallet key", key], ["mnemonic", phrase]);
      const words = Buffer.from(phrase).toString("utf8").split(" ");
      expect(words.length).toBe(12);
      for (let at = 0; at + 3 <= 12; at += 3)
        secrets.push(["mnemonic", Buffer.from(words.slice(at, at + 3).join(" "))]);
    }
  }
  for (const key of [world.aliceKey, world.bobKey, world.ghostKey]) {
    secrets.push(["user key", key.scalar], ["user key", Buffer.from(key.pkcs8Base64)]);
  }
  for (const { secret } of [app, otherApp]) secrets.push(["app secret", Buffer.from(secret)]);
  secrets.push(["token", Buffer.from(world.validToken)]);
  secrets.push(["token", Buffer.from(world.validToken.split(".")[2]!)]);
  expect(secrets.filter(([what]) => what === "wallet key").length).toBe(7);
  return secrets.flatMap(([what, bytes]) => {
    const buffer = Buffer.from(bytes);
    const reversed = Buffer.from(bytes).reverse();
    const forms = [buffer, reversed].flatMap((each) => [
      ...[each.toString("latin1"), each.toString("hex"), each.toString("hex").toUpperCase()],
      ...[each.toString("base64").replace(/=+$/, ""), each.toString("base64url"), each.join(",")],
    ]);
    return forms.map((form) => ({ what, form }));
  });
}
