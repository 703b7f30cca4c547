import { SHOP } from "./policy.ts";

/** Something that the server tries to buy. */
export type Attempt = { what: string; to: string; ether: string };

const STRANGER = "0x000000000000000000000000000000000BadBad0";

/**
 * What the server does while the user is away, in turn. Two of them are outside the policy on purpose: think of a bug,
 * a prompt injection or a stolen key.
 */
const attempts: Attempt[] = [
  { what: "An espresso", to: SHOP, ether: "0.001" },
  { what: "A flat white", to: SHOP, ether: "0.002" },
  { what: "An espresso machine", to: SHOP, ether: "0.5" },
  { what: "A croissant", to: SHOP, ether: "0.003" },
  { what: "A tip for a stranger", to: STRANGER, ether: "0.001" },
];

export function pickAttempt(count: number): Attempt {
  return attempts[count % attempts.length] as Attempt;
}
