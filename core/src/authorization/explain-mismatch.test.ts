import { describe, expect, it } from "vitest";
import { canonicalize } from "../encoding/canonical-json.ts";
import type { JsonValue } from "../encoding/json-value.ts";
import { candidatePayloads } from "./authorization-payload.ts";
import { explainMismatch, type MismatchedRequest } from "./explain-mismatch.ts";

const rawBody = '{"method":"personal_sign", "chain_type":"ethereum"}';
const request: MismatchedRequest = {
  method: "POST",
  target: "/v1/wallets/w/rpc?x=1",
  origins: ["https://wallets.example.test", "http://localhost:8080"],
  appId: "app",
  idempotencyKey: "i",
  requestExpiry: "9",
  body: { method: "personal_sign", chain_type: "ethereum" },
  rawBody,
  likelyOrigins: ["http://10.0.0.1:8080"],
};
const payload = {
  version: 1,
  method: "POST",
  url: "https://wallets.example.test/v1/wallets/w/rpc",
  body: request.body!,
  headers: { "privy-app-id": "app", "privy-idempotency-key": "i", "privy-request-expiry": "9" },
};
const hintsFor = (signed: string, of = request) => explainMismatch(of, (canonical) => canonical === signed).hints;
const { body: _body, ...withoutBody } = payload;

describe("explainMismatch", () => {
  it("has no hint for what it does not recognise", () => {
    expect(explainMismatch(request, () => false)).toEqual({ expected: canonicalize(payload), hints: [] });
  });

  it("has nothing to say about a target that nobody can sign", () => {
    expect(explainMismatch({ ...request, target: "*" }, () => true)).toEqual({ expected: "", hints: [] });
    expect(explainMismatch({ ...request, origins: [] }, () => true)).toEqual({ expected: "", hints: [] });
  });

  it("verifies at most 24 times, no text twice, and nothing that would authorise", () => {
    const variants: MismatchedRequest[] = [
      request,
      {
        ...request,
        origins: Array.from({ length: 20 }, (_, i) => `https://o${i}.test`),
        likelyOrigins: Array(20).fill("http://x"),
      },
      { ...request, origins: ["https://api.privy.io"], body: undefined },
    ];
    for (const variant of variants) {
      const asked: string[] = [];
      explainMismatch(variant, (canonical) => {
        asked.push(canonical);
        return true;
      });
      expect(asked.length).toBeGreaterThan(5);
      expect(asked.length).toBeLessThanOrEqual(24);
      expect(new Set(asked).size).toBe(asked.length);
      const authorising = new Set([...candidatePayloads(variant)].map(({ canonical }) => canonical));
      for (const canonical of asked) expect(authorising.has(canonical)).toBe(false);
    }
  });

  const at = (url: string) => canonicalize({ ...payload, url });
  const headers = (signed: { [name: string]: string }) => canonicalize({ ...payload, headers: signed });
  it.each<[string, string, string]>([
    ["the official origin", at("https://api.privy.io/v1/wallets/w/rpc"), "`https://api.privy.io`"],
    ["the Host's origin", at("http://10.0.0.1:8080/v1/wallets/w/rpc"), "`http://10.0.0.1:8080`"],
    ["http for https", at("http://wallets.example.test/v1/wallets/w/rpc"), "scheme"],
    ["a trailing slash", at("https://wallets.example.test/v1/wallets/w/rpc/"), "trailing slash"],
    ["the query", at("https://wallets.example.test/v1/wallets/w/rpc?x=1"), "query"],
    ["the other prefix", at("https://wallets.example.test/api/v1/wallets/w/rpc"), "/api/v1/wallets/w/rpc`"],
    ["the path alone", at("/v1/wallets/w/rpc"), "path alone"],
    ["no expiry", headers({ "privy-app-id": "app", "privy-idempotency-key": "i" }), "`privy-request-expiry`"],
    ["no idempotency key", headers({ "privy-app-id": "app", "privy-request-expiry": "9" }), "`privy-idempotency-key`"],
    ["neither header", headers({ "privy-app-id": "app" }), "`privy-idempotency-key` and `privy-request-expiry`"],
    ["the body in its own order", canonicalize(payload).replace(canonicalize(payload.body), rawBody), "not canonical"],
    [
      "everything in the order of writing",
      `{"version":1,"method":"POST","url":"${payload.url}","body":${rawBody},"headers":${canonicalize(payload.headers)}}`,
      "not canonical",
    ],
    ["the body as a string", canonicalize({ ...payload, body: rawBody }), "string of JSON"],
    ["no body", canonicalize(withoutBody), "does not cover the body"],
    ["a lower-case method", canonicalize({ ...payload, method: "post" }), "upper case"],
  ])("recognises %s", (_name, signed, words) => {
    const hints = hintsFor(signed);
    expect(hints).toHaveLength(1);
    expect(hints[0]).toContain(words);
  });

  it("recognises the missing prefix of a request to /api/v1", () => {
    const of = { ...request, target: "/api/v1/wallets/w/rpc" };
    expect(hintsFor(at("https://wallets.example.test/v1/wallets/w/rpc"), of)[0]).toContain("/v1/wallets/w/rpc");
  });

  it("survives a raw body that has no UTF-8", () => {
    expect(explainMismatch({ ...request, rawBody: "\ud800", body: "x" as JsonValue }, () => false).hints).toEqual([]);
  });
});
