import type { ReceiptTable } from "./tables/receipts.ts";
import type { RecordTable } from "./tables/records.ts";
import type { RequestTable } from "./tables/requests.ts";
import type { TransactionTable } from "./tables/transactions.ts";
import type { UserTable } from "./tables/users.ts";
import type { WalletTable } from "./tables/wallets.ts";

export type Tables = {
  records: RecordTable;
  wallets: WalletTable;
  users: UserTable;
  requests: RequestTable;
  transactions: TransactionTable;
  receipts: ReceiptTable;
};
