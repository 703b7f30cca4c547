// Loaded into the API before its own code (`node --require`). The supervisor holds the other end of descriptor 4;
// when it dies without a goodbye (kill -9), the API is told to stop, and the signer follows when its socket closes.
// Plain JavaScript: Node 20 runs it as it is. No import or require either: the compiler reads this file as TypeScript.
{
  const { Socket } = process.getBuiltinModule("node:net");
  const lifeline = new Socket({ fd: 4, readable: true, writable: false });
  lifeline.on("error", () => undefined);
  lifeline.on("close", () => {
    process.kill(process.pid, "SIGTERM");
    setTimeout(() => process.exit(1), 5_000).unref();
  });
  lifeline.resume();
  lifeline.unref();
}
