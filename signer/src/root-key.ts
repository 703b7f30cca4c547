import { randomBytes, scryptSync } from "node:crypto";
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { decodeHex, encodeHex } from "@mandate/core/encoding/hex";
import { rootKeyCommitment } from "./core/seal.ts";

/** Where the root key comes from. It is asked once, at start; the bytes belong to the caller. */
export type KeyProvider = { name: "file" | "env" | "passphrase"; load(): Uint8Array };

export type RootKeySettings = {
  /** The signer's own folder; nothing else reads or writes there. */
  folder: string;
  /** 64 hex digits, for `env`. */
  key?: string | undefined;
  passphrase?: string | undefined;
  /** For `file`; by default `root.key` in the signer's folder, made on first start. */
  file?: string | undefined;
};

/** The root key could not be had, or is not the one this data was sealed under. The message names what to do. */
export class RootKeyError extends Error {
  override name = "RootKeyError";
}

/** RFC 7914. 128 MiB and about half a second, once per start. */
const SCRYPT = { N: 2 ** 17, r: 8, p: 1, maxmem: 256 * 1024 * 1024 };

export function chooseKeyProvider(name: string | undefined, settings: RootKeySettings): KeyProvider {
  switch (name ?? "file") {
    case "file":
      return { name: "file", load: () => loadFile(settings) };
    case "env":
      return { name: "env", load: () => loadEnv(settings.key) };
    case "passphrase":
      return { name: "passphrase", load: () => loadPassphrase(settings) };
    default:
      throw new RootKeyError("MANDATE_ROOT_KEY_PROVIDER must be file, env or passphrase");
  }
}

/** Loads the root key and holds it against the commitment of the first start, so that a wrong one is refused (I32). */
export function unseal(provider: KeyProvider, folder: string): Uint8Array {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const key = provider.load();
  if (key.length !== 32) throw new RootKeyError("the root key must have 32 bytes");
  const commitment = rootKeyCommitment(key);
  const path = join(folder, "root.commitment");
  if (!existsSync(path)) {
    writeDurably(path, `${commitment}\n`);
  } else if (readFileSync(path, "utf8").trim() !== commitment) {
    key.fill(0);
    throw new RootKeyError(
      `the root key is not the one this data was sealed under (${path} differs); start with the original root key, or with another data folder`,
    );
  }
  return key;
}

function loadFile(settings: RootKeySettings): Uint8Array {
  const path = settings.file ?? join(settings.folder, "root.key");
  if (!existsSync(path)) {
    if (existsSync(join(settings.folder, "root.commitment"))) {
      throw new RootKeyError(
        `the root key file ${path} is gone, but data was sealed under it; restore it from its backup`,
      );
    }
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeDurably(path, `${randomBytes(32).toString("hex")}\n`);
  }
  if ((statSync(path).mode & 0o077) !== 0) {
    throw new RootKeyError(`the root key file ${path} can be read by others; run: chmod 600 ${path}`);
  }
  return parseKey(readFileSync(path, "utf8"), `the root key file ${path}`);
}

function loadEnv(key: string | undefined): Uint8Array {
  if (key === undefined) throw new RootKeyError("MANDATE_ROOT_KEY is not set; it must hold 64 hex digits");
  return parseKey(key, "MANDATE_ROOT_KEY");
}

function loadPassphrase(settings: RootKeySettings): Uint8Array {
  const { passphrase } = settings;
  if (passphrase === undefined || passphrase.length < 12) {
    throw new RootKeyError("MANDATE_ROOT_PASSPHRASE must be set and have at least 12 characters");
  }
  const saltPath = join(settings.folder, "root.salt");
  if (!existsSync(saltPath)) writeDurably(saltPath, `${randomBytes(32).toString("hex")}\n`);
  return new Uint8Array(scryptSync(passphrase, parseKey(readFileSync(saltPath, "utf8"), saltPath), 32, SCRYPT));
}

function parseKey(text: string, where: string): Uint8Array {
  const bytes = decodeHex(text.trim());
  if (bytes === undefined || bytes.length !== 32) throw new RootKeyError(`${where} must hold 64 hex digits`);
  return bytes;
}

/** Written beside, synced, renamed, folder synced: there whole, or not at all, also after a power cut. */
function writeDurably(path: string, text: string): void {
  const beside = `${path}.${encodeHex(randomBytes(6))}.tmp`;
  const file = openSync(beside, "wx", 0o600);
  writeSync(file, text);
  fsyncSync(file);
  closeSync(file);
  chmodSync(beside, 0o600);
  renameSync(beside, path);
  const folder = openSync(dirname(path), "r");
  fsyncSync(folder);
  closeSync(folder);
}
