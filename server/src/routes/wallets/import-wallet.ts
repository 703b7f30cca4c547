import { createHash } from "node:crypto";
import type { walletRoutes } from "@mandate/contract/wallets";
import { type ImportTarget, parseImportTarget } from "@mandate/core/chains/import-target";
import type { JsonObject } from "@mandate/core/encoding/json-value";
import { ApiError } from "../../api-error.ts";
import { decideAndCommit, jsonAnswer, toHttpResponse } from "../../authority/decide-and-commit.ts";
import type { Deps } from "../../deps.ts";
import type { DocumentKey } from "../../storage/documents.ts";
import { viewWallet } from "../../views/wallet.ts";
import type { RouteHandler } from "../handler.ts";
import { putOf } from "../put-of.ts";

const WRITES_MAX = 5;

/**
 * What is kept between the two requests is the private half of the import's key, sealed: only the signer opens it, and
 * it says for which wallet it is and until when. The last initiation for a wallet counts.
 */
export const initImport: RouteHandler<typeof walletRoutes.initImport> = async (deps, { request, appId, body }) => {
  const { answer, accepted } = await decideAndCommit(deps, request, {
    appId,
    records: [],
    idempotent: false,
    answer({ result }) {
      const { import_key: _, ...shown } = result as { import_key: string };
      return jsonAnswer(shown);
    },
  });
  if (accepted !== undefined) {
    const { import_key, expires_at } = accepted.result as { import_key: string; expires_at: number };
    await keepImportKey(deps, keyOf(appId, readTarget(body)), import_key, expires_at);
  }
  return toHttpResponse(answer);
};

export const submitImport: RouteHandler<typeof walletRoutes.submitImport> = async (deps, { request, appId, body }) => {
  const target = readTarget(body.wallet);
  const document = await deps.documents.findDocument(keyOf(appId, target));
  await assertNew(deps, appId, target);
  const { answer } = await decideAndCommit(deps, request, {
    appId,
    records: [],
    idempotent: false,
    ...(document === undefined ? {} : { importKey: JSON.parse(document.body) as string }),
    consumed: new ApiError("invalid_state", "this import was submitted already; its wallet exists"),
    answer: (accepted) => jsonAnswer(viewWallet(putOf(accepted, "wallet").sealed)),
  });
  if (document !== undefined) await deps.documents.writeDocuments({ remove: [document] });
  return toHttpResponse(answer);
};

function readTarget(body: object): ImportTarget {
  const parsed = parseImportTarget(body as JsonObject);
  if (!parsed.ok) throw new ApiError(parsed.code, parsed.message);
  return parsed.target;
}

function keyOf(appId: string, target: ImportTarget): DocumentKey {
  const id = createHash("sha256").update(target.id).digest("hex");
  return { collection: "wallet_imports", scope: appId, id };
}

async function keepImportKey(deps: Deps, key: DocumentKey, importKey: string, expiresAtMs: number): Promise<void> {
  for (let attempt = 0; attempt < WRITES_MAX; attempt++) {
    const before = await deps.documents.findDocument(key);
    const version = (before?.version ?? 0) + 1;
    const put = { ...key, version, body: JSON.stringify(importKey), createdAtMs: deps.nowMs(), expiresAtMs };
    if ((await deps.documents.writeDocuments({ put: [put] })).ok) return;
  }
  throw new ApiError("resource_conflict");
}

/** One wallet for one key: two would have two policies. */
async function assertNew(deps: Deps, appId: string, { chainType, address }: ImportTarget): Promise<void> {
  const page = await deps.storage.listWallets(appId, { chainType, address }, { cursor: undefined, limit: 1 });
  if (page.data.length > 0)
    throw new ApiError("resource_already_exists", "the app has a wallet with this address already");
}
