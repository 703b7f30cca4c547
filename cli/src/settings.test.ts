import { describe, expect, it } from "vitest";
import { apiEnvironment, signerEnvironment } from "./child-environment.ts";
import { defaultPublicUrls, localUrl, readSettings } from "./settings.ts";

const read = (environment: NodeJS.ProcessEnv) =>
  readSettings({ MANDATE_DATA_DIR: "/data", ...environment }, "/somewhere");

describe("readSettings", () => {
  it("refuses what it would have to guess", () => {
    for (const port of ["-1", "65536", "3000x", "0x10", " 3000", "3e3"]) {
      expect(() => read({ MANDATE_PORT: port }), port).toThrow(/MANDATE_PORT/);
    }
    for (const url of [
      "example.com",
      "https://a.example/path",
      "ftp://a",
      "https://a,",
      "https://u:p@a",
      "https://a?b",
    ]) {
      expect(() => read({ MANDATE_PUBLIC_URL: url }), url).toThrow(/MANDATE_PUBLIC_URL/);
    }
    for (const urls of [
      "http://a",
      "eip155:1",
      "eip155:1=",
      "eip155:1=a",
      "1=http://a",
      "eip155:1=http://a,eip155:1=http://b",
    ]) {
      expect(() => read({ MANDATE_RPC_URLS: urls }), urls).toThrow(/MANDATE_RPC_URLS/);
    }
  });

  it("does not repeat RPC URLs, which carry API keys", () => {
    expect(() => read({ MANDATE_RPC_URLS: "eip155:1=wss://rpc/s3cret" })).toThrow(/^(?!.*s3cret)/);
  });

  it("has defaults for development", () => {
    expect(read({})).toEqual({
      port: 3000,
      host: "127.0.0.1",
      dataDir: "/data",
      databaseUrl: undefined,
      publicUrls: undefined,
      rpcUrls: {},
      devChains: true,
      dashboard: true,
      production: false,
    });
  });

  it("starts no chain in production or when told not to", () => {
    expect(read({ NODE_ENV: "production" }).devChains).toBe(false);
    expect(read({ MANDATE_DEV_CHAINS: "0" }).devChains).toBe(false);
  });

  it("reads lists", () => {
    const settings = read({
      MANDATE_PUBLIC_URL: "https://wallets.example.com/, http://localhost:3000",
      MANDATE_RPC_URLS:
        "eip155:1=https://rpc.example/v2/key?x=1, solana:EtWTRABZaYq6iMfeYKouRu166VU2xqa1=http://127.0.0.1:8899",
    });
    expect(settings.publicUrls).toEqual(["https://wallets.example.com", "http://localhost:3000"]);
    expect(settings.rpcUrls).toEqual({
      "eip155:1": "https://rpc.example/v2/key?x=1",
      "solana:EtWTRABZaYq6iMfeYKouRu166VU2xqa1": "http://127.0.0.1:8899",
    });
  });

  it("resolves a relative data folder", () => {
    expect(read({ MANDATE_DATA_DIR: "elsewhere" }).dataDir).toBe("/somewhere/elsewhere");
  });
});

describe("localUrl", () => {
  it("is an address to connect to, whatever is listened on", () => {
    expect(localUrl("127.0.0.1", 3000)).toBe("http://127.0.0.1:3000");
    expect(localUrl("0.0.0.0", 3000)).toBe("http://127.0.0.1:3000");
    expect(localUrl("::", 3000)).toBe("http://[::1]:3000");
    expect(localUrl("fe80::1", 3000)).toBe("http://[fe80::1]:3000");
    expect(defaultPublicUrls("127.0.0.1", 80)).toEqual(["http://127.0.0.1:80", "http://localhost:80"]);
  });
});

describe("the environments of the pair", () => {
  const facts = {
    port: 3000,
    host: "127.0.0.1",
    dataDir: "/data",
    publicUrls: ["http://127.0.0.1:3000"],
    rpcUrls: { "eip155:31337": "http://127.0.0.1:8545" },
    operator: { token: "the-token", privateKey: "the-private-key", publicKey: "the-public-key" },
    dashboard: true,
  };
  const inherited = {
    PATH: "/bin",
    NODE_OPTIONS: "--inspect",
    MANDATE_ROOT_KEY_PROVIDER: "env",
    MANDATE_ROOT_KEY: "the-root-key",
    MANDATE_DATABASE_URL: "postgres://user:password@host/db",
    PGPASSWORD: "password",
    npm_config_x: "y",
  };

  it("keep the root key from the API", () => {
    const text = JSON.stringify(apiEnvironment(inherited, facts));
    expect(text).not.toMatch(/MANDATE_ROOT|the-root-key|the-token|the-private-key/);
    expect(apiEnvironment(inherited, facts)).toMatchObject({
      MANDATE_DATABASE_URL: inherited.MANDATE_DATABASE_URL,
      MANDATE_RPC_URLS: "eip155:31337=http://127.0.0.1:8545",
      MANDATE_OPERATOR_TOKEN_SHA256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it("keep everything from the signer that it does not need", () => {
    expect(signerEnvironment(inherited, facts)).toEqual({
      PATH: "/bin",
      MANDATE_ROOT_KEY_PROVIDER: "env",
      MANDATE_ROOT_KEY: "the-root-key",
      MANDATE_DATA_DIR: "/data",
      MANDATE_PUBLIC_URL: "http://127.0.0.1:3000",
      MANDATE_OPERATOR_PUBLIC_KEY: "the-public-key",
      MANDATE_DASHBOARD: "1",
    });
  });
});
