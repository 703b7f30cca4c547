/** What a command is given besides its flags: the outside world, so that tests can hand in another one. */
export type CommandContext = {
  environment: NodeJS.ProcessEnv;
  cwd: string;
  /** Whether `--json` was given: one JSON value on standard output, nothing else. */
  json: boolean;
  stdout(text: string): void;
  stderr(text: string): void;
};
