import { afterEach, beforeEach, describe } from "vitest";
import { describeDocuments } from "./conformance/documents.ts";
import { describeLimits } from "./conformance/limits.ts";
import { describeLists } from "./conformance/lists.ts";
import { describeReceipts } from "./conformance/receipts.ts";
import { describeRecords } from "./conformance/records.ts";
import { describeReferences } from "./conformance/references.ts";
import { describeRequests } from "./conformance/requests.ts";
import { describeTenants } from "./conformance/tenants.ts";
import { describeText } from "./conformance/text.ts";
import { describeTransactions } from "./conformance/transactions.ts";
import { describeUsers } from "./conformance/users.ts";
import { describeWallets } from "./conformance/wallets.ts";
import type { Storage } from "./storage.ts";

/** A fresh, empty storage. `reopen` closes it and opens the same data again; an adapter without one skips that. */
export type OpenedStorage = {
  storage: Storage;
  close: () => Promise<void>;
  reopen?: () => Promise<Storage>;
  /** The same data, as another process would open it beside this one; closed with `close`. */
  another?: () => Promise<Storage>;
};

/** The storage of the running test; a getter, as every test has its own. */
export type TestedStorage = { readonly storage: Storage; reopen(): Promise<Storage>; another(): Promise<Storage> };

/** The suite that every adapter passes. A divergence between adapters, once found, becomes a case here. */
export function describeStorage(name: string, open: () => Promise<OpenedStorage>): void {
  describe(name, () => {
    let opened: OpenedStorage;
    beforeEach(async () => {
      opened = await open();
    });
    afterEach(async () => {
      await opened.close();
    });
    const tested: TestedStorage = {
      get storage() {
        return opened.storage;
      },
      // Without a way to reopen, the same storage still has to show what was committed.
      reopen: async () => (opened.reopen === undefined ? opened.storage : opened.reopen()),
      // A database of one process has nobody else to be exact against.
      another: async () => (opened.another === undefined ? opened.storage : opened.another()),
    };
    describeRecords(tested);
    describeReferences(tested);
    describeLimits(tested);
    describeWallets(tested);
    describeUsers(tested);
    describeRequests(tested);
    describeTransactions(tested);
    describeReceipts(tested);
    describeLists(tested);
    describeDocuments(tested);
    describeTenants(tested);
    describeText(tested);
  });
}
