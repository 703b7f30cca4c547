import { fileURLToPath } from "node:url";
import { createHttpClient, type HttpClient } from "../processes/http-client.ts";
import { type App, type MandateProcess, startMandate } from "../processes/mandate-process.ts";
import { makeSessionWallet, type SessionWallet } from "../processes/session-wallet.ts";
import { type PreparedRequest, prepareRequest, type RequestOptions } from "../processes/signed-request.ts";

/** A server of its own on a folder of its own, with one wallet and its session signer, and a client. */
export type Target = {
  mandate: MandateProcess;
  app: App;
  client: HttpClient;
  wallet: SessionWallet;
  /** A request that an app makes all the time: one signature by the session signer. */
  signMessage(message: string, options?: RequestOptions): PreparedRequest;
  /** One that costs nothing but the way through. */
  readWallet(): PreparedRequest;
  remove(): Promise<void>;
};

// From the sources and from the build alike.
const root = fileURLToPath(new URL(import.meta.url.includes("/dist/") ? "../../.." : "../..", import.meta.url));

export async function startTarget(environment: { [name: string]: string } = {}): Promise<Target> {
  const mandate = await startMandate({ root, environment: { MANDATE_RATE_LIMIT: "1000000", ...environment } });
  try {
    const app = await mandate.makeApp();
    const client = createHttpClient(mandate.url);
    const of = { origin: mandate.url, app };
    const wallet = await makeSessionWallet(client, of);
    const rpc = `/v1/wallets/${wallet.id}/rpc`;
    return {
      mandate,
      app,
      client,
      wallet,
      signMessage: (message, options = {}) =>
        prepareRequest(
          of,
          "POST",
          rpc,
          { method: "personal_sign", params: { message, encoding: "utf-8" } },
          { keys: [wallet.signer], ...options },
        ),
      readWallet: () => prepareRequest(of, "GET", `/v1/wallets/${wallet.id}`, undefined),
      async remove() {
        client.close();
        await mandate.remove();
      },
    };
  } catch (error) {
    await mandate.remove();
    throw error;
  }
}
