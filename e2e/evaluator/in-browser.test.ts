import { builtinModules } from "node:module";
import { fileURLToPath } from "node:url";
import { type ChainTypeName, chainTypes } from "@mandate/core/chains/chain-types";
import { encodeHex0x } from "@mandate/core/encoding/hex";
import type { JsonValue } from "@mandate/core/encoding/json-value";
import { type Address, encodeFunctionData, erc20Abi } from "viem";
import { build } from "vite";
import { beforeAll, describe, expect, it } from "vitest";
import { chainRequests, solanaTransfer } from "../chain-requests.ts";
import { hasChromium, launchBrowser } from "../dashboard/browser.ts";
import { decide, type Question } from "./decide.ts";

/** The evaluator's source, bundled for pages, gives the verdict and the trace that it gives in the signer. */
let code: string;
let modules: string[];
beforeAll(async () => {
  const output = await build({
    configFile: false,
    logLevel: "silent",
    resolve: { conditions: ["mandate-src", "browser", "import", "module", "default"] },
    build: {
      write: false,
      minify: true,
      target: "es2022",
      lib: {
        entry: fileURLToPath(new URL("decide.ts", import.meta.url)),
        formats: ["iife"],
        name: "evaluator",
        fileName: "evaluator",
      },
    },
  });
  if (!Array.isArray(output)) throw new Error("the build is one output");
  const chunks = output.flatMap((one) => one.output);
  expect(chunks).toHaveLength(1);
  const [chunk] = chunks;
  if (chunk?.type !== "chunk") throw new Error("the build is one script");
  code = chunk.code;
  modules = chunk.moduleIds;
});

const A = "0x1111111111111111111111111111111111111111";
const B = "0x2222222222222222222222222222222222222222";

function walletOf(chainType: ChainTypeName & Question["chainType"]) {
  const chain = chainTypes[chainType];
  const publicKey = chain.publicKey(new Uint8Array(32).fill(7));
  return { chainType, address: chain.address(publicKey), publicKey: encodeHex0x(publicKey) };
}

const ethereum = walletOf("ethereum");
const solana = walletOf("solana");
const tron = walletOf("tron");
const somebody = chainTypes.solana.address(new Uint8Array(32).fill(9));

const rule = (method: string, action: string, ...conditions: JsonValue[]) => ({
  name: "r",
  method,
  action,
  conditions,
});
const where = (field_source: string, field: string, operator: string, value: JsonValue, more: object = {}) =>
  ({ field_source, field, operator, value, ...more }) as JsonValue;

const transferAbi = erc20Abi.filter((item) => item.type === "function" && item.name === "transfer");
const transfer = (to: Address, value: bigint) => ({
  method: "eth_signTransaction",
  params: {
    transaction: {
      to: B,
      chain_id: 1,
      data: encodeFunctionData({ abi: erc20Abi, functionName: "transfer", args: [to, value] }),
    },
  },
});
const onTransfer = (field: string, operator: string, value: string) =>
  where("ethereum_calldata", field, operator, value, { abi: transferAbi });
const capped = [
  rule(
    "eth_signTransaction",
    "ALLOW",
    where("ethereum_transaction", "to", "eq", B),
    onTransfer("transfer.recipient", "eq", A),
    onTransfer("transfer.amount", "lte", "0x64"),
    where("system", "current_unix_timestamp", "lt", "1900000000"),
  ),
  rule("eth_signTransaction", "DENY", where("ethereum_transaction", "value", "gt", "0")),
];

const types = {
  Order: [
    { name: "buyer", type: "address" },
    { name: "amount", type: "uint256" },
  ],
};
const order = (amount: string) => ({
  method: "eth_signTypedData_v4",
  params: {
    typed_data: { domain: { name: "Shop", chainId: 1 }, types, primary_type: "Order", message: { buyer: A, amount } },
  },
});
const onOrder = where("ethereum_typed_data_message", "amount", "lt", "10", {
  typed_data: { types, primary_type: "Order" },
});
const message = (text: string) => ({ method: "personal_sign", params: { message: text, encoding: "utf-8" } });
const lamports = [
  rule("signTransaction", "ALLOW", where("solana_system_program_instruction", "Transfer.lamports", "lte", "5")),
];
const onSolana = {
  method: "signTransaction",
  params: { transaction: Buffer.from(solanaTransfer(solana.address)).toString("base64"), encoding: "base64" },
};
const batch = {
  method: "wallet_sendCalls",
  caip2: "eip155:1",
  params: {
    calls: [
      { to: A, value: 1 },
      { to: B, value: 2 },
    ],
  },
};

