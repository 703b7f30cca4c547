import type { JsonObject } from "@mandate/core/encoding/json-value";
import type { Preparation } from "../../authority/authority-plan.ts";
import { decideAndCommit, jsonAnswer, toHttpResponse } from "../../authority/decide-and-commit.ts";
import { ensureBroadcast, type SendingChain, toBroadcastError } from "../../chains/chains.ts";
import { RpcError } from "../../chains/json-rpc.ts";
import type { Deps } from "../../deps.ts";
import type { HttpRequest } from "../../http/request.ts";
import type { HttpResponse } from "../../http/response.ts";
import { makeId } from "../../make-id.ts";

export type Send = {
  request: HttpRequest;
  appId: string;
  walletId: string;
  walletSecret: string;
  chain: SendingChain;
  /** Leaves out the node's simulation. */
  skipPreflight?: boolean;
  /** Asks the chain for what the caller left open. */
  prepare?(): Promise<Preparation>;
};

/**
 * Another server's send may have been under way when the chain was asked for the nonce: committed before, broadcast
 * after. So long does a broadcast take at most, and so far may the servers' clocks be apart.
 */
const NONCE_SETTLING_MS = 30_000;

/**
 * A send, in two phases (I7): the signer decides and signs, the exact bytes are committed with their receipt, and only
 * then are they broadcast. After a crash the same bytes are broadcast again by `jobs/rebroadcast.ts`, never others.
 */
export async function commitAndBroadcast(deps: Deps, send: Send): Promise<HttpResponse> {
  const { request, appId, walletId, walletSecret, chain } = send;
  const { method, reference_id: reference } = request.body as JsonObject;
  let transactionId = makeId();
  let nonceUnusedSinceMs: number | undefined;
  const { answer, accepted } = await decideAndCommit(deps, request, {
    appId,
    target: { key: { type: "wallet", id: walletId }, missing: "not_found" },
    records: [],
    idempotent: true,
    walletSecret,
    async prepare() {
      transactionId = makeId();
      const askedAtMs = deps.nowMs();
      const prepared = (await send.prepare?.()) ?? { fill: {} };
      nonceUnusedSinceMs = prepared.fill.nonce === undefined ? undefined : askedAtMs - NONCE_SETTLING_MS;
      return prepared;
    },
    answer: (decision) => jsonAnswer({ method, data: { ...decision.result, transaction_id: transactionId } }),
    extend(decision) {
      if (decision.transaction === undefined) throw new Error("the signer accepted a send without a transaction");
      return {
        transaction: {
          ...decision.transaction,
          id: transactionId,
          walletId,
          caip2: chain.caip2,
          referenceId: typeof reference === "string" ? reference : undefined,
          createdAtMs: deps.nowMs(),
          expiresAtMs: decision.requestExpiryMs,
        },
        ...(nonceUnusedSinceMs === undefined ? {} : { nonceUnusedSinceMs }),
      };
    },
  });
  if (accepted?.transaction !== undefined) await broadcast(deps, send, transactionId, accepted.transaction);
  return toHttpResponse(answer);
}

/** A refusal by the node is the answer. Silence is not: the bytes are stored and will be sent until the node takes them. */
async function broadcast(
  deps: Deps,
  send: Send,
  id: string,
  transaction: { signed: string; hash: string },
): Promise<void> {
  const { appId, chain, skipPreflight = false } = send;
  try {
    await ensureBroadcast(chain, transaction, { skipPreflight });
  } catch (error) {
    if (error instanceof RpcError && error.rpcCode === undefined) {
      deps.log.error("a transaction is stored but its chain did not answer; it will be broadcast again", {
        transaction_id: id,
      });
      return;
    }
    deps.log.error("a chain's node refused a transaction", {
      transaction_id: id,
      reason: error instanceof Error ? error.message : "",
    });
    const refusal = toBroadcastError(error);
    await deps.storage.settleTransaction(appId, id, "failed", refusal.toAnswer());
    throw refusal;
  }
  await deps.storage.settleTransaction(appId, id, "broadcasted");
}
