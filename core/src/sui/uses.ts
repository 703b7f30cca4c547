import type { SuiArgument, SuiCommand, SuiUses } from "./types.ts";

/** Counts the references between the commands of a transaction, in one pass. */
export function countUses(commands: readonly SuiCommand[]): SuiUses {
  const results = new Map<string, number>();
  const mutableInputs = new Set<number>();
  for (const command of commands) {
    for (const argument of argumentsOf(command)) {
      const key = resultKey(argument);
      if (key !== undefined) results.set(key, (results.get(key) ?? 0) + 1);
      if ("arguments" in command && argument.kind === "Input") mutableInputs.add(argument.index);
    }
  }
  return { results, mutableInputs };
}

/** `command.result` of an argument that is a result; `Result` stands for the only one of its command. */
export function resultKey(argument: SuiArgument): string | undefined {
  if (argument.kind === "Result") return `${argument.command}.0`;
  return argument.kind === "NestedResult" ? `${argument.command}.${argument.result}` : undefined;
}

function argumentsOf(command: SuiCommand): readonly SuiArgument[] {
  switch (command.name) {
    case "TransferObjects":
      return [...command.objects, command.recipient];
    case "SplitCoins":
      return [command.coin, ...command.amounts];
    case "MergeCoins":
      return [command.destination, ...command.sources];
    default:
      return command.arguments;
  }
}
