import { APIError } from "@privy-io/node";

export type Refused = { status: number; code: string; error: string; details?: { [member: string]: unknown } };

/** What the server said no with. Fails when it did not say no. */
export async function refusalOf(act: Promise<unknown>): Promise<Refused> {
  const outcome = await act.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (outcome === undefined) throw new Error("this should have been refused");
  if (!(outcome instanceof APIError)) throw outcome;
  return { status: outcome.status as number, ...(outcome.error as Omit<Refused, "status">) };
}

export const noValidSignatures =
  "No valid authorization signatures were provided. Your payload may be malformed or your signing keys may be incorrect or expired.";

export const policyViolation = {
  status: 400,
  code: "policy_violation",
  error: "RPC request denied due to policy violation",
};
