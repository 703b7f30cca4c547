import type { KeyObject } from "node:crypto";
import { createHmac, createPublicKey, generateKeyPairSync, sign as nodeSign, verify as nodeVerify } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeBase64Url } from "../encoding/base64url.ts";
import type { JsonValue } from "../encoding/json-value.ts";
import { vectorsPath } from "../testing/vectors.ts";
import { type PublicJwk, parseJwks } from "./jwks.ts";
import { type JwtAlgorithm, type JwtConfig, type JwtKey, verifyJwt } from "./verify-jwt.ts";

const numRuns = 300 * Number(process.env.MANDATE_FUZZ ?? 1);
const nowS = 1_800_000_000;
const ec = generateKeyPairSync("ec", { namedCurve: "P-256" });
const otherEc = generateKeyPairSync("ec", { namedCurve: "P-256" });
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const ed = generateKeyPairSync("ed25519");

const config: JwtConfig<KeyObject> = {
  keys: [
    { kid: "ec", alg: "ES256", handle: ec.publicKey },
    { kid: "rsa", alg: "RS256", handle: rsa.publicKey },
    { kid: "ed", alg: "EdDSA", handle: ed.publicKey },
  ],
  algorithms: ["ES256", "RS256", "EdDSA"],
  issuer: "iss.test",
  audience: "app",
  nowS,
};
const claims = { iss: "iss.test", aud: "app", sub: "did:x:1", iat: nowS - 60, exp: nowS + 3600 };

function verifySignature(key: KeyObject, alg: JwtAlgorithm, input: Uint8Array, signature: Uint8Array): boolean {
  if (alg === "ES256") return nodeVerify("sha256", input, { key, dsaEncoding: "ieee-p1363" }, signature);
  return nodeVerify(alg === "RS256" ? "sha256" : null, input, key, signature);
}
const encode = (value: unknown) =>
  Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");

/** `header` and `payload` are objects, or raw JSON text. */
function issue(
  payload: unknown,
  header: unknown = { alg: "ES256", typ: "JWT", kid: "ec" },
  key = ec.privateKey,
): string {
  const input = `${encode(header)}.${encode(payload)}`;
  const type = key.asymmetricKeyType;
  const signature = nodeSign(type === "ed25519" ? null : "sha256", Buffer.from(input), {
    key,
    dsaEncoding: "ieee-p1363",
  });
  return `${input}.${signature.toString("base64url")}`;
}
const outcome = (token: string, change: Partial<JwtConfig<KeyObject>> = {}) => {
  const verified = verifyJwt(token, { ...config, ...change }, verifySignature);
  return verified.ok ? `subject ${verified.subject}` : verified.code;
};
const headed = (header: object) => issue(claims, { alg: "ES256", kid: "ec", ...header });
const claiming = (change: object) => issue({ ...claims, ...change });

