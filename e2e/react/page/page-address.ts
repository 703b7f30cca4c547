import { anvil } from "viem/chains";

/** What the page is told, in its query: a reload keeps it. */
export type PageAddress = { appId: string; apiUrl: string; rpcUrl: string; login: "headless" | "jwt" };

export function writePageAddress(origin: string, address: PageAddress): string {
  return `${origin}/?${new URLSearchParams(address)}`;
}

export function readPageAddress(query: string): PageAddress {
  return Object.fromEntries(new URLSearchParams(query)) as PageAddress;
}

/** The local chain. For chains it knows the SDK prefers nodes of its own; `privyWalletOverride` is what it asks first. */
export function readChain({ rpcUrl }: PageAddress) {
  const node = { http: [rpcUrl] };
  return { ...anvil, rpcUrls: { default: node, privyWalletOverride: node } };
}
