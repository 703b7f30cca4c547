import type { JsonObject } from "@mandate/core/encoding/json-value";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  createBodyOf,
  type Draft,
  draftOf,
  formatDraft,
  readDraft,
  type StoredPolicy,
} from "../../dashboard/src/features/policies/model/draft.ts";
import { draftOfForm, formOf } from "../../dashboard/src/features/policies/model/form.ts";
import { generatedPolicy } from "../../dashboard/src/testing/generate-policy.ts";
import { type Stack, startStack } from "../stack.ts";
import { signInByLink, type TeamClient } from "./team-client.ts";

const numRuns = 40 * Number(process.env.MANDATE_FUZZ ?? 1);

let stack: Stack;
let admin: TeamClient;
let target: string;

beforeAll(async () => {
  stack = await startStack({ MANDATE_RATE_LIMIT: "1000000" });
  admin = await signInByLink(stack);
  target = `/operator/v1/apps/${(await stack.createApp()).id}/policies`;
});
afterAll(() => stack?.stop());

type Stored = StoredPolicy & { id: string };

async function read(id: string): Promise<Draft> {
  const { policy } = (await admin.expect("GET", `${target}/${id}`)) as { policy: Stored };
  return draftOf(policy);
}

/** What the builder makes of a policy that it is opened with and whose JSON is changed. */
function editAsJson(draft: Draft, change: object): Draft {
  const edited = readDraft(JSON.stringify({ ...JSON.parse(formatDraft(draft)), ...change }));
  if (!edited.ok) throw new Error(edited.message);
  return draftOfForm(formOf(edited.draft));
}

it("a policy from the builder is the same from the API, edited as JSON, and read again", async () => {
  await fc.assert(
    fc.asyncProperty(generatedPolicy, fc.string({ minLength: 1, maxLength: 49 }), async (draft, name) => {
      const written = createBodyOf(draftOfForm(formOf(draft)));
      const { id } = (await admin.expect("POST", target, written as unknown as JsonObject)) as Stored;
      expect(await read(id)).toEqual(draft);

      // Nothing changed, only sent once more; then another name and the rules in another order.
      const same = editAsJson(await read(id), {});
      for (const edited of [same, editAsJson(same, { name, rules: same.rules.toReversed() })]) {
        const { name: newName, rules } = edited;
        await admin.expect("PATCH", `${target}/${id}`, { name: newName, rules } as unknown as JsonObject);
        expect(await read(id)).toEqual(edited);
      }
      expect(await read(id)).toEqual({ ...draft, name, rules: draft.rules.toReversed() });
    }),
    { numRuns },
  );
});
