import { createHash, createPublicKey, type KeyObject, verify as nodeVerify } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalize } from "../encoding/canonical-json.ts";
import { parseJson } from "../encoding/json.ts";
import type { JsonValue } from "../encoding/json-value.ts";
import { encodeUtf8 } from "../encoding/utf8.ts";
import { vectorsPath } from "../testing/vectors.ts";
import { candidatePayloads, canonicalPayload, type SignedRequest } from "./authorization-payload.ts";
import { parseAuthorizationSignatures } from "./authorization-signature.ts";
import { verifyApprovals } from "./verify-approvals.ts";

const numRuns = 300 * Number(process.env.MANDATE_FUZZ ?? 1);
const origin = "https://wallets.example.test";
const keyObjects = new Map<string, KeyObject>();

function verifyP256(spki: string, message: Uint8Array, der: Uint8Array): boolean {
  let key = keyObjects.get(spki);
  if (key === undefined) {
    key = createPublicKey({ key: Buffer.from(spki, "base64"), format: "der", type: "spki" });
    keyObjects.set(spki, key);
  }
  return nodeVerify("sha256", message, key, der);
}

function approvingKeys(request: SignedRequest, header: string, keys: string[]): string[] {
  const parsed = parseAuthorizationSignatures(header);
  if (!parsed.ok) return [];
  const candidates = [...candidatePayloads(request)].map(({ canonical }) => canonical);
  const { approvals } = verifyApprovals({ signatures: parsed.signatures, candidates, keys, verifyP256 });
  return [...approvals.keys()];
}

const request: SignedRequest = {
  method: "POST",
  target: "/v1/wallets/w1/rpc",
  origins: [origin],
  appId: "app",
  body: { b: 1, a: [] },
};
const canonicals = (change: Partial<SignedRequest>) =>
  [...candidatePayloads({ ...request, ...change })].map(({ canonical }) => canonical);
const urls = (change: Partial<SignedRequest>) => [
  ...new Set([...candidatePayloads({ ...request, ...change })].map(({ url }) => url)),
];

describe("candidatePayloads never yields", () => {
  it.each(["", "v1/wallets", "https://evil.test/v1/wallets", "*", "?a=/v1"])("anything for the target %j", (target) => {
    expect(canonicals({ target })).toEqual([]);
  });
  it("an origin that is not configured", () => {
    expect(urls({ origins: [] })).toEqual([]);
    expect(urls({}).every((url) => url.startsWith(origin))).toBe(true);
  });
  it("the other path prefix, the query or an added trailing slash", () => {
    for (const url of urls({ target: "/api/v1/wallets?limit=1" })) expect(url).toMatch(/test\/{1,2}api\/v1\/wallets$/);
    for (const url of urls({ target: "/v1/wallets?limit=1" })) expect(url).toMatch(/test\/{1,2}v1\/wallets$/);
    expect(urls({ target: "/v1/wallets/" }).every((url) => url.endsWith("/"))).toBe(true);
  });
  it("an empty body form for a body that has something in it", () => {
    for (const body of [{ a: 1 }, [0], "", null, 0, false] as JsonValue[]) {
      const bodies = new Set(canonicals({ body }).map((canonical) => JSON.stringify(JSON.parse(canonical).body)));
      expect(bodies).toEqual(new Set([JSON.stringify(body)]));
    }
  });
});

