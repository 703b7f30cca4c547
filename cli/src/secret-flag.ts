/** The flag `--secret`: an app secret of the caller's own choice, for those who must have one they know beforehand. */
import { CliError } from "./cli-error.ts";
import type { CommandContext } from "./command.ts";

/** Undefined when the flag was not given. Throws a CliError with exit code 2 for what cannot be a secret. */
export function readSecret(value: string | undefined): string | undefined {
  if (value !== undefined && value.length < 8) {
    throw new CliError("usage", "--secret must have at least 8 characters; leave it out to have a strong one made.", 2);
  }
  // What HTTP Basic can carry without loss.
  if (value !== undefined && !/^[\x21-\x7e]+$/.test(value)) {
    throw new CliError("usage", "--secret must consist of printable ASCII characters without spaces.", 2);
  }
  return value;
}

export function warnOfShortSecret(secret: string | undefined, context: CommandContext): void {
  if (secret !== undefined && secret.length < 16) {
    context.stderr("warning: a secret shorter than 16 characters can be guessed; use it for tests only.\n");
  }
}
