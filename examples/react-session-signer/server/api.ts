/**
 * The app's own API, for its own page. Every request carries the access token of the user who sent it; the token says
 * who that is, and nobody is asked about, or acted for, on somebody else's word.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { type Policy, PrivyClient } from "@privy-io/node";
import { Activity } from "./activity.ts";
import { Agent, type Wallet } from "./agent.ts";
import { loadAuthorizationKey } from "./authorization-key.ts";
import { connectChain } from "./chain.ts";
import { createPolicy } from "./policy.ts";
import type { Settings } from "./settings.ts";

/** What this server remembers of a user while it runs. */
type Customer = { wallet: Wallet; activity: Activity; agent: Agent };

type Answer = { status: number; body: unknown };

/** For so long the same policy is offered again, instead of a new one for each look at the question. */
const OFFER_MS = 5 * 60_000;

/** Answers requests below `/api`. */
export async function createApi(
  settings: Settings,
): Promise<(request: IncomingMessage, response: ServerResponse) => Promise<void>> {
  const privy = new PrivyClient({ appId: settings.appId, appSecret: settings.appSecret, apiUrl: settings.url });
  const key = await loadAuthorizationKey(privy, settings);
  const chain = connectChain(settings.evmRpcUrl);
  const customers = new Map<string, Customer>();
  const offers = new Map<string, { policy: Promise<Policy>; madeMs: number }>();

  async function findCustomer(userId: string): Promise<Customer | undefined> {
    const known = customers.get(userId);
    if (known !== undefined) return known;
    const { data } = await privy.wallets().list({ user_id: userId, chain_type: "ethereum" });
    const wallet = data[0];
    if (wallet === undefined) return undefined;
    await chain.fund(wallet.address);
    const activity = new Activity();
    activity.setStatus({ balance: await chain.balanceOf(wallet.address) });
    // Two requests at once may come here; the first one's customer stays.
    const customer = customers.get(userId) ?? {
      wallet,
      activity,
      agent: new Agent(privy, key, chain, wallet, activity),
    };
    customers.set(userId, customer);
    return customer;
  }

  /** What the user is asked to agree to: who would sign, and under which policy. */
  async function offer(userId: string): Promise<Answer> {
    const nowMs = Date.now();
    let made = offers.get(userId);
    if (made === undefined || made.madeMs + OFFER_MS < nowMs) {
      made = { policy: createPolicy(privy, userId, nowMs), madeMs: nowMs };
      offers.set(userId, made);
      made.policy.catch(() => offers.delete(userId));
    }
    return { status: 200, body: { signerId: key.keyQuorumId, policy: await made.policy } };
  }

  return async (request, response) => {
    const respond = ({ status, body }: Answer) => {
      response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
      response.end(JSON.stringify(body));
    };
    const refuse = (status: number, error: string) => respond({ status, body: { error } });
    try {
      const userId = await readUserId(privy, request);
      if (userId === undefined) return refuse(401, "Sign in again.");
      const operation = `${request.method} ${request.url?.split("?")[0]}`;
      if (operation === "POST /api/offer") return respond(await offer(userId));
      const customer = await findCustomer(userId);
      if (customer === undefined) return refuse(404, "You have no wallet yet.");
      if (operation === "GET /api/events") return streamEvents(customer.activity, response);
      if (operation !== "POST /api/agent") return refuse(404, "There is nothing here.");
      customer.agent.start();
      return respond({ status: 200, body: {} });
    } catch (error) {
      // The text is for whoever runs the app; the user need not know.
      console.error(error instanceof Error ? error.message : error);
      refuse(502, "Mandate or the chain did not answer as hoped. The terminal says more.");
    }
  };
}

/** Verified with the app's public key, which the SDK fetches once (`jwks.json`). */
async function readUserId(privy: PrivyClient, request: IncomingMessage): Promise<string | undefined> {
  const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1];
  if (token === undefined) return undefined;
  const verified = await privy
    .utils()
    .auth()
    .verifyAccessToken(token)
    .catch(() => undefined);
  return verified?.user_id;
}

/** Server-sent events (WHATWG HTML §9.2): one line of JSON for each thing that happens. */
function streamEvents(activity: Activity, response: ServerResponse): void {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  const stop = activity.watch((event) => response.write(`data: ${JSON.stringify(event)}\n\n`));
  response.on("close", stop);
}
