import { tokenExtensionInstructionNames } from "../solana/instructions/token.ts";
import type { RequestPart } from "./request.ts";

/**
 * Instructions that give away control, or let it last beyond the transaction or its time: the account goes to another
 * program, the transaction never expires, somebody else becomes an authority or may take tokens later.
 */
const lasting: ReadonlySet<string> = new Set([
  "Assign",
  "AssignWithSeed",
  "Allocate",
  "AllocateWithSeed",
  "CreateAccountAllowPrefund",
  "AdvanceNonceAccount",
  "AuthorizeNonceAccount",
  "SetAuthority",
  "Approve",
  "ApproveChecked",
]);

const extensions: ReadonlySet<string> = new Set(tokenExtensionInstructionNames);

/**
 * Why an instruction is allowed by a rule that names it only, or undefined when any rule that matches will do.
 *
 * INVARIANT (I14): of the programs whose instructions have names, a rule that speaks of the program as a whole covers
 * the plain ones: not what lasts, not what cannot be read, and of Token-2022 not what it has beyond the Token Program.
 */
export function whyToBeNamed(part: RequestPart): string | undefined {
  if (!("decoded" in part)) return undefined;
  const { program, name, fields } = part.decoded;
  if (program !== "system" && program !== "token" && program !== "token-2022") return undefined;
  if (name === undefined || fields === undefined) return "the instruction cannot be read, so no rule can name it";
  if (lasting.has(name)) return `the instruction gives away control, so a rule has to name it: ${name}`;
  if (extensions.has(name)) return `the instruction is an extension of Token-2022, so a rule has to name it: ${name}`;
  return undefined;
}
