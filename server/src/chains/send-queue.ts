/** Runs the sends of one account on one chain one after another, since each takes the next nonce. */
export class SendQueue {
  #tails = new Map<string, Promise<unknown>>();

  async run<T>(account: string, send: () => Promise<T>): Promise<T> {
    const before = this.#tails.get(account) ?? Promise.resolve();
    const own = before.then(send, send);
    const tail = own.catch(() => undefined);
    this.#tails.set(account, tail);
    try {
      return await own;
    } finally {
      if (this.#tails.get(account) === tail) this.#tails.delete(account);
    }
  }
}
