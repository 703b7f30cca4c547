let steps = 0;

/** The next step of the story, numbered. */
export function step(text: string): void {
  steps += 1;
  process.stdout.write(`\n${steps}. ${text}\n`);
}

export function say(text: string): void {
  process.stdout.write(`   ${text}\n`);
}
