import { findAnvil, startDevChain } from "@mandate/cli/dev-chain";
import { findFreePort } from "@mandate/cli/port";
import { type Replicas, startReplicas } from "../processes/replicas.ts";
import { CAIP2 } from "./chain.ts";

/** Two API and signer pairs on one PostgreSQL and one chain. */
export async function startReplicasOnChain(
  settings: { [name: string]: string | number } = {},
): Promise<Replicas & { chain: string }> {
  const binary = findAnvil(process.env);
  if (binary === undefined) throw new Error("anvil is not installed; run npm ci");
  const onMessage = (message: string) => void process.stderr.write(`${message}\n`);
  const chain = await startDevChain(binary, { onMessage, preferredPort: await findFreePort("127.0.0.1") });
  try {
    const environment = { MANDATE_RPC_URLS: `${CAIP2}=${chain.url}`, MANDATE_IN_FLIGHT_MAX: "100000" };
    const replicas = await startReplicas(2, environment, settings);
    const remove = async () => {
      await replicas.remove();
      await chain.stop();
    };
    return { ...replicas, chain: chain.url, remove };
  } catch (error) {
    await chain.stop();
    throw error;
  }
}
