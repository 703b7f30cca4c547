/** The key that verifies an app's user tokens, from a PEM file: EC P-256 (ES256) or RSA of at least 2048 bits. */
import { createPublicKey, type KeyObject } from "node:crypto";
import { readFileSync } from "node:fs";
import { CliError, systemErrorCode } from "./cli-error.ts";

/** The key as PEM SPKI, written anew. Throws a CliError that says what the file holds instead. */
export function readJwtPublicKey(path: string): string {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    const code = systemErrorCode(error) ?? "unknown error";
    throw new CliError("jwt_key_unreadable", `Cannot read the JWT public key file ${path} (${code}).`);
  }
  if (text.includes("PRIVATE KEY")) {
    throw new CliError(
      "jwt_key_is_private",
      `${path} holds a private key. Give the public one: openssl pkey -in ${path} -pubout`,
    );
  }
  const key = parsePublicKey(text);
  if (key === undefined || !isAccepted(key)) {
    throw new CliError(
      "jwt_key_invalid",
      `${path} must hold one public key as PEM (-----BEGIN PUBLIC KEY-----): EC P-256, or RSA of at least 2048 bits.`,
    );
  }
  return String(key.export({ format: "pem", type: "spki" }));
}

function parsePublicKey(text: string): KeyObject | undefined {
  // Exactly one block: a second one would silently not count.
  if (!/^\s*-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----\s*$/.test(text)) return undefined;
  try {
    return createPublicKey({ key: text, format: "pem" });
  } catch {
    return undefined;
  }
}

function isAccepted(key: KeyObject): boolean {
  const details = key.asymmetricKeyDetails;
  if (key.asymmetricKeyType === "ec") return details?.namedCurve === "prime256v1";
  return key.asymmetricKeyType === "rsa" && (details?.modulusLength ?? 0) >= 2048;
}
