/** What the chain's node answered, or that it did not. Messages of nodes are for the log, not for callers. */
export class RpcError extends Error {
  override name = "RpcError";
  /** Absent when there was no answer at all. */
  readonly rpcCode: number | undefined;

  constructor(message: string, rpcCode: number | undefined) {
    super(message);
    this.rpcCode = rpcCode;
  }
}

const TIMEOUT_MS = 10_000;

/** One JSON-RPC 2.0 call. Throws RpcError. */
export async function callRpc(url: string, method: string, params: unknown[]): Promise<unknown> {
  let answer: { result?: unknown; error?: { code?: number; message?: string } };
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
      redirect: "error",
    });
    answer = (await response.json()) as typeof answer;
  } catch (error) {
    throw new RpcError(
      `the chain's node did not answer: ${error instanceof Error ? error.message : "unknown"}`,
      undefined,
    );
  }
  if (answer.error !== undefined) throw new RpcError(answer.error.message ?? "error", answer.error.code ?? 0);
  return answer.result;
}

/** A quantity out of a node's answer. */
export function asQuantity(value: unknown): bigint {
  if (typeof value !== "string" || !/^0x[0-9a-fA-F]{1,64}$/.test(value))
    throw new RpcError("the chain's node answered something that is not a quantity", 0);
  return BigInt(value);
}
