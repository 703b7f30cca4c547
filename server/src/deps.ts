import type { SignerClient } from "@mandate/signer/client";
import type { JwksCache } from "./authenticate/jwks-cache.ts";
import type { Chains } from "./chains/chains.ts";
import type { Config } from "./config/config.ts";
import type { RequestLog } from "./http/request-log.ts";
import type { Log } from "./log.ts";
import type { Mail, Mailer } from "./mail/mailer.ts";
import type { ProviderClient } from "./oauth/provider-client.ts";
import type { RecordLog } from "./records/record-log.ts";
import type { DocumentStore } from "./storage/documents.ts";
import type { Storage } from "./storage/storage.ts";

/** What handlers work with. Made once in `main.ts`. */
export type Deps = {
  config: Config;
  storage: Storage;
  /** The same database: sessions, codes, members and whatever else carries no authority. */
  documents: DocumentStore;
  signer: SignerClient;
  /** The Merkle logs of receipts. */
  records: RecordLog;
  chains: Chains;
  jwks: JwksCache;
  /** Providers that users sign in with. */
  providers: ProviderClient;
  mailer: Mailer;
  /** The last requests of each app, for its developers. */
  requestLog: RequestLog;
  /** Mails to members of the team. Undefined where none can be sent. */
  sendMail?: (mail: Mail) => Promise<void>;
  log: Log;
  nowMs(): number;
};
