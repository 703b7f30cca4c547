import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { JsonObject, JsonValue } from "../encoding/json-value.ts";
import { parseEthereumRequest } from "../ethereum/request.ts";
import { parseSolanaAddress } from "../solana/address.ts";
import { parseSolanaRequest } from "../solana/request.ts";
import { vectorsPath } from "../testing/vectors.ts";
import { compilePolicy, type Decision, evaluatePolicy } from "./evaluate.ts";
import { type Policy, parsePolicyInput } from "./policy.ts";

type Trap = {
  id: number;
  name: string;
  policy: Policy;
  request: JsonValue;
  now_unix_s: number;
  expect: "ALLOW" | "DENY";
};

const folder = vectorsPath("policy-traps");
const file = folder === undefined ? undefined : join(folder, "traps.json");
const traps: Trap[] = file !== undefined && existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : [];
const ours = traps.filter(({ policy }) => ["ethereum", "solana"].includes(policy.chain_type));
const others = traps.length - ours.length;
if (others > 0) console.warn(`skipped: ${others} policy traps of other chain types, whose field sources are not here`);

function parseRequest({ policy, request }: Trap) {
  if (policy.chain_type === "ethereum") {
    return parseEthereumRequest(request, { walletAddress: new Uint8Array(20), decimalStrings: true });
  }
  // The wallet's address lies beside the members of the wire.
  const { wallet_address: address, ...body } = request as JsonObject;
  const walletAddress = parseSolanaAddress(String(address));
  if (walletAddress === undefined) throw new Error("a trap without a wallet");
  return parseSolanaRequest(body, { walletAddress });
}

/** What happens to the request, as far as the policy has a say: refused as malformed, or decided. */
function decideTrap(trap: Trap, policy: Policy): { verdict: "ALLOW" | "DENY"; how: string } {
  const parsed = parseRequest(trap);
  if (!parsed.ok) return { verdict: "DENY", how: `malformed: ${parsed.message.split("\n")[0]}` };
  const compiled = compilePolicy({ ...policy, id: "policy" });
  const decision: Decision = evaluatePolicy(compiled, parsed.request, { nowS: trap.now_unix_s }, { explain: true });
  return { verdict: decision.decision, how: decision.reason };
}

describe.skipIf(ours.length === 0)("policy traps", () => {
  it.each(ours)("$id $name: $expect", (trap) => {
    const written = parsePolicyInput(trap.policy as unknown as JsonValue);
    if (written.ok) expect(decideTrap(trap, trap.policy).verdict).toBe(trap.expect);
    else expect(trap.expect, written.message).toBe("DENY");
  });

  it("have the same verdicts when a policy is stored that could not be written", () => {
    for (const trap of ours) expect(decideTrap(trap, trap.policy).verdict, trap.name).toBe(trap.expect);
  });

  it("are refused for the reasons in this table", () => {
    const rows = ours.map((trap) => {
      const { verdict, how } = decideTrap(trap, trap.policy);
      return `${String(trap.id).padStart(4)} ${trap.name.padEnd(26)} ${verdict.padEnd(5)} ${how}`;
    });
    console.log(rows.join("\n"));
    expect(rows.length).toBe(ours.length);
  });
});