const questions: { [name: string]: [question: Question, verdict: "ALLOW" | "DENY" | "refused"] } = {
  "a capped token transfer": [{ ...ethereum, rules: capped, body: transfer(A, 100n) }, "ALLOW"],
  "one unit more": [{ ...ethereum, rules: capped, body: transfer(A, 101n) }, "DENY"],
  "to somebody else": [{ ...ethereum, rules: capped, body: transfer(B, 1n) }, "DENY"],
  "an order": [{ ...ethereum, rules: [rule("eth_signTypedData_v4", "ALLOW", onOrder)], body: order("9") }, "ALLOW"],
  "an order of too many": [
    { ...ethereum, rules: [rule("eth_signTypedData_v4", "ALLOW", onOrder)], body: order("10") },
    "DENY",
  ],
  "a message with a word beyond ASCII": [
    {
      ...ethereum,
      rules: [rule("personal_sign", "ALLOW", where("message", "content", "contains", "Žluťoučký 🐎"))],
      body: message("Žluťoučký 🐎!"),
    },
    "ALLOW",
  ],
  "32 bytes": [
    { ...ethereum, rules: [rule("personal_sign", "ALLOW")], body: message("a message of exactly 32 letters!") },
    "DENY",
  ],
  "a hash under a DENY rule": [
    {
      ...ethereum,
      rules: [rule("*", "ALLOW"), capped[1]!],
      body: { method: "secp256k1_sign", params: { hash: `0x${"11".repeat(32)}` } },
    },
    "DENY",
  ],
  "a batch with one call outside": [
    {
      ...ethereum,
      rules: [rule("wallet_sendCalls", "ALLOW", where("ethereum_transaction", "to", "eq", A))],
      body: batch,
    },
    "DENY",
  ],
  "an empty policy": [{ ...ethereum, rules: [], body: transfer(A, 1n) }, "DENY"],
  "lamports within the cap": [{ ...solana, rules: lamports, body: onSolana }, "ALLOW"],
  "lamports to somebody else": [
    {
      ...solana,
      rules: [
        rule("signTransaction", "ALLOW", where("solana_system_program_instruction", "Transfer.to", "eq", somebody)),
      ],
      body: onSolana,
    },
    "DENY",
  ],
  "a Tron transfer": [
    {
      ...tron,
      rules: [
        rule("tron_signTransaction", "ALLOW", where("tron_transaction", "TransferContract.amount", "lte", "1000000")),
      ],
      body: chainRequests.tron!({ id: "", ...tron })[0]! as JsonValue,
    },
    "ALLOW",
  ],
  "a request that cannot be read": [
    { ...ethereum, rules: capped, body: { method: "eth_signTransaction", params: {} } },
    "refused",
  ],
  "a policy that cannot be read": [
    { ...ethereum, rules: [rule("eth_signTypedData_v4", "ALLOW")], body: order("1") },
    "refused",
  ],
};

const asked = Object.values(questions).map(([question]) => JSON.stringify(question));

describe("the evaluator in a bundle for pages", () => {
  it("holds no module of Node's, and nothing that stands in for one", () => {
    const builtins = new Set(builtinModules);
    const foreign = modules.filter(
      (id) => id.startsWith("node:") || builtins.has(id) || id.includes("__vite-browser-external"),
    );
    expect(foreign).toEqual([]);
    expect(modules.some((id) => id.endsWith("core/src/policy/evaluate.ts"))).toBe(true);
    const packages = modules.flatMap((id) => /node_modules\/(@[^/]+)/.exec(id)?.[1] ?? []);
    expect(new Set(packages)).toEqual(new Set(["@noble", "@scure"]));
  });

  it("decides as is meant, in Node", () => {
    for (const [name, [question, verdict]] of Object.entries(questions)) {
      const answer = JSON.parse(decide(JSON.stringify(question)));
      expect([name, answer.decision ?? "refused", answer.message]).toEqual([name, verdict, answer.message]);
    }
  });

  it("gives the same verdicts and traces without Node's names", () => {
    const names = ["process", "Buffer", "require", "module", "exports", "global", "setImmediate"];
    const evaluator = new Function(...names, `${code}; return evaluator;`)() as { decide: typeof decide };
    expect(asked.map((one) => evaluator.decide(one))).toEqual(asked.map(decide));
  });

  it.skipIf(!hasChromium)("gives the same verdicts and traces in Chromium", async () => {
    const browser = await launchBrowser();
    try {
      const page = await browser.newPage();
      await page.addScriptTag({ content: code });
      const answers = await page.evaluate((all) => {
        const { evaluator } = globalThis as unknown as { evaluator: { decide: typeof decide } };
        return all.map((one) => evaluator.decide(one));
      }, asked);
      expect(answers).toEqual(asked.map(decide));
    } finally {
      await browser.close();
    }
  });
});
