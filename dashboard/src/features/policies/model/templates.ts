import type { Draft } from "./draft.ts";

export type Template = {
  id: string;
  title: string;
  text: string;
  draft: Draft;
  /** It names an address that is what it says on that chain only, so it begins with that chain. */
  isOfOneChain?: true;
};

const RECIPIENT = "0x000000000000000000000000000000000000dEaD";
const USDC = "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48";

/** The one function of ERC-20 that moves tokens of the sender. */
export const transferAbi = [
  {
    type: "function",
    name: "transfer",
    inputs: [
      { name: "to", type: "address" },
      { name: "amount", type: "uint256" },
    ],
    outputs: [{ type: "bool" }],
    stateMutability: "nonpayable",
  },
];

const transaction = (field: string, operator: string, value: string) => ({
  field_source: "ethereum_transaction",
  field,
  operator,
  value,
});

/** Policies to begin with. Each is complete; addresses and amounts are there to be replaced. */
export const templates: readonly Template[] = [
  {
    id: "spending-limit",
    title: "Limit each payment",
    text: "Up to 0.1 ETH a payment, on one chain.",
    draft: {
      name: "Up to 0.1 ETH a payment",
      chain_type: "ethereum",
      rules: [
        {
          name: "Small payments",
          method: "eth_sendTransaction",
          action: "ALLOW",
          conditions: [transaction("value", "lte", "100000000000000000"), transaction("chain_id", "eq", "31337")],
        },
      ],
    },
  },
  {
    id: "recipients",
    title: "Pay known recipients",
    text: "Any of a list of addresses, within a limit.",
    draft: {
      name: "Known recipients",
      chain_type: "ethereum",
      rules: [
        {
          name: "To the list",
          method: "eth_sendTransaction",
          action: "ALLOW",
          conditions: [
            { field_source: "ethereum_transaction", field: "to", operator: "in", value: [RECIPIENT] },
            transaction("value", "lte", "1000000000000000000"),
            transaction("chain_id", "eq", "1"),
          ],
        },
      ],
    },
  },
  {
    id: "token",
    title: "Transfer one token",
    text: "ERC-20 transfers of one token up to an amount.",
    isOfOneChain: true,
    draft: {
      name: "USDC up to 100",
      chain_type: "ethereum",
      rules: [
        {
          name: "USDC transfers",
          method: "eth_sendTransaction",
          action: "ALLOW",
          conditions: [
            transaction("to", "eq", USDC),
            transaction("chain_id", "eq", "1"),
            transaction("value", "eq", "0"),
            {
              field_source: "ethereum_calldata",
              field: "transfer.amount",
              operator: "lte",
              value: "100000000",
              abi: transferAbi,
            },
          ],
        },
      ],
    },
  },
  {
    id: "messages",
    title: "Sign certain messages",
    text: "Messages that begin with a text of yours.",
    draft: {
      name: "Orders only",
      chain_type: "ethereum",
      rules: [
        {
          name: "Messages that are orders",
          method: "personal_sign",
          action: "ALLOW",
          conditions: [{ field_source: "message", field: "content", operator: "starts_with", value: "order:" }],
        },
      ],
    },
  },
  {
    id: "deadline",
    title: "Until a deadline",
    text: "Payments within a limit, until a time.",
    draft: {
      name: "Until the deadline",
      chain_type: "ethereum",
      rules: [
        {
          name: "Payments before the deadline",
          method: "eth_sendTransaction",
          action: "ALLOW",
          conditions: [
            transaction("value", "lte", "10000000000000000"),
            transaction("chain_id", "eq", "8453"),
            { field_source: "system", field: "current_unix_timestamp", operator: "lt", value: "1893456000" },
          ],
        },
      ],
    },
  },
  {
    id: "no-export",
    title: "Everything but export",
    text: "For owners: signs anything, but never gives the key away.",
    draft: {
      name: "No export",
      chain_type: "ethereum",
      rules: [
        { name: "Anything", method: "*", action: "ALLOW", conditions: [] },
        { name: "No private key", method: "exportPrivateKey", action: "DENY", conditions: [] },
        { name: "No seed phrase", method: "exportSeedPhrase", action: "DENY", conditions: [] },
      ],
    },
  },
  {
    id: "solana",
    title: "Limit SOL transfers",
    text: "System transfers up to 0.1 SOL.",
    draft: {
      name: "Up to 0.1 SOL",
      chain_type: "solana",
      rules: [
        {
          name: "Small transfers",
          method: "signAndSendTransaction",
          action: "ALLOW",
          conditions: [
            {
              field_source: "solana_system_program_instruction",
              field: "Transfer.lamports",
              operator: "lte",
              value: "100000000",
            },
          ],
        },
      ],
    },
  },
];

export const emptyDraft: Draft = { name: "", chain_type: "ethereum", rules: [] };
