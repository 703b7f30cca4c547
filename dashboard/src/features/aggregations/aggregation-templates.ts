import { transferAbi } from "../policies/model/templates.ts";

const USDC = "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48";
const chain = { field_source: "ethereum_transaction", field: "chain_id", operator: "eq", value: "1" };
const spent = { field_source: "ethereum_transaction", field: "value", function: "sum" };
const recipient = { field_source: "ethereum_transaction", field: "to" };
const day = { type: "rolling", seconds: 86_400 };

/** Definitions to begin with: chain, token and time are there to be replaced. */
export const aggregationTemplates = [
  {
    value: "spent",
    label: "ETH spent in a day",
    definition: {
      name: "ETH spent in a day",
      method: "eth_signTransaction",
      metric: spent,
      window: day,
      conditions: [chain],
      group_by: [],
    },
  },
  {
    value: "by-recipient",
    label: "ETH spent in a day, by recipient",
    definition: {
      name: "ETH by recipient",
      method: "eth_signTransaction",
      metric: spent,
      window: day,
      conditions: [chain],
      group_by: [recipient],
    },
  },
  {
    value: "token",
    label: "USDC sent in a day",
    definition: {
      name: "USDC sent in a day",
      method: "eth_signTransaction",
      metric: {
        field_source: "ethereum_calldata",
        field: "transfer.amount",
        abi: transferAbi,
        function: "sum",
      },
      window: day,
      conditions: [chain, { ...recipient, operator: "eq", value: USDC }],
      group_by: [],
    },
  },
] as const;
