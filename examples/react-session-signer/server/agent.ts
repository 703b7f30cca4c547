/**
 * Acts for users who are away: every few seconds a payment, signed with the server's own key. Nothing here knows what
 * is allowed. Mandate decides, each time anew, and what the user takes back ends with the next attempt.
 */
import { setTimeout } from "node:timers/promises";
import type { PrivyClient } from "@privy-io/node";
import { parseEther } from "viem";
import type { Activity } from "./activity.ts";
import { type Attempt, pickAttempt } from "./attempts.ts";
import type { AuthorizationKey } from "./authorization-key.ts";
import type { Chain } from "./chain.ts";
import { explainRefusal } from "./explain-refusal.ts";
import { CHAIN_ID } from "./policy.ts";

const PAUSE_MS = 3000;

export type Wallet = { id: string; address: string };

export class Agent {
  readonly #privy: PrivyClient;
  readonly #key: AuthorizationKey;
  readonly #chain: Chain;
  readonly #wallet: Wallet;
  readonly #activity: Activity;
  #count = 0;
  #acting = false;
  #starts = 0;

  constructor(privy: PrivyClient, key: AuthorizationKey, chain: Chain, wallet: Wallet, activity: Activity) {
    this.#privy = privy;
    this.#key = key;
    this.#chain = chain;
    this.#wallet = wallet;
    this.#activity = activity;
  }

  /** Goes on until an attempt is refused for good. */
  start(): void {
    this.#starts += 1;
    if (this.#acting) return;
    this.#acting = true;
    this.#activity.setStatus({ acting: true });
    void this.#run();
  }

  async #run(): Promise<void> {
    for (;;) {
      const starts = this.#starts;
      const goOn = await this.#act(pickAttempt(this.#count++));
      // The user may have agreed again while the attempt was under way.
      if (!goOn && starts === this.#starts) break;
      await setTimeout(PAUSE_MS);
    }
    this.#acting = false;
    this.#activity.setStatus({ acting: false });
  }

  /** Whether to go on. */
  async #act(attempt: Attempt): Promise<boolean> {
    try {
      const { hash } = await this.#pay(attempt);
      const block = await this.#chain.waitForBlock(hash);
      this.#activity.add({ ...attempt, outcome: "paid", hash, block });
      this.#activity.setStatus({ balance: await this.#chain.balanceOf(this.#wallet.address) });
      return true;
    } catch (error) {
      const refusal = explainRefusal(error);
      if (refusal === undefined) {
        const because = error instanceof Error ? error.message : String(error);
        this.#activity.add({ ...attempt, outcome: "failed", because });
        return true;
      }
      const { final, ...reason } = refusal;
      this.#activity.add({ ...attempt, outcome: "refused", ...reason });
      return !final;
    }
  }

  /** The whole of it: the SDK signs the request with the server's key; Mandate signs the transaction, or refuses. */
  #pay({ to, ether }: Attempt): Promise<{ hash: string }> {
    return this.#privy
      .wallets()
      .ethereum()
      .sendTransaction(this.#wallet.id, {
        caip2: `eip155:${CHAIN_ID}`,
        params: { transaction: { to, value: `0x${parseEther(ether).toString(16)}` } },
        authorization_context: { authorization_private_keys: [this.#key.privateKey] },
      });
  }
}
