import { exportJWK, exportSPKI, generateKeyPair, type JWK, SignJWT } from "jose";

export type IdentityProvider = {
  kid: string;
  publicKeyPem: string;
  /** With `kid`, `alg` and `use`, as a key set holds it. */
  publicJwk: JWK;
  /** A token as the app's own sign-in would issue it. `claims` replace and add to `sub`, `iat` and `exp`. */
  issue(
    subject: string,
    claims?: { [claim: string]: unknown },
    header?: { [member: string]: unknown },
  ): Promise<string>;
};

const LIFETIME_S = 3600;
let providers = 0;

export async function makeIdentityProvider(alg: "ES256" | "RS256" = "ES256"): Promise<IdentityProvider> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const kid = `key-${++providers}`;
  return {
    kid,
    publicKeyPem: `${(await exportSPKI(publicKey)).trim()}\n`,
    publicJwk: { ...(await exportJWK(publicKey)), kid, alg, use: "sig" },
    issue(subject, claims = {}, header = {}) {
      const now = Math.floor(Date.now() / 1000);
      return new SignJWT({ sub: subject, iat: now, exp: now + LIFETIME_S, ...claims })
        .setProtectedHeader({ alg, kid, typ: "JWT", ...header })
        .sign(privateKey);
    },
  };
}