describe("I21: verifyJwt refuses", () => {
  const [header, payload, signature] = issue(claims).split(".") as [string, string, string];
  it.each([
    ["nothing", ""],
    ["two parts", `${header}.${payload}`],
    ["four parts", `${header}.${payload}.${signature}.`],
    ["an empty signature", `${header}.${payload}.`],
    ["an empty header", `.${payload}.${signature}`],
    ["five parts, as in an encrypted token", "a.b.c.d.e"],
    ["white space", ` ${header}.${payload}.${signature}`],
    ["a trailing NUL", `${header}.${payload}.${signature}\u0000`],
    ["padding", `${header}.${payload}.${signature}==`],
    ["unused bits in the signature", `${header}.${payload}.${signature.slice(0, -1)}${flipUnusedBit(signature)}`],
    ["a header that is a number", `${encode("1")}.${payload}.${signature}`],
    ["a header that is null", `${encode("null")}.${payload}.${signature}`],
    ["claims that are an array", issue("[]")],
    ["claims that are no JSON", issue("hello")],
    ["a duplicate claim", issue(`{"sub":"admin",${JSON.stringify(claims).slice(1)}`)],
    ["a duplicate header parameter", issue(claims, '{"alg":"ES256","kid":"ec","alg":"ES256"}')],
    ["a duplicate deep inside", issue(`{"x":{"a":1,"a":2},${JSON.stringify(claims).slice(1)}`)],
    ["a huge token", claiming({ pad: "x".repeat(300_000) })],
    ["deep claims", issue(`{"x":${"[".repeat(50)}${"]".repeat(50)},${JSON.stringify(claims).slice(1)}`)],
  ])("%s as malformed", (_name, token) => {
    expect(outcome(token)).toBe("jwt_malformed");
  });

  it.each(["none", "None", "HS256", "es256", "ES256 ", "ES384", "RS512", "", "__proto__", null, 0, [], ["ES256"], {}])(
    "the algorithm %j",
    (alg) => {
      expect(outcome(headed({ alg }))).toBe("jwt_algorithm_not_allowed");
    },
  );
  it("a missing algorithm, and one that is known but not configured", () => {
    expect(outcome(issue(claims, {}))).toBe("jwt_algorithm_not_allowed");
    expect(outcome(issue(claims, { alg: "RS256" }, rsa.privateKey), { algorithms: ["ES256"] })).toBe(
      "jwt_algorithm_not_allowed",
    );
    expect(outcome(issue(claims), { algorithms: [] })).toBe("jwt_algorithm_not_allowed");
  });
  it("a public key used as an HMAC secret, in every spelling of the key", () => {
    const input = `${encode({ alg: "HS256", kid: "ec" })}.${encode(claims)}`;
    for (const secret of [
      ec.publicKey.export({ format: "pem", type: "spki" }),
      JSON.stringify(ec.publicKey.export({ format: "jwk" })),
    ]) {
      const mac = createHmac("sha256", secret).update(input).digest("base64url");
      expect(outcome(`${input}.${mac}`)).toBe("jwt_algorithm_not_allowed");
    }
  });

  it.each(["crit", "b64", "jwk", "jku", "x5u", "x5c", "enc", "zip"])("the header parameter %s", (name) => {
    expect(outcome(headed({ [name]: name === "crit" ? ["b64"] : "x" }))).toBe("jwt_header_unsupported");
  });
  it.each(["JOSE", "dpop+jwt", "logout+jwt", "", null, 1, ["JWT"]])("the type %j", (typ) => {
    expect(outcome(headed({ typ }))).toBe("jwt_header_unsupported");
  });
  it("another type than the configured one, or none", () => {
    for (const header of [{}, { typ: "JWT" }])
      expect(outcome(headed(header), { typ: "at+jwt" })).toBe("jwt_header_unsupported");
  });
  it.each([1, null, ["ec"], {}, "k".repeat(257)])("the kid %j", (kid) => {
    expect(outcome(headed({ kid }))).toBe("jwt_header_unsupported");
  });
  it.each(["nobody", "", "rsa", "__proto__", "EC", "../../ec"])("the kid %j, unknown for the algorithm", (kid) => {
    expect(outcome(headed({ kid }))).toBe("jwt_key_unknown");
  });
  it("any token when no key is configured", () => {
    expect(outcome(issue(claims), { keys: [] })).toBe("jwt_key_unknown");
  });

  it("a signature by another key, of another kind, or over something else", () => {
    expect(outcome(issue(claims, undefined, otherEc.privateKey))).toBe("jwt_signature_invalid");
    expect(outcome(issue(claims, { alg: "ES256", kid: "ec" }, rsa.privateKey))).toBe("jwt_signature_invalid");
    expect(outcome(issue(claims, { alg: "RS256", kid: "rsa" }))).toBe("jwt_signature_invalid");
    expect(outcome(`${header}.${encode({ ...claims, sub: "admin" })}.${signature}`)).toBe("jwt_signature_invalid");
    expect(outcome(`${encode({ alg: "ES256" })}.${payload}.${signature}`)).toBe("jwt_signature_invalid");
  });
  it("an ES256 signature in DER, or with r or s of zero, before any verifier sees it", () => {
    const input = `${header}.${payload}`;
    const der = new Uint8Array(nodeSign("sha256", Buffer.from(input), ec.privateKey));
    const zeros = [new Uint8Array(64), new Uint8Array(64).fill(1, 0, 32), new Uint8Array(64).fill(1, 32)];
    for (const bad of [der, ...zeros, new Uint8Array(63).fill(1)]) {
      const verified = verifyJwt(`${input}.${encodeBase64Url(bad)}`, config, () => true);
      expect(verified).toMatchObject({ ok: false, code: "jwt_signature_invalid" });
    }
  });
  it("more than ten keys for a token without a kid", () => {
    const strangers: JwtKey<KeyObject>[] = Array(10).fill({ alg: "ES256", handle: otherEc.publicKey });
    const own: JwtKey<KeyObject> = { alg: "ES256", handle: ec.publicKey };
    const token = issue(claims, { alg: "ES256" });
    expect(outcome(token, { keys: [...strangers, own] })).toBe("jwt_signature_invalid");
    expect(outcome(token, { keys: [...strangers.slice(1), own] })).toBe("subject did:x:1");
  });

  it.each<[string, object]>([
    ["jwt_claim_invalid", { exp: undefined }],
    ["jwt_claim_invalid", { exp: null }],
    ["jwt_claim_invalid", { exp: `${nowS + 60}` }],
    ["jwt_claim_invalid", { exp: [nowS + 60] }],
    ["jwt_claim_invalid", { exp: 1e300 }],
    ["jwt_claim_invalid", { exp: (nowS + 60) * 1000 * 1000 }],
    ["jwt_claim_invalid", { exp: -1 }],
    ["jwt_claim_invalid", { nbf: "0" }],
    ["jwt_claim_invalid", { iat: {} }],
    ["jwt_expired", { exp: nowS - 60 }],
    ["jwt_expired", { exp: 0 }],
    ["jwt_not_yet_valid", { nbf: nowS + 61 }],
    ["jwt_not_yet_valid", { iat: nowS + 61 }],
    ["jwt_claim_invalid", { iss: ["iss.test"] }],
    ["jwt_issuer_mismatch", { iss: undefined }],
    ["jwt_issuer_mismatch", { iss: "iss.test.evil" }],
    ["jwt_issuer_mismatch", { iss: "ISS.test" }],
    ["jwt_audience_mismatch", { aud: undefined }],
    ["jwt_audience_mismatch", { aud: "APP" }],
    ["jwt_audience_mismatch", { aud: [] }],
    ["jwt_audience_mismatch", { aud: ["other", "app2"] }],
    ["jwt_claim_invalid", { aud: ["app", 1] }],
    ["jwt_claim_invalid", { aud: { app: 1 } }],
    ["jwt_claim_invalid", { aud: null }],
    ["jwt_subject_invalid", { sub: undefined }],
    ["jwt_subject_invalid", { sub: "" }],
    ["jwt_subject_invalid", { sub: 1 }],
    ["jwt_subject_invalid", { sub: ["did:x:1"] }],
    ["jwt_subject_invalid", { sub: null }],
    ["jwt_subject_invalid", { sub: "s".repeat(257) }],
  ])("%s: %j", (code, change) => {
    expect(outcome(claiming(change))).toBe(code);
  });
  it("a claim that only a prototype has, as subject", () => {
    for (const subjectClaim of ["constructor", "toString", "__proto__"]) {
      expect(outcome(issue(claims), { subjectClaim })).toBe("jwt_subject_invalid");
    }
  });
  it("every token while the clock or the skew is not a number", () => {
    expect(outcome(issue(claims), { nowS: Number.NaN })).toBe("jwt_expired");
    expect(outcome(issue(claims), { clockSkewS: Number.NaN })).toBe("jwt_expired");
  });
});