describe("candidatePayloads", () => {
  it("yields the exact request first", () => {
    expect(candidatePayloads({ ...request, idempotencyKey: "i", requestExpiry: "9" }).next().value).toEqual({
      url: `${origin}/v1/wallets/w1/rpc`,
      canonical: `{"body":{"a":[],"b":1},"headers":{"privy-app-id":"app","privy-idempotency-key":"i","privy-request-expiry":"9"},"method":"POST","url":"${origin}/v1/wallets/w1/rpc","version":1}`,
    });
  });
  it("tries every origin before it doubles a slash, and each origin once", () => {
    expect(urls({ origins: [`${origin}/`, "http://localhost:8080", origin], target: "/v1/x" })).toEqual([
      `${origin}/v1/x`,
      "http://localhost:8080/v1/x",
      `${origin}//v1/x`,
      "http://localhost:8080//v1/x",
    ]);
    expect(urls({ target: "//v1/x" })).toEqual([`${origin}//v1/x`, `${origin}/v1/x`]);
  });
  it("keeps the raw bytes of the path", () => {
    expect(urls({ target: "/v1/%77/../x;y" })[0]).toBe(`${origin}/v1/%77/../x;y`);
  });
  it.each([
    ["POST", undefined, [undefined, '""', "{}", "null"]],
    ["DELETE", undefined, ['""', "{}", undefined, "null"]],
    ["DELETE", {}, ['""', "{}", undefined, "null"]],
    ["POST", [], ["[]", '""']],
  ])("%s with the body %j may be signed as %j", (method, body, forms) => {
    const signed = canonicals({ method, body: body as JsonValue | undefined }).slice(0, forms.length);
    expect(signed.map((canonical) => JSON.stringify(JSON.parse(canonical).body))).toEqual(forms);
    expect(new Set(canonicals({ method, body: body as JsonValue | undefined })).size).toBe(forms.length * 2);
  });
  it("writes RFC 8785 by hand as canonicalize would", () => {
    const text = fc.string({ unit: "binary" });
    const some = fc.record({
      method: text,
      target: text.map((path) => `/${path.replaceAll("?", "")}`),
      appId: text,
      idempotencyKey: fc.option(text, { nil: undefined }),
      requestExpiry: fc.option(text, { nil: undefined }),
      body: fc.jsonValue({ noUnicodeString: false }) as fc.Arbitrary<JsonValue>,
    });
    fc.assert(
      fc.property(some, ({ idempotencyKey, requestExpiry, ...rest }) => {
        const signed: SignedRequest = { ...rest, body: { x: rest.body }, origins: [origin] };
        if (idempotencyKey !== undefined) signed.idempotencyKey = idempotencyKey;
        if (requestExpiry !== undefined) signed.requestExpiry = requestExpiry;
        const headers: { [name: string]: JsonValue } = { "privy-app-id": rest.appId };
        if (idempotencyKey !== undefined) headers["privy-idempotency-key"] = idempotencyKey;
        if (requestExpiry !== undefined) headers["privy-request-expiry"] = requestExpiry;
        const { url, canonical } = candidatePayloads(signed).next().value!;
        expect(url).toBe(origin + rest.target);
        expect(canonical).toBe(canonicalize({ version: 1, method: rest.method, url, body: signed.body!, headers }));
      }),
      { numRuns },
    );
  });
  it("leaves an absent body out", () => {
    expect(canonicalPayload({ method: "POST", url: "u", body: undefined, headers: "{}" })).toBe(
      '{"headers":{},"method":"POST","url":"u","version":1}',
    );
  });
});

/** Published with the specification of the payload: what the official Node SDK signs, with two test keys. */
const keyA =
  "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAExKf5JYD6PT5OR44F6ZLRnpRMNyktYiCMQdnmyFq1IsTmM/jFJ4CkAdkE/4djwmB5U8m+n6xyAdJRFRXFHWh2YQ==";
const keyB =
  "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEPobK7NVaIiNX9tOIliHfrnpdgFGQAeKMzyBXBN2DoJmCC3M3ASIvdQXDw4Hsec6NkZcACcSio5v3fXS5yLWqbg==";
const sdkVectors = [
  {
    name: "an RPC with idempotency key and expiry; A's signature has a high s",
    request: {
      method: "POST",
      target: "/v1/wallets/o5zuf7fbygwze9l9gaxyc0bm/rpc",
      idempotencyKey: "idem-1",
      requestExpiry: "1893456000000",
    },
    body: '{"method":"personal_sign","params":{"message":"Hello é\u2028 €","encoding":"utf-8"}}',
    sha256: "8cabd05e608deaeac157d6832bc9efd517829ac779296826add6ca2cc97ff9dc",
    a: "MEUCIEQ767qHrTGFSHCdxWy1DGFWdzAPwhBaWlTbi0KhHbG0AiEAz+NUttseqJAAG1IxkkVVrtyoj43lYzdnORbsqjjlNq4=",
    b: "MEQCIH8YiqozjgHeKOGOAd6rUA9afhWmFZKKblPqEfXlfjJSAiBZCO0BcZ0US3zv0gVSLVctgefbr7gyBl3SzE4gR2rOlA==",
  },
  {
    name: "a change of a wallet's signers",
    request: { method: "PATCH", target: "/v1/wallets/o5zuf7fbygwze9l9gaxyc0bm" },
    body: '{"additional_signers":[{"signer_id":"rkiz0ivz254drv1xw982v3jq","override_policy_ids":["tb54eps4z44ed0jepousxi4n"]}]}',
    sha256: "08c342b95b4fecf82ddde1e1e235aa0fc297f0e11c7e3fa54329889a7264c6fe",
    a: "MEUCIQDQ+ylhEVMcTN4wUM5FCrzZ9UmI6PUOE54E5i2HE+Oc8AIgBy5t879HTNMwbpNkAuSuQY0Xxk63kSvgS1qLO5TGTt0=",
    b: "MEUCIQCMrtphIUPRlfqKF1oxQs5mK+z4OnghVZ0CASzLT2FceAIgZUU/uuQC1l8LtHnDnvm/AAf8HAFMYHl8b20x9nlOX40=",
  },
  {
    name: 'a DELETE without a body, signed as ""',
    request: { method: "DELETE", target: "/v1/policies/tb54eps4z44ed0jepousxi4n", requestExpiry: "1893456000000" },
    body: undefined,
    sha256: "e0bf4952aae40c754a461b423d4fb2a9a6641aeb049b727720836da3cf044eaa",
    a: "MEUCIQDt1pg5HEorTeuKphYwp3krS2NN4lZ82Alr/qXI8VOPmAIgHdeSVrj723dr0YYWFTQxc1nvi9tgR6lgTWYpanx4nNo=",
    b: "MEUCIQD5w8j0En36ZwJE92McLkn74HlEYaoY2m0UQA4G8nC8ZgIgMpxw8rJ6viv3Rov1KH3gCPzP/IQt8/oUkdFRl4TAWrQ=",
  },
  {
    name: "a POST without a body, signed without the member",
    request: { method: "POST", target: "/v1/wallets/o5zuf7fbygwze9l9gaxyc0bm/archive" },
    body: undefined,
    sha256: "7ab8f582806c55035df4a3d4696f20b29d7a2b36d820d78ddc349c75167f86d2",
    a: "MEUCIQCcSyX6g8LrutSCrJ5XInb45tSCnqDKxVnpXTLfM/S+pQIgOJxAPy/0gBHitq/M4AKgHBJxV2b2ePjffOh9UvqxDJU=",
    b: "MEQCIEZDENm1B4Y4T3JhM9vIq6tS/HN0sj/aRqtwUPX+pJ/4AiBpvartMk7UP1Hzj6p85PhZ0w6cmId+Vyc8rlMAYrKVJw==",
  },
];

