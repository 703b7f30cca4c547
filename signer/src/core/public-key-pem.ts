import type { JsonValue } from "@mandate/core/encoding/json-value";
import { type Operation, requireText } from "./operation.ts";
import { invalidData } from "./refusal.ts";

/** A public key that tokens can be verified with; one that could verify nothing is refused here, not at the sign-in. */
export function readPublicKeyPem(op: Operation, value: JsonValue, at: string): string {
  const pem = requireText(value, at, 10_000);
  if (!/^-----BEGIN PUBLIC KEY-----\n[A-Za-z0-9+/=\n]+-----END PUBLIC KEY-----\n?$/.test(pem)) {
    throw invalidData(`${at} must be a PEM public key (BEGIN PUBLIC KEY)`);
  }
  if (!op.ctx.isTokenKey(pem)) {
    throw invalidData(`${at} must be a P-256 key or an RSA key of 2048 bits or more; it could verify nothing`);
  }
  return pem;
}
