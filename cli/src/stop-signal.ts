const stopSignals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
const parentPollMs = 200;

/**
 * Calls `stop` once, at the first sign that this process should end. Later ones are swallowed until `forget` is
 * called: in a terminal npm passes on the Ctrl-C that this process has received already, and stopping is bounded in
 * time anyway.
 *
 * A SIGTERM to npm ends the shell between npm and us, and we hear nothing of it; so under npm the parent's death
 * counts as a sign too.
 */
export function onStopSignal(stop: () => void, environment: NodeJS.ProcessEnv): () => void {
  let asked = false;
  const listener = () => {
    if (asked) return;
    asked = true;
    stop();
  };
  for (const signal of stopSignals) process.on(signal, listener);
  const parent = process.ppid;
  const watch =
    environment.npm_lifecycle_event === undefined
      ? undefined
      : setInterval(() => {
          if (process.ppid !== parent) listener();
        }, parentPollMs);
  watch?.unref();
  return () => {
    clearInterval(watch);
    for (const signal of stopSignals) process.off(signal, listener);
  };
}
