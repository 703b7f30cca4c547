import { describe, expect, it } from "vitest";
import { parseAppCredentials, parseBasicAuthorization } from "./basic-authorization.ts";

const basic = (text: string) => `Basic ${Buffer.from(text, "latin1").toString("base64")}`;

describe("refuses", () => {
  it.each([
    ["no header", undefined],
    ["an empty header", ""],
    ["another scheme", "Bearer YTpi"],
    ["no credentials", "Basic "],
    ["no base64", "Basic a:b"],
    ["base64url", "Basic YT8_Ojo-"],
    ["base64 without padding", "Basic YTpiYw"],
    ["base64 with loose bits", "Basic YTpiYx=="],
    ["base64 with space inside", "Basic YTp iYw=="],
    ["a second credential", "Basic YTpiYw==, Basic YTpiYw=="],
    ["no colon", basic("ab")],
    ["no user", basic(":b")],
    ["a NUL", basic("a:b\0")],
    ["a line break", basic("a:b\r\nx: y")],
    ["bytes beyond ASCII", basic("a:\xe9")],
  ])("%s", (_name, header) => {
    expect(parseBasicAuthorization(header)).toMatchObject({ ok: false, code: "invalid_credentials" });
  });

  it.each([
    ["no app ID", { authorization: basic("a:b") }],
    ["an empty app ID", { authorization: basic("a:b"), "privy-app-id": "" }],
    ["an app ID that is none", { authorization: basic("a:b"), "privy-app-id": "a b" }],
    ["another app's ID", { authorization: basic("a:b"), "privy-app-id": "c" }],
  ])("%s", (_name, headers) => {
    expect(parseAppCredentials(headers)).toMatchObject({ ok: false, code: "missing_or_invalid_privy_app_id" });
  });

  it("without repeating the secret", () => {
    const result = parseAppCredentials({ authorization: basic("app:canary"), "privy-app-id": "other" });
    expect(JSON.stringify(result)).not.toContain("canary");
  });
});

describe("reads", () => {
  it.each([
    ["a:b", "a", "b"],
    ["a:", "a", ""],
    ["a:b:c", "a", "b:c"],
  ])("%s", (text, user, password) => {
    expect(parseBasicAuthorization(basic(text))).toEqual({ ok: true, user, password });
    expect(parseAppCredentials({ authorization: basic(text), "privy-app-id": user })).toEqual({
      ok: true,
      appId: user,
      appSecret: password,
    });
  });

  it("the scheme in any case", () => {
    expect(parseBasicAuthorization("bAsIc YTpi")).toMatchObject({ ok: true });
  });
});
