import type { JsonValue } from "@mandate/core/encoding/json-value";
import { parsePolicyInput } from "@mandate/core/policy/policy";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { generatedPolicy } from "../../../testing/generate-policy.ts";
import { createBodyOf, type Draft, draftOf, findProblems, formatDraft, readDraft, type StoredPolicy } from "./draft.ts";
import { draftOfForm, formOf } from "./form.ts";

const numRuns = 300 * Number(process.env.MANDATE_FUZZ ?? 1);

/** The API's part: the body as bytes, read by the signer's grammar, stored, given IDs, and sent back as bytes. */
function throughApi(draft: Draft): StoredPolicy {
  const parsed = parsePolicyInput(JSON.parse(JSON.stringify(createBodyOf(draft))) as JsonValue);
  if (!parsed.ok) throw new Error(parsed.message);
  const rules = parsed.policy.rules.map((rule, index) => ({ id: `rule${index}`, ...rule }));
  const stored = { id: "policy", name: parsed.policy.name, chain_type: parsed.policy.chainType, rules, owner_id: null };
  return JSON.parse(JSON.stringify(stored)) as StoredPolicy;
}

/** What the builder does with a policy that it is opened with, in its JSON half. */
function readText(draft: Draft): Draft {
  const read = readDraft(formatDraft(draft));
  if (!read.ok) throw new Error(read.message);
  return read.draft;
}

describe("a policy", () => {
  it("is the same in the form, from the API, as JSON and in the form again", () => {
    fc.assert(
      fc.property(generatedPolicy, (draft) => {
        expect(findProblems(draft)).toEqual([]);
        const written = draftOfForm(formOf(draft));
        const stored = draftOf(throughApi(written));
        const edited = readText(stored);
        expect(draftOfForm(formOf(edited))).toEqual(draft);
      }),
      { numRuns },
    );
  });

  it("keeps a change made as JSON, and nothing else changes", () => {
    fc.assert(
      fc.property(generatedPolicy, fc.string({ minLength: 1, maxLength: 50 }), (draft, name) => {
        const text = JSON.stringify({ ...JSON.parse(formatDraft(draft)), name });
        const read = readDraft(text);
        if (!read.ok) throw new Error(read.message);
        const stored = draftOf(throughApi(draftOfForm(formOf(read.draft))));
        expect(stored).toEqual({ ...draft, name });
      }),
      { numRuns },
    );
  });
});
