/**
 * The two processes of one Mandate: the signer, which holds keys, and the API, which is not trusted with them. They
 * are joined by one socket pair that each finds as descriptor 3: no path, no port, nothing else could connect.
 */
import { type ChildProcess, spawn } from "node:child_process";
import type { Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { systemErrorCode } from "./cli-error.ts";

export type PairOptions = {
  /** Absolute paths of the modules that the processes run. */
  signerEntry: string;
  apiEntry: string;
  signerEnvironment: Record<string, string>;
  apiEnvironment: Record<string, string>;
};

export type PairMember = "signer" | "api";

/** `reason` is for people: `SIGKILL`, `exit code 1`, `could not be started: ENOMEM`. */
export type MemberEnd = { member: PairMember; reason: string; bySignal: boolean; askedToEnd: boolean };

export type ProcessPair = {
  pids: Record<PairMember, number | undefined>;
  /** Settles when the first of the two has ended. */
  firstEnd: Promise<MemberEnd>;
  /** Ends both without ceremony, if they still run, and says which end was the cause. */
  collapse(): Promise<MemberEnd>;
  /** Ends both in order: the API finishes what it serves, then the signer. */
  stop(timeoutMs: number): Promise<void>;
};

type Member = { name: PairMember; child: ChildProcess; end: Promise<MemberEnd>; ended: boolean; asked: boolean };

const lifelinePath = fileURLToPath(new URL("../bin/lifeline.cts", import.meta.url));

// The signer never evaluates text as code and has no writable `__proto__`.
const signerFlags = ["--disallow-code-generation-from-strings", "--disable-proto=delete"];

/** How long a process may take to end once its partner is gone, before it is killed. Milliseconds. */
const collapseTimeoutMs = 500;

export function spawnPair(options: PairOptions): ProcessPair {
  // Their own process groups, so that Ctrl-C in a terminal reaches the supervisor alone, which ends them in order.
  // Their standard output goes to our standard error: ours is for what the command prints.
  const signerChild = spawn(process.execPath, [...signerFlags, options.signerEntry], {
    stdio: ["ignore", 2, 2, "pipe"],
    env: options.signerEnvironment,
    detached: true,
  });
  const signer = watch("signer", signerChild);
  const otherEnd = signerChild.stdio[3] as Socket;
  const members = [signer];
  if (signerChild.pid !== undefined) {
    const apiChild = spawn(process.execPath, ["--require", lifelinePath, options.apiEntry], {
      stdio: ["ignore", 2, 2, otherEnd, "pipe"],
      env: options.apiEnvironment,
      detached: true,
    });
    // We never write to the lifeline; that it is open says that we live.
    apiChild.stdio[4]?.on("error", () => undefined);
    members.push(watch("api", apiChild));
  }
  // In this same turn, before the loop could read from it: the pair belongs to the two alone, and each must see
  // the end of the stream when the other dies.
  otherEnd.on("error", () => undefined);
  otherEnd.destroy();

  const firstEnd = Promise.race(members.map((member) => member.end));
  return {
    pids: { signer: signerChild.pid, api: members[1]?.child.pid },
    firstEnd,
    async collapse() {
      const first = await firstEnd;
      const ends = await Promise.all(members.map((member) => endMember(member, collapseTimeoutMs)));
      // When one is killed the other ends by itself a moment later, and both may be noticed in the same turn.
      return ends.find((end) => end.bySignal && !end.askedToEnd) ?? first;
    },
    async stop(timeoutMs) {
      for (const member of members.toReversed()) await endMember(member, timeoutMs);
    },
  };
}

function watch(name: PairMember, child: ChildProcess): Member {
  const member: Member = { name, child, ended: false, asked: false, end: Promise.resolve() as never };
  member.end = new Promise((resolve) => {
    const finish = (reason: string, bySignal: boolean) => {
      member.ended = true;
      resolve({ member: name, reason, bySignal, askedToEnd: member.asked });
    };
    child.once("exit", (code, signal) => finish(signal ?? `exit code ${code}`, signal !== null));
    child.once("error", (error) => {
      // Also emitted when a signal cannot be delivered; only a process that never was has no id.
      if (child.pid === undefined) finish(`could not be started: ${systemErrorCode(error) ?? error.message}`, false);
    });
  });
  return member;
}

async function endMember(member: Member, timeoutMs: number): Promise<MemberEnd> {
  if (!member.ended) {
    member.asked = true;
    member.child.kill("SIGTERM");
    const timer = setTimeout(() => member.child.kill("SIGKILL"), timeoutMs);
    await member.end;
    clearTimeout(timer);
  }
  return member.end;
}
