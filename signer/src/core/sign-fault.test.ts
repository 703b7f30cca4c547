import { beforeAll, describe, expect, it } from "vitest";
import { createTestSigner, Harness, installTestPrimitives, makeRequest, type TestSigner } from "../testing/harness.ts";
import { askThroughFrames } from "../testing/honest-api.ts";

/** A signature that came out wrong, by a fault of the machine or of a library, is not released (I19). */
let fault: { part: "r" | "s"; bit: number } | "recovery" | "high s" | undefined;

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

let signer: TestSigner;
let harness: Harness;
const reports: string[] = [];

beforeAll(async () => {
  await installTestPrimitives((primitives) => ({
    ...primitives,
    signSecp256k1(digest, privateKey) {
      const { r, s, recovery } = primitives.signSecp256k1(digest, privateKey);
      if (fault === undefined) return { r, s, recovery };
      if (fault === "recovery") return { r, s, recovery: recovery === 0 ? 1 : 0 };
      if (fault === "high s") {
        const other = (ORDER - BigInt(`0x${Buffer.from(s).toString("hex")}`)).toString(16).padStart(64, "0");
        return { r, s: Uint8Array.from(Buffer.from(other, "hex")), recovery: recovery === 0 ? 1 : 0 };
      }
      const bytes = { r: r.slice(), s: s.slice() };
      bytes[fault.part][fault.bit >> 3]! ^= 1 << (fault.bit & 7);
      return { ...bytes, recovery };
    },
  }));
  signer = await createTestSigner();
  signer.state.report = (message) => reports.push(message);
  harness = Harness.inProcess(signer);
});

describe("a spoiled signature", () => {
  it("is thrown away for every flipped bit, parity and for a high s, and the signer goes on", async () => {
    const app = await harness.createApp("fault");
    const wallet = await harness.createWallet(app);
    const body = { method: "personal_sign", params: { message: "hello", encoding: "utf-8" } };
    const path = `/v1/wallets/${wallet.id}/rpc`;
    const request = harness.api.complete(makeRequest({ app, method: "POST", path, body }));
    const good = askThroughFrames(signer.state, request);
    expect(good.outcome).toBe("accepted");

    const faults = (["r", "s"] as const).flatMap((part) => Array.from({ length: 256 }, (_, bit) => ({ part, bit })));
    for (const each of [...faults, "recovery", "high s"] as const) {
      fault = each;
      const answer = askThroughFrames(signer.state, request);
      fault = undefined;
      expect(answer).toEqual({
        ...{ outcome: "refused", status: 500, code: "internal_error", used: [] },
        error: "the signer failed; nothing was signed",
      });
    }
    expect(reports.length).toBe(514);
    for (const report of reports)
      expect(report).toMatch(/^internal error: Error at signRecoverable \(.*secp256k1\.ts:\d+:\d+\)$/);
    expect(askThroughFrames(signer.state, request)).toMatchObject({
      outcome: "accepted",
      result: (good as { result: object }).result,
    });
  });
});
