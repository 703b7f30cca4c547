import { createHash, randomBytes } from "node:crypto";

/** 32 random bytes as text. Storage holds its hash alone: whoever reads the database cannot sign in. */
export function makeToken(): string {
  return randomBytes(32).toString("base64url");
}

export function hashToken(token: string): string {
  return createHash("sha256").update(token, "utf8").digest("hex");
}
