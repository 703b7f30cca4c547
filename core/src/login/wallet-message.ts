/**
 * The message that a wallet signs to sign in: ERC-4361, and the same text for Solana. Read strictly: one order of
 * fields, each at most once, nothing after them, so that what is verified has one reading.
 */
export type WalletMessage = {
  domain: string;
  address: string;
  uri: string;
  /** Scheme, host and port of `uri`. */
  origin: string;
  version: string;
  chainId: string | undefined;
  nonce: string;
  issuedAt: string;
  expirationTime: string | undefined;
  notBefore: string | undefined;
};

export type WalletMessageChain = "ethereum" | "solana";

const LENGTH_MAX = 10_000;
const CHAIN_NAMES = { ethereum: "Ethereum", solana: "Solana" };
const FIELDS = [
  "URI",
  "Version",
  "Chain ID",
  "Nonce",
  "Issued At",
  "Expiration Time",
  "Not Before",
  "Request ID",
] as const;

/** Undefined for everything that is not exactly such a message. */
export function parseWalletMessage(text: string, chain: WalletMessageChain): WalletMessage | undefined {
  if (text.length > LENGTH_MAX) return undefined;
  const lines = text.split("\n");
  const head = new RegExp(`^(?:https?://)?(\\S+) wants you to sign in with your ${CHAIN_NAMES[chain]} account:$`).exec(
    lines[0] ?? "",
  );
  const address = lines[1];
  if (head === null || address === undefined || !/^[0-9A-Za-z]{1,64}$/.test(address) || lines[2] !== "")
    return undefined;
  // The statement is one line between empty ones; without it there may be one empty line, or two.
  const at = lines.findIndex((line, index) => index > 2 && line.startsWith("URI: "));
  const between = lines.slice(3, at);
  const hasStatement = between.length === 2 && between[0] !== "" && between[1] === "";
  if (at < 3 || !(hasStatement || between.every((line) => line === "")) || between.length > 2) return undefined;
  const fields = readFields(lines.slice(at));
  if (fields === undefined) return undefined;
  const { URI: uri, Version: version, Nonce: nonce, "Issued At": issuedAt } = fields;
  const origin = /^(https?:\/\/[^/?#@\s]+)(?:[/?#]\S*)?$/.exec(uri ?? "")?.[1];
  if (uri === undefined || origin === undefined || version === undefined || !nonce || !issuedAt) return undefined;
  return {
    domain: head[1]!,
    address,
    uri,
    origin: origin.toLowerCase(),
    version,
    chainId: fields["Chain ID"],
    nonce,
    issuedAt,
    expirationTime: fields["Expiration Time"],
    notBefore: fields["Not Before"],
  };
}

function readFields(lines: string[]): { [name in (typeof FIELDS)[number]]?: string } | undefined {
  const fields: { [name in (typeof FIELDS)[number]]?: string } = {};
  let next = 0;
  for (const [at, line] of lines.entries()) {
    // Resources come last; they say what the signer also sees, and nothing here depends on them.
    if (line === "Resources:") return lines.slice(at + 1).every((entry) => /^- \S+$/.test(entry)) ? fields : undefined;
    const name = FIELDS.slice(next).find((candidate) => line.startsWith(`${candidate}: `));
    if (name === undefined) return undefined;
    next = FIELDS.indexOf(name) + 1;
    fields[name] = line.slice(name.length + 2);
  }
  return fields;
}
