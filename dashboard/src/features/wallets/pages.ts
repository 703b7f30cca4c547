export { WalletPage } from "./wallet-page.tsx";
export { WalletsPage } from "./wallets-page.tsx";
