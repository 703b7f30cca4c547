import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { installPrimitives } from "@mandate/core/crypto/primitives";
import type { SignerContext } from "./core/context.ts";
import { deriveLogKey } from "./core/record-log.ts";
import { createSealer } from "./core/seal.ts";
import type { SignerState } from "./handle.ts";
import { openHighWaterFile } from "./high-water-file.ts";
import { API_GONE, listen } from "./listen.ts";
import { openLogHeadsFile } from "./log-heads-file.ts";
import { loadPrimitives } from "./primitives/native.ts";
import { chooseKeyProvider, RootKeyError, unseal } from "./root-key.ts";
import { isTokenKey, readUnverified, verifyUserToken } from "./user-token.ts";

/** The signer process. The only file that reads the environment, and only here at the start. */
const SOCKET_FD = 3;

function say(level: "info" | "error", message: string): void {
  process.stderr.write(`${JSON.stringify({ time: new Date().toISOString(), level, part: "signer", message })}\n`);
}

async function main(): Promise<void> {
  const env = process.env;
  const dataDir = env.MANDATE_DATA_DIR;
  if (dataDir === undefined) throw new RootKeyError("MANDATE_DATA_DIR is not set");
  const folder = join(dataDir, "signer");
  const origins = (env.MANDATE_PUBLIC_URL ?? "")
    .split(",")
    .map((origin) => origin.trim().replace(/\/+$/, ""))
    .filter((origin) => origin !== "");
  const feeBudgetWei = BigInt(env.MANDATE_FEE_BUDGET_WEI ?? "100000000000000000");
  const operatorPublicKey = env.MANDATE_OPERATOR_PUBLIC_KEY;
  const recordBodies = env.MANDATE_RECORD_BODIES ?? "full";
  if (recordBodies !== "full" && recordBodies !== "hash")
    throw new RootKeyError("MANDATE_RECORD_BODIES must be full or hash");
  const provider = chooseKeyProvider(env.MANDATE_ROOT_KEY_PROVIDER, {
    folder,
    key: env.MANDATE_ROOT_KEY,
    passphrase: env.MANDATE_ROOT_PASSPHRASE,
    file: env.MANDATE_ROOT_KEY_FILE,
  });
  for (const name of Object.keys(env)) if (name.startsWith("MANDATE_ROOT")) delete process.env[name];

  const { primitives, active, notes } = await loadPrimitives();
  installPrimitives(primitives);

  // Before the commitment is first written, so that afterwards a missing file of marks is known to have been there.
  const marks = existsSync(join(folder, "root.commitment")) ? "existing" : "create";
  const highWater = openHighWaterFile(join(folder, "high-water.log"), marks);
  const logHeads = openLogHeadsFile(join(folder, "log-heads.log"), marks);
  const rootKey = unseal(provider, folder);
  const sealer = createSealer(rootKey);
  const context: SignerContext = {
    sealer,
    highWater,
    logKey: deriveLogKey(rootKey),
    logHeads,
    recordBodies,
    nowMs: monotonicClock(),
    random: (length) => new Uint8Array(randomBytes(length)),
    origins,
    operatorPublicKey,
    teamAllowed: env.MANDATE_DASHBOARD === "1",
    feeBudgetWei,
    isTokenKey,
    verifyUserToken,
    readUnverified,
  };
  const state: SignerState = {
    phase: "unsealed",
    context,
    status: { rootKey: { provider: provider.name, id: sealer.rootKeyId }, primitives: active, notes, origins },
    report: (message) => say("error", message),
  };
  const socket = listen(SOCKET_FD, state, (reason) => {
    if (reason !== API_GONE) say("error", reason);
    process.exit(0);
  });
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
      // SIGINT from a terminal reaches the whole group; the supervisor decides when the signer goes.
      if (signal === "SIGINT") return;
      state.phase = "stopping";
      socket.end(() => process.exit(0));
    });
  }
  for (const note of notes) say("info", note);
}

/** Time never runs backwards for a decision (I34). */
function monotonicClock(): () => number {
  let highest = 0;
  return () => {
    highest = Math.max(highest, Date.now());
    return highest;
  };
}

main().catch((error: unknown) => {
  say(
    "error",
    error instanceof RootKeyError
      ? error.message
      : `cannot start: ${error instanceof Error ? error.message : "unknown"}`,
  );
  process.exit(error instanceof RootKeyError ? 78 : 1);
});
