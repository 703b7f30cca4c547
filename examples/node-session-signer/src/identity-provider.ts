import { createPrivateKey, sign } from "node:crypto";

const LIFETIME_S = 3600;

/** A token such as your identity provider would issue at sign-in: ES256, naming the user as `sub` (RFC 7519). */
export function issueUserToken(privateKeyPem: string, subject: string): string {
  const now = Math.floor(Date.now() / 1000);
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const input = `${encode({ alg: "ES256", typ: "JWT" })}.${encode({ sub: subject, iat: now, exp: now + LIFETIME_S })}`;
  const key = createPrivateKey(privateKeyPem);
  const signature = sign("sha256", Buffer.from(input), { key, dsaEncoding: "ieee-p1363" });
  return `${input}.${signature.toString("base64url")}`;
}
