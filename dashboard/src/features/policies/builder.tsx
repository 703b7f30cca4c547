import { useId, useState } from "react";
import { ErrorNote } from "../../components/error-panel.tsx";
import { Button } from "../../components/ui/button.tsx";
import { Card } from "../../components/ui/card.tsx";
import { Field, Input, inputClass } from "../../components/ui/field.tsx";
import { Select } from "../../components/ui/select.tsx";
import { cx } from "../../lib/cx.ts";
import { chainTypeOptions } from "../wallets/chain-types.ts";
import { type Draft, findProblems, formatDraft, readDraft } from "./model/draft.ts";
import { draftOfForm, formOf, makeKey, type PolicyForm } from "./model/form.ts";
import { Findings, Reading } from "./reading.tsx";
import { RuleCard } from "./rule-card.tsx";
import { Simulator } from "./simulator.tsx";

export type Builder = {
  form: PolicyForm;
  draft: Draft;
  /** The JSON as typed; it may not be readable yet, and then the form keeps what was read last. */
  text: string;
  textError: string | undefined;
  problems: readonly string[];
  setForm: (form: PolicyForm) => void;
  setText: (text: string) => void;
};

/** One policy, seen as a form and as JSON. What changes in one changes in the other. */
export function useBuilder(initial: Draft): Builder {
  const [form, setFormState] = useState(() => formOf(initial));
  const [text, setTextState] = useState(() => formatDraft(initial));
  const [textError, setTextError] = useState<string>();
  const draft = draftOfForm(form);
  return {
    form,
    draft,
    text,
    textError,
    problems: findProblems(draft),
    setForm: (next) => {
      setFormState(next);
      setTextState(formatDraft(draftOfForm(next)));
      setTextError(undefined);
    },
    setText: (next) => {
      setTextState(next);
      const read = readDraft(next);
      setTextError(read.ok ? undefined : read.message);
      if (read.ok) setFormState(formOf(read.draft));
    },
  };
}

export function PolicyBuilder({ builder, isChainFixed }: { builder: Builder; isChainFixed?: boolean }) {
  const { form, draft, text, textError, problems, setForm, setText } = builder;
  const jsonId = useId();
  const setRule = (key: string, next: PolicyForm["rules"][number] | undefined) =>
    setForm({
      ...form,
      rules: form.rules.flatMap((rule) => (rule.key !== key ? [rule] : next === undefined ? [] : [next])),
    });
  const addRule = () =>
    setForm({
      ...form,
      rules: [
        ...form.rules,
        { key: makeKey(), name: `Rule ${form.rules.length + 1}`, method: "*", action: "ALLOW", conditions: [] },
      ],
    });
  return (
    <div className="grid min-w-0 items-start gap-5 lg:grid-cols-2">
      <Card title="Form">
        <div className="flex flex-col gap-4">
          <Field label="Policy name">
            <Input
              maxLength={50}
              value={form.name}
              onChange={(event) => setForm({ ...form, name: event.target.value })}
            />
          </Field>
          <div className="flex flex-col gap-1">
            <span className="text-sm font-medium" aria-hidden="true">
              Chain type
            </span>
            <Select
              aria-label="Chain type"
              disabled={isChainFixed}
              options={chainTypeOptions}
              value={form.chainType as (typeof chainTypeOptions)[number]["value"]}
              onValue={(chainType) => setForm({ ...form, chainType })}
            />
          </div>
          {form.rules.map((rule, index) => (
            <RuleCard
              key={rule.key}
              rule={rule}
              index={index}
              chainType={form.chainType}
              onChange={(next) => setRule(rule.key, next)}
              onRemove={() => setRule(rule.key, undefined)}
            />
          ))}
          <Button icon="plus" className="self-start" onClick={addRule}>
            Add rule
          </Button>
        </div>
      </Card>
      <div className="flex min-w-0 flex-col gap-5 lg:sticky lg:top-5">
        <Card title="In plain words">
          <div className="flex flex-col gap-4">
            <Reading draft={draft} />
            <Findings draft={draft} problems={problems} />
          </div>
        </Card>
        <Card title="JSON" description="The body of the API. Edit here or in the form.">
          <label htmlFor={jsonId} className="sr-only">
            Policy as JSON
          </label>
          <textarea
            id={jsonId}
            rows={18}
            spellCheck={false}
            aria-invalid={textError !== undefined}
            className={cx(inputClass, "py-1.5 font-mono")}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
          {textError !== undefined && <ErrorNote error={new Error(textError)} className="mt-2" />}
        </Card>
        <Card title="Simulate" description="Before it is saved. It runs in this page.">
          <Simulator policy={draft} />
        </Card>
      </div>
    </div>
  );
}