function flipUnusedBit(text: string): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  return alphabet[alphabet.indexOf(text.at(-1)!) ^ 1]!;
}

describe("verifyJwt accepts", () => {
  it("the three algorithms, each by its own key", () => {
    expect(outcome(issue(claims))).toBe("subject did:x:1");
    expect(outcome(issue(claims, { alg: "RS256", kid: "rsa" }, rsa.privateKey))).toBe("subject did:x:1");
    expect(outcome(issue(claims, { alg: "EdDSA", kid: "ed" }, ed.privateKey))).toBe("subject did:x:1");
  });
  it("tokens without kid or typ, and keys without kid", () => {
    expect(outcome(issue(claims, { alg: "ES256" }))).toBe("subject did:x:1");
    expect(outcome(headed({ kid: "any" }), { keys: [{ alg: "ES256", handle: ec.publicKey }] })).toBe("subject did:x:1");
  });
  it("the configured type in any letter case, with or without `application/`", () => {
    for (const typ of ["at+jwt", "application/AT+JWT"])
      expect(outcome(headed({ typ }), { typ: "at+JWT" })).toBe("subject did:x:1");
    for (const typ of ["JWT", "jwt", "at+jwt"]) expect(outcome(headed({ typ }))).toBe("subject did:x:1");
  });
  it("times within the skew, whole or not", () => {
    expect(outcome(claiming({ exp: nowS - 59 }))).toBe("subject did:x:1");
    expect(outcome(claiming({ exp: nowS - 59 }), { clockSkewS: 0 })).toBe("jwt_expired");
    expect(outcome(claiming({ exp: nowS + 0.5, nbf: nowS + 60, iat: nowS + 60 }))).toBe("subject did:x:1");
  });
  it("one of several audiences, and any issuer or audience when none is configured", () => {
    expect(outcome(claiming({ aud: ["other", "app"] }))).toBe("subject did:x:1");
    const { issuer: _issuer, audience: _audience, ...open } = config;
    const token = issue({ sub: "u", exp: nowS + 1 });
    expect(verifyJwt(token, open, verifySignature)).toMatchObject({ ok: true, subject: "u" });
  });
  it("another claim as subject, with `sub` beside it", () => {
    expect(outcome(claiming({ user_id: "u7" }), { subjectClaim: "user_id" })).toBe("subject u7");
    expect(outcome(claiming({ user_id: "u7", sub: 1 }), { subjectClaim: "user_id" })).toBe("jwt_subject_invalid");
  });
});

