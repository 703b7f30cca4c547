/**
 * The operator: whoever may administer this installation from the command line. The credentials are made at the
 * first start and stay in the data folder; the API is given only the token's hash and the signer only the public
 * key, so neither of them can act as the operator.
 */
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CliError, systemErrorCode } from "./cli-error.ts";
import { createPrivateFile, isExposed } from "./private-file.ts";

export type Operator = {
  /** Bearer token of the operator API: 32 random bytes, base64url. */
  token: string;
  /** P-256, PKCS#8 DER, base64. Signs changes that the signer must believe. */
  privateKey: string;
  /** P-256, SPKI DER, base64. */
  publicKey: string;
};

export function operatorPath(dataDir: string): string {
  return join(dataDir, "operator.json");
}

/** Reads the operator's credentials, making them first when there are none. Safe against a second start at once. */
export function loadOrCreateOperator(dataDir: string): Operator {
  const existing = readOperator(dataDir);
  if (existing !== undefined) return existing;
  const made = generateOperator();
  const text = JSON.stringify({ token: made.token, private_key: made.privateKey, public_key: made.publicKey }, null, 2);
  if (createPrivateFile(operatorPath(dataDir), `${text}\n`)) return made;
  const winner = readOperator(dataDir);
  if (winner === undefined) throw new CliError("operator_file_lost", `${operatorPath(dataDir)} vanished; start again.`);
  return winner;
}

/** The operator's credentials, or undefined when the data folder has none. Refuses a file that others may read. */
export function readOperator(dataDir: string): Operator | undefined {
  const path = operatorPath(dataDir);
  let text: string;
  try {
    if (isExposed(path)) {
      throw new CliError(
        "operator_file_exposed",
        `Other users of this machine can read ${path}. Run: chmod 600 ${path} — and if they may have read it, delete the file and start again to get new credentials.`,
      );
    }
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return undefined;
    throw error;
  }
  return parseOperator(text, path);
}

/** SHA-256 of the token, lower-case hex: what the API compares with. */
export function operatorTokenSha256(operator: Operator): string {
  return createHash("sha256").update(operator.token, "utf8").digest("hex");
}

function generateOperator(): Operator {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  return {
    token: randomBytes(32).toString("base64url"),
    privateKey: privateKey.export({ format: "der", type: "pkcs8" }).toString("base64"),
    publicKey: publicKey.export({ format: "der", type: "spki" }).toString("base64"),
  };
}

function parseOperator(text: string, path: string): Operator {
  const damaged = new CliError(
    "operator_file_damaged",
    `${path} is damaged. Restore it from a backup, or delete it and start again to get new credentials.`,
  );
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw damaged;
  }
  if (typeof parsed !== "object" || parsed === null) throw damaged;
  const { token, private_key: privateKey, public_key: publicKey } = parsed as Record<string, unknown>;
  if (typeof token !== "string" || typeof privateKey !== "string" || typeof publicKey !== "string") throw damaged;
  if (!/^[A-Za-z0-9_-]{43}$/.test(token) || !isKeyPair(privateKey, publicKey)) throw damaged;
  return { token, privateKey, publicKey };
}

function isKeyPair(privateKeyBase64: string, publicKeyBase64: string): boolean {
  try {
    const key = createPrivateKey({ key: Buffer.from(privateKeyBase64, "base64"), format: "der", type: "pkcs8" });
    if (key.asymmetricKeyDetails?.namedCurve !== "prime256v1") return false;
    const derived = createPublicKey(key).export({ format: "der", type: "spki" });
    return derived.toString("base64") === publicKeyBase64;
  } catch {
    return false;
  }
}
