import { createHash, randomBytes } from "node:crypto";
import { join } from "node:path";
import { canonicalize } from "@mandate/core/encoding/canonical-json";
import type { JsonObject } from "@mandate/core/encoding/json-value";
import { createStorage } from "@mandate/server/storage/open-storage";
import { readSealedRecord } from "@mandate/signer/protocol";
import type { MandateOptions } from "../processes/mandate-process.ts";
import { generateP256Key, type PreparedRequest } from "../processes/signed-request.ts";
import { type Site, startSite } from "./site.ts";

/** A site with one wallet of which every signature is counted. */
export type SigningSite = Site & {
  /** Fresh each time, signed, and executed at most once. */
  prepareSignature(): PreparedRequest;
  readWallet(): PreparedRequest;
};

const EXPIRY_MS = 120_000;

export async function startSigningSite(options: Partial<MandateOptions> = {}): Promise<SigningSite> {
  const site = await startSite({ MANDATE_DEV_CHAINS: "0" }, options);
  const owner = generateP256Key();
  const wallet = await site.make("POST", "/v1/wallets", {
    ...{ chain_type: "ethereum", owner: { public_key: owner.publicKeySpkiBase64 } },
  });
  return {
    ...site,
    prepareSignature() {
      const params = { message: randomBytes(12).toString("hex"), encoding: "utf-8" };
      const body: JsonObject = { method: "personal_sign", params };
      return site.prepare("POST", `/v1/wallets/${wallet.id}/rpc`, body, [owner], Date.now() + EXPIRY_MS);
    },
    readWallet: () => site.prepare("GET", `/v1/wallets/${wallet.id}`),
  };
}

/** What a receipt calls the signature in this answer. */
export function resultOf(body: string): string {
  const { data } = JSON.parse(body) as { data: JsonObject };
  return createHash("sha256").update(canonicalize(data)).digest("hex");
}

export type StoredReceipts = { results: Map<string, number>; count: number };

/** The signatures that the database in this folder has receipts of, with how many; throws when it is damaged. */
export async function readReceipts(dataDir: string, appId: string): Promise<StoredReceipts> {
  const storage = await createStorage(join(dataDir, "mandate.db"));
  try {
    const results = new Map<string, number>();
    let count = 0;
    for (;;) {
      const page = await storage.listReceipts(appId, count, 1000);
      if (page.length === 0) return { results, count };
      for (const { sequence, receipt } of page) {
        if (sequence !== ++count) throw new Error(`receipt ${count} is missing`);
        const { result_sha256: result } = readSealedRecord(receipt).body;
        if (typeof result === "string") results.set(result, (results.get(result) ?? 0) + 1);
      }
    }
  } finally {
    await storage.close();
  }
}

/** In words, what of the acknowledged signatures is lost or doubled. */
export function compare(acknowledged: readonly string[], { results }: StoredReceipts): string[] {
  const lost = acknowledged.filter((result) => !results.has(result)).length;
  const doubled = acknowledged.filter((result) => (results.get(result) ?? 0) > 1).length;
  return [
    ...(lost > 0 ? [`${lost} acknowledged signatures are lost`] : []),
    ...(doubled > 0 ? [`${doubled} signatures were made twice`] : []),
  ];
}
