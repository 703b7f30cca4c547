import type { Draft } from "./draft.ts";

/** A request to begin with, of the method that the policy's first rule is about. */
export function exampleRequest(draft: Draft): string {
  const method = draft.rules[0]?.method ?? "personal_sign";
  return JSON.stringify(examples(method, draft.chain_type), null, 2);
}

function examples(method: string, chainType: string): unknown {
  switch (method) {
    case "exportPrivateKey":
    case "exportSeedPhrase":
      return { method };
    case "eth_sendTransaction":
      return {
        method,
        caip2: "eip155:31337",
        params: { transaction: { to: "0x000000000000000000000000000000000000dEaD", value: "0x16345785d8a0000" } },
      };
    case "eth_signTransaction":
      return {
        method,
        params: {
          transaction: {
            to: "0x000000000000000000000000000000000000dEaD",
            value: "0x16345785d8a0000",
            chain_id: 31337,
            nonce: 0,
            gas_limit: "0x5208",
            max_fee_per_gas: "0x3b9aca00",
            max_priority_fee_per_gas: "0x3b9aca00",
            type: 2,
          },
        },
      };
    default:
      return chainType === "solana"
        ? { method: "signMessage", params: { message: "b3JkZXI6NDI=", encoding: "base64" } }
        : { method: "personal_sign", params: { message: "order:42", encoding: "utf-8" } };
  }
}