describe.each(sdkVectors)("signed by the Node SDK: $name", ({ request, body, sha256, a, b }) => {
  const signed: SignedRequest = {
    ...request,
    origins: [origin],
    appId: "cmtestapp0000000000000001",
    body: body === undefined ? undefined : parsed(body),
  };
  it("refuses A's signature for B and the other way round", () => {
    expect(approvingKeys(signed, a, [keyB])).toEqual([]);
    expect(approvingKeys(signed, b, [keyA])).toEqual([]);
  });
  it("refuses both for another method, app, path, header or body", () => {
    const changes: Partial<SignedRequest>[] = [
      { method: "PUT" },
      { appId: "other" },
      { target: `${request.target}/` },
      { idempotencyKey: "other" },
      { requestExpiry: "1893456000001" },
      { body: { other: 1 } },
      { origins: ["https://other.test"] },
    ];
    for (const change of changes)
      expect(approvingKeys({ ...signed, ...change }, `${a},${b}`, [keyA, keyB])).toEqual([]);
  });
  it("makes the canonical text first and verifies both signatures", () => {
    const { canonical } = candidatePayloads(signed).next().value!;
    expect(createHash("sha256").update(canonical).digest("hex")).toBe(sha256);
    expect(approvingKeys(signed, `${a}, ${b}`, [keyB, keyA])).toEqual([keyA, keyB]);
  });
});

function parsed(text: string): JsonValue {
  const result = parseJson(encodeUtf8(text));
  if (!result.ok) throw new Error(result.code);
  return result.value;
}

const folder = vectorsPath("authorization-signatures");
describe.skipIf(folder === undefined)("signed requests, valid and tampered", () => {
  type Case = {
    id: number;
    kind: string;
    accept: boolean | null;
    why: string;
    request: {
      method: string;
      url: string;
      body: JsonValue;
      headers: { [name: string]: string };
      canonical_sha256: string;
    };
    public_key_spki: string;
    signature: string;
  };
  const cases: Case[] =
    folder === undefined ? [] : JSON.parse(readFileSync(join(folder, "requests.json"), "utf8")).cases;

  it("has all 79 cases", () => {
    expect(cases).toHaveLength(79);
  });

  it.each(cases)("$id $kind: $why", ({ accept, request, public_key_spki, signature }) => {
    const { origin: of, pathname } = new URL(request.url);
    const signed: SignedRequest = {
      method: request.method,
      target: pathname,
      // This server is the one that was called; where the host was changed, the signature was meant for another.
      origins: [of],
      appId: request.headers["privy-app-id"]!,
      body: parsed(JSON.stringify(request.body)),
    };
    if (Object.hasOwn(request.headers, "privy-idempotency-key")) {
      signed.idempotencyKey = request.headers["privy-idempotency-key"]!;
    }
    if (Object.hasOwn(request.headers, "privy-request-expiry")) {
      signed.requestExpiry = request.headers["privy-request-expiry"]!;
    }
    const { canonical } = candidatePayloads(signed).next().value!;
    // The digest is of what was signed; a tampered request has another.
    const sha256 = createHash("sha256").update(canonical).digest("hex");
    if (accept !== false) expect(sha256).toBe(request.canonical_sha256);
    // "Either verdict" is settled here: high s is an ordinary signature.
    const approved = approvingKeys(signed, signature, [public_key_spki]);
    expect(approved).toEqual(accept !== false ? [public_key_spki] : []);
  });
});
