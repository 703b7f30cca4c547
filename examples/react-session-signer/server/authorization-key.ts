/**
 * The key that this server acts with. Its private half is made here and stays here: in a file that only this user of
 * the machine can read. Mandate learns the public half, as a key quorum; that quorum is what users consent to.
 */
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { generateP256KeyPair, type PrivyClient } from "@privy-io/node";
import type { Settings } from "./settings.ts";

export type AuthorizationKey = {
  /** P-256, PKCS#8 DER, base64. */
  privateKey: string;
  /** What stands in a wallet's `additional_signers`. */
  keyQuorumId: string;
};

/** Reads the key of this app, or makes it at the first start. */
export async function loadAuthorizationKey(privy: PrivyClient, settings: Settings): Promise<AuthorizationKey> {
  mkdirSync(settings.folder, { recursive: true, mode: 0o700 });
  const path = join(settings.folder, `authorization-key-${settings.appId}.json`);
  return readKey(path) ?? (await makeKey(privy, path));
}

function readKey(path: string): AuthorizationKey | undefined {
  const file = statSync(path, { throwIfNoEntry: false });
  if (file === undefined) return undefined;
  if (process.platform !== "win32" && (file.mode & 0o077) !== 0) {
    throw new Error(`Other users of this machine can read ${path}. Delete it; the next start makes another key.`);
  }
  return JSON.parse(readFileSync(path, "utf8")) as AuthorizationKey;
}

async function makeKey(privy: PrivyClient, path: string): Promise<AuthorizationKey> {
  const { privateKey, publicKey } = await generateP256KeyPair();
  const quorum = await privy.keyQuorums().create({
    display_name: "Coffee tab's server",
    public_keys: [publicKey],
    authorization_threshold: 1,
  });
  const key = { privateKey, keyQuorumId: quorum.id };
  // "wx" fails where the file exists: a key that users have consented to is never overwritten.
  writeFileSync(path, `${JSON.stringify(key, null, 2)}\n`, { mode: 0o600, flag: "wx" });
  return key;
}