describe("verifyJwt under attack", () => {
  it("answers mutated tokens with listed codes, and accepts the untouched token only", () => {
    const token = issue(claims);
    const codes = [
      "jwt_malformed",
      "jwt_header_unsupported",
      "jwt_algorithm_not_allowed",
      "jwt_key_unknown",
      "jwt_signature_invalid",
    ];
    const letter = fc.constantFrom(..."AZaz09-_.=+ \u0000é");
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(token.length - 1), letter), { minLength: 1, maxLength: 3 }), (changes) => {
        const letters = [...token];
        for (const [at, by] of changes) letters[at] = by;
        const mutated = letters.join("");
        expect(mutated === token ? [outcome(mutated)] : codes).toContain(outcome(mutated));
      }),
      { numRuns },
    );
  });
  it("never reaches the claims of a token whose signature does not verify", () => {
    const jsonObject = fc.dictionary(fc.constantFrom("exp", "sub", "iss", "aud", "__proto__", "iat"), fc.jsonValue());
    fc.assert(
      fc.property(jsonObject, (payload) => {
        const token = `${encode({ alg: "ES256" })}.${encode(payload)}.${encodeBase64Url(new Uint8Array(64).fill(1))}`;
        expect(["jwt_signature_invalid", "jwt_malformed"]).toContain(outcome(token));
        const believed = verifyJwt(token, config, () => true);
        if (!believed.ok) expect(believed.code).toMatch(/^jwt_/);
      }),
      { numRuns },
    );
  });
});

const folder = vectorsPath("jwt");
describe.skipIf(folder === undefined)("access-token attacks", () => {
  type File = {
    config: {
      now: number;
      issuer: string;
      audience: string;
      algorithms: JwtAlgorithm[];
      leeway_s: number;
      jwks: JsonValue;
    };
    cases: { name: string; accept: boolean | null; token: string; why: string }[];
  };
  const file: File | undefined = folder && JSON.parse(readFileSync(join(folder, "attacks.json"), "utf8"));
  const cases = file?.cases ?? [];

  it("has all 33 tokens", () => {
    expect(cases).toHaveLength(33);
  });

  it.each(cases)("$name $why", ({ accept, token }) => {
    const { now, issuer, audience, algorithms, leeway_s, jwks } = file!.config;
    const parsed = parseJwks(jwks);
    const keys = parsed.ok ? parsed.keys.map(importJwk) : [];
    const vectorConfig = { keys, algorithms, issuer, audience, nowS: now, clockSkewS: leeway_s };
    const startMs = performance.now();
    const verified = verifyJwt(token, vectorConfig, verifySignature);
    expect(performance.now() - startMs).toBeLessThan(50);
    if (accept !== null) expect(verified.ok).toBe(accept);
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });
});

function importJwk(jwk: PublicJwk): JwtKey<KeyObject> {
  const material =
    jwk.kty === "EC"
      ? { kty: "EC", crv: "P-256", x: encodeBase64Url(jwk.x), y: encodeBase64Url(jwk.y) }
      : { kty: "RSA", n: encodeBase64Url(jwk.n), e: encodeBase64Url(jwk.e) };
  const handle = createPublicKey({ key: material, format: "jwk" });
  return jwk.kid === undefined ? { alg: jwk.alg, handle } : { kid: jwk.kid, alg: jwk.alg, handle };
}
