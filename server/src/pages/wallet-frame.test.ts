import { describe, expect, it } from "vitest";
import type { Deps } from "../deps.ts";
import type { HttpRequest } from "../http/request.ts";
import type { PageFiles } from "./page-files.ts";
import { createWalletFramePage } from "./wallet-frame.ts";

const APP = "c23456789012345678901234a";

const files: PageFiles = {
  find: (name) => (name === "page-1.js" ? { status: 200, rawBody: Buffer.from("1") } : undefined),
  scriptOf: (source) => ({ "src/page.ts": "page-1.js", "src/export-page.ts": "export-1.js" })[source],
  stylesOf: (source) => (source === "src/export-page.ts" ? ["export-1.css"] : []),
};

const CLIENTS = [
  { id: "site", name: "Site", allowed_origins: ["https://site.example"] },
  { id: "same", name: "Same", allowed_origins: null },
];

function get(path: string, origins: string[] = [], bundle = files, query: { [name: string]: string } = {}) {
  const body = { allowed_origins: origins, clients: CLIENTS, secrets: [], test_accounts: [], token_key: {} };
  const record = { v: 1, type: "app", app_id: APP, id: APP, version: 1, created_at: 1, body };
  const deps = {
    config: { publicOrigins: ['https://a.example"<'] },
    storage: {
      findRecord: async (appId: string) => (appId === APP ? { sealed: `1.a.b.${JSON.stringify(record)}` } : undefined),
    },
  } as unknown as Deps;
  return createWalletFramePage(deps, bundle)({ path, query, annotations: {} } as unknown as HttpRequest);
}

describe("the wallet frame's page", () => {
  it("is not served for other paths, nor for apps that do not exist", async () => {
    expect(await get("/v1/apps")).toBeUndefined();
    expect(await get(`/apps/${APP}/embedded-wallets/`)).toBeUndefined();
    expect(await get("/apps/c23456789012345678901234b/embedded-wallets")).toMatchObject({ status: 404 });
    expect(await get("/wallet-frame/../server/main.js")).toMatchObject({ status: 404 });
    expect(await get("/wallet-frame/manifest.json")).toMatchObject({ status: 404 });
  });

  it("may be framed by nobody when the app allows no origin", async () => {
    const answer = await get(`/apps/${APP}/embedded-wallets`);
    expect(answer?.headers?.["content-security-policy"]).toContain("frame-ancestors 'none'");
  });

  it("may be framed by the app's origins alone, and runs nothing but our script", async () => {
    const answer = await get(`/apps/${APP}/embedded-wallets`, ["https://app.example", "https://*.app.example"]);
    const policy = answer?.headers?.["content-security-policy"];
    expect(policy).toBe(
      "default-src 'none'; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors https://app.example https://*.app.example",
    );
    expect(answer?.headers).not.toHaveProperty("x-frame-options");
    const html = Buffer.from(answer!.rawBody!).toString("utf8");
    expect(html).toContain('src="/wallet-frame/page-1.js"');
    expect(html).toContain('data-origins="https://a.example&quot;&lt;"');
    expect(html).toContain('data-allowed-origins="https://app.example https://*.app.example"');
  });

  it("of a client is framed by that client's pages, and of an unknown one by nobody", async () => {
    const ancestors = async (client_id: string) =>
      /frame-ancestors (.*)$/.exec(
        (await get(`/apps/${APP}/embedded-wallets`, ["https://app.example"], files, { client_id }))?.headers?.[
          "content-security-policy"
        ] ?? "",
      )?.[1];
    expect(await ancestors("site")).toBe("https://site.example");
    expect(await ancestors("same")).toBe("https://app.example");
    expect(await ancestors("")).toBe("https://app.example");
    expect(await ancestors("other")).toBe("'none'");
  });

  it("that exports has our style sheet besides, and nothing else", async () => {
    const answer = await get(`/apps/${APP}/embedded-wallets/export`, ["https://app.example"]);
    expect(answer?.headers?.["content-security-policy"]).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors https://app.example",
    );
    expect(answer?.headers).not.toHaveProperty("x-frame-options");
    expect(answer?.headers).not.toHaveProperty("cache-control");
    const html = Buffer.from(answer!.rawBody!).toString("utf8");
    expect(html).toContain('src="/wallet-frame/export-1.js"');
    expect(html).toContain('href="/wallet-frame/export-1.css"');
    expect(await get(`/apps/${APP}/embedded-wallets/export/`)).toBeUndefined();
  });

  it("says what to do when it is not built", async () => {
    const none = { find: () => undefined, scriptOf: () => undefined, stylesOf: () => [] };
    const answer = await get(`/apps/${APP}/embedded-wallets`, [], none);
    expect(answer).toMatchObject({ status: 503, body: { error: expect.stringContaining("npm run build") } });
  });

  it("serves the bundle's files by their names", async () => {
    expect(await get("/wallet-frame/page-1.js")).toMatchObject({ status: 200 });
  });
});
