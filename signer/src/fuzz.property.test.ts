import { readFileSync } from "node:fs";
import { join } from "node:path";
import { vectorsPath } from "@mandate/core/testing/vectors";
import { beforeAll, describe, expect, it } from "vitest";
import { handle } from "./handle.ts";
import type { SignerAnswer, SignerRequest } from "./protocol.ts";
import { findForeignMember } from "./testing/answer-shape.ts";
import { type Arsenal, collectArsenal, generateMessage } from "./testing/generate-message.ts";
import { createTestSigner, type TestSigner } from "./testing/harness.ts";
import { mayRelease } from "./testing/reference-decision.ts";
import { seededRng } from "./testing/rng.ts";
import { createWorld, type World } from "./testing/world.ts";

/**
 * A malicious API makes up messages from valid ones (I1, I25). For each: the signer answers in its protocol and does
 * not fail, and what it accepts the reference decision accepts too. A failing message is named by its number alone:
 * `MANDATE_FUZZ_ONLY=<number>` repeats it.
 */
const MESSAGES = Math.round(20_000 * Number(process.env.MANDATE_FUZZ ?? 1));
const only = process.env.MANDATE_FUZZ_ONLY;

let world: World & { signer: TestSigner };
let arsenal: Arsenal;
let report = "";

beforeAll(async () => {
  world = await createWorld(await createTestSigner());
  world.signer.state.report = (message) => {
    report = message;
  };
  const path = vectorsPath("naughty-strings");
  const naughty: string[] = path === undefined ? [] : JSON.parse(readFileSync(join(path, "blns.json"), "utf8"));
  arsenal = collectArsenal(world, naughty);
});

describe("generated messages", () => {
  it(`answers ${MESSAGES} of them within the protocol, and none without authority`, () => {
    const outcomes: { [outcome: string]: number } = {};
    const [from, to] = only === undefined ? [0, MESSAGES] : [Number(only), Number(only) + 1];
    for (let number = from; number < to; number++) {
      const frame = generateMessage(arsenal, seededRng(number));
      const answer = handle(world.signer.state, frame);
      const problem = problemWith(frame, answer);
      if (problem !== undefined) {
        expect.unreachable(`message ${number}: ${problem}\n${JSON.stringify(answer)}\n${describeFrame(frame)}`);
      }
      const name = answer.outcome === "refused" ? `${answer.status} ${answer.code}` : answer.outcome;
      outcomes[name] = (outcomes[name] ?? 0) + 1;
    }
    if (process.env.MANDATE_FUZZ_SHOW !== undefined) console.log(outcomes);
    if (only !== undefined) return;
    // A generator that only ever makes rubbish would prove nothing.
    expect(outcomes.accepted).toBeGreaterThan(MESSAGES / 50);
    expect(Object.keys(outcomes).length).toBeGreaterThan(15);
    expect(Object.prototype).toEqual({});
  }, 300_000);
});

type GeneratedFrame = ReturnType<typeof generateMessage>;

function problemWith(frame: GeneratedFrame, answer: SignerAnswer): string | undefined {
  const foreign = findForeignMember(answer);
  if (foreign !== undefined) return `the answer has ${foreign}`;
  if (
    answer.outcome === "refused" &&
    answer.code === "internal_error" &&
    !answer.error.startsWith("the API filled in")
  ) {
    return report;
  }
  if (answer.outcome !== "accepted") return undefined;
  const request = { ...frame.header, body: frame.body } as unknown as SignerRequest;
  if (!mayRelease(world, request)) return "accepted without authority";
  if (request.decideOnly === true && (answer.transaction !== undefined || answer.result !== null)) {
    if (/\/(rpc|raw_sign|export)/.test(request.target)) return "released although only asked to decide";
  }
  return undefined;
}

function describeFrame(frame: GeneratedFrame): string {
  return `${JSON.stringify(frame.header).slice(0, 4000)}\n${Buffer.from(frame.body).toString("latin1").slice(0, 2000)}`;
}
