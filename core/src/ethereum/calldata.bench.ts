import { decodeFunctionData, encodeFunctionData, parseAbi } from "viem";
import { bench, describe } from "vitest";
import { decodeHex0x } from "../encoding/hex.ts";
import { argumentAt, compileAbi, decodeCalldata } from "./calldata.ts";

const viemAbi = parseAbi(["function transfer(address to, uint256 amount)"]);
const hex = encodeFunctionData({ abi: viemAbi, functionName: "transfer", args: [`0x${"33".repeat(20)}`, 5n] });
const data = decodeHex0x(hex)!;
const compiled = compileAbi([
  {
    type: "function",
    name: "transfer",
    inputs: [
      { name: "to", type: "address" },
      { name: "amount", type: "uint256" },
    ],
  },
]);
if (!compiled.ok) throw new Error(compiled.message);

describe("decode transfer(address,uint256)", () => {
  bench("compiled ABI", () => {
    decodeCalldata(compiled.abi, data);
  });
  bench("compiled ABI, and read an argument", () => {
    argumentAt(decodeCalldata(compiled.abi, data)!, "amount");
  });
  bench("viem", () => {
    decodeFunctionData({ abi: viemAbi, data: hex });
  });
});
