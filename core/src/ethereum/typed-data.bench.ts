import { hashTypedData as viemHashTypedData } from "viem";
import { bench, describe } from "vitest";
import { hashTypedData, parseTypedData } from "./typed-data.ts";

const types = {
  PermitSingle: [
    { name: "details", type: "PermitDetails" },
    { name: "spender", type: "address" },
    { name: "sigDeadline", type: "uint256" },
  ],
  PermitDetails: [
    { name: "token", type: "address" },
    { name: "amount", type: "uint160" },
    { name: "expiration", type: "uint48" },
    { name: "nonce", type: "uint48" },
  ],
};
const domain = { name: "Permit2", chainId: 1, verifyingContract: "0x000000000022d473030f116ddee9f6b43ac78ba3" };
const message = {
  details: { token: `0x${"c3".repeat(20)}`, amount: "1461501637330902918", expiration: "281474976710655", nonce: 0 },
  spender: `0x${"f3".repeat(20)}`,
  sigDeadline: "1800000000",
};
const wire = { types, domain, message, primary_type: "PermitSingle" };
const parsed = parseTypedData(wire);
if (!parsed.ok) throw new Error(parsed.message);

describe("Permit2", () => {
  bench("hash", () => {
    hashTypedData(parsed.typedData);
  });
  bench("check and hash", () => {
    const checked = parseTypedData(wire);
    if (checked.ok) hashTypedData(checked.typedData);
  });
  bench("viem", () => {
    viemHashTypedData({ types, domain, message, primaryType: "PermitSingle" } as never);
  });
});
