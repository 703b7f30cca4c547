import { ApiError } from "../api-error.ts";
import { ensureBroadcast, toBroadcastError } from "../chains/chains.ts";
import { RpcError } from "../chains/json-rpc.ts";
import type { Deps } from "../deps.ts";
import type { StoredTransaction } from "../storage/storage.ts";
import type { Lease } from "./lease.ts";

const BATCH = 1000;
const EVERY_MS = 5000;
/** A send in progress broadcasts for itself. */
const SETTLING_MS = 15_000;

/**
 * Broadcasts committed sends that may not have left: those of a crash at once, those of a silent node again and again.
 * Chains do not wait for one another, and a node that does not answer is left alone until the next round.
 */
export async function rebroadcast(
  deps: Deps,
  olderThanMs: number,
  mayBegin: () => Promise<boolean> = async () => true,
): Promise<void> {
  const byChain = new Map<string, StoredTransaction[]>();
  for (const transaction of await deps.storage.listUnbroadcast(BATCH)) {
    const { caip2, createdAtMs } = transaction;
    if (createdAtMs > olderThanMs || !deps.chains.urls.has(caip2)) continue;
    byChain.set(caip2, [...(byChain.get(caip2) ?? []), transaction]);
  }
  if (byChain.size === 0 || !(await mayBegin())) return;
  await Promise.all([...byChain.values()].map((transactions) => rebroadcastChain(deps, transactions)));
}

/** In order, as later sends of a wallet carry later nonces. */
async function rebroadcastChain(deps: Deps, transactions: StoredTransaction[]): Promise<void> {
  for (const transaction of transactions) {
    const { appId, id, caip2, hash, expiresAtMs } = transaction;
    const chain = deps.chains.sending(caip2);
    try {
      // INVARIANT (I6): its caller stopped waiting at the expiry. What has not left by then never does.
      if (expiresAtMs !== undefined && expiresAtMs < deps.nowMs() && !(await chain.knows(hash))) {
        await deps.storage.settleTransaction(appId, id, "failed", new ApiError("request_expired").toAnswer());
        continue;
      }
      await ensureBroadcast(chain, transaction);
      await deps.storage.settleTransaction(appId, id, "broadcasted");
    } catch (error) {
      if (!(error instanceof RpcError)) throw error;
      if (error.rpcCode === undefined) return;
      await deps.storage.settleTransaction(appId, id, "failed", toBroadcastError(error).toAnswer());
    }
  }
}

/** `firstRound` settles when everything that a crash left has been tried once. It never rejects. */
export function startRebroadcast(deps: Deps, lease: Lease): { firstRound: Promise<void>; stop(): void } {
  let running: Promise<void> | undefined;
  const round = (olderThanMs: number, mayBegin: () => Promise<boolean>): Promise<void> => {
    running ??= rebroadcast(deps, olderThanMs, mayBegin)
      .catch((error: unknown) =>
        deps.log.error("rebroadcast failed", { reason: error instanceof Error ? error.message : "" }),
      )
      .finally(() => {
        running = undefined;
      });
    return running;
  };
  // What an earlier process committed, nobody may be broadcasting; should another server be at it, the bytes are the same.
  const startedAtMs = deps.nowMs();
  const settled = () => Math.max(startedAtMs, deps.nowMs() - SETTLING_MS);
  const timer = setInterval(() => void round(settled(), () => lease.hold()), EVERY_MS);
  timer.unref();
  return { firstRound: round(startedAtMs, async () => true), stop: () => clearInterval(timer) };
}
