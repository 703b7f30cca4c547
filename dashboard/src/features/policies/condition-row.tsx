import type { JsonValue } from "@mandate/core/encoding/json-value";
import { IconButton } from "../../components/ui/button.tsx";
import { BareInput, inputClass } from "../../components/ui/field.tsx";
import { Select } from "../../components/ui/select.tsx";
import { cx } from "../../lib/cx.ts";
import { describeField } from "./model/describe.ts";
import { type ConditionForm, companionOf } from "./model/form.ts";
import { fieldsOf, operatorsOf, sourcesOf } from "./model/grammar.ts";

type Props = {
  condition: ConditionForm;
  chainType: string;
  method: string;
  onChange: (condition: ConditionForm) => void;
  onRemove: () => void;
};

const operatorNames: Record<string, string> = {
  eq: "is",
  neq: "is not",
  gt: "more than",
  gte: "at least",
  lt: "less than",
  lte: "at most",
  in: "one of",
  in_condition_set: "in condition set",
  contains: "contains",
  starts_with: "starts with",
  ends_with: "ends with",
};

/** One condition: what of the request is compared, how, and with what. */
export function ConditionRow({ condition, chainType, method, onChange, onRemove }: Props) {
  const companion = readCompanion(condition.companion);
  const sources = withCurrent(sourcesOf(chainType, method), condition.fieldSource);
  const fields = withCurrent(fieldsOf(condition.fieldSource, companion), condition.field);
  const operators = withCurrent(
    operatorsOf(chainType, condition.fieldSource, condition.field, companion),
    condition.operator,
  );
  const set = (change: Partial<ConditionForm>) => onChange({ ...condition, ...change });
  const setSource = (fieldSource: string) =>
    set({
      fieldSource,
      field: fieldsOf(fieldSource, undefined)[0] ?? "",
      companion: companionOf(fieldSource) ? "[]" : "",
    });
  const setOperator = (operator: string) =>
    set({
      operator,
      isList: operator === "in",
      values: operator === "in" ? condition.values : condition.values.slice(0, 1),
    });
  const companionName = companionOf(condition.fieldSource);
  return (
    <div className="flex flex-col gap-2 rounded-md border border-line bg-canvas p-2.5">
      <div className="flex items-start gap-2">
        <div className="flex min-w-0 flex-1 flex-wrap gap-2">
          <Select
            aria-label="Field source"
            options={sources.map((value) => ({ value, label: value }))}
            value={condition.fieldSource}
            onValue={setSource}
            className="flex-1 basis-44"
          />
          {companionName === undefined ? (
            <Select
              aria-label="Field"
              options={fields.map((value) => ({
                value,
                label: `${value} (${describeField({ field_source: condition.fieldSource, field: value })})`,
              }))}
              value={condition.field}
              onValue={(field) => set({ field })}
              className="flex-1 basis-36"
            />
          ) : (
            <BareInput
              mono
              aria-label="Field"
              list={`${condition.key}-fields`}
              className="flex-1 basis-36"
              value={condition.field}
              onChange={(event) => set({ field: event.target.value })}
            />
          )}
          {companionName !== undefined && (
            <datalist id={`${condition.key}-fields`}>
              {fields.map((field) => (
                <option key={field} value={field} />
              ))}
            </datalist>
          )}
          <Select
            aria-label="Operator"
            options={operators.map((value) => ({ value, label: operatorNames[value] ?? value }))}
            value={condition.operator}
            onValue={setOperator}
            className="flex-1 basis-28"
          />
        </div>
        <IconButton icon="trash" label="Remove condition" onClick={onRemove} />
      </div>
      <Values condition={condition} onChange={(values) => set({ values })} />
      {companionName !== undefined && (
        <label className="flex flex-col gap-1 text-xs text-faint">
          {companionName === "abi" ? "ABI (JSON)" : "Types and primary type (JSON)"}
          <textarea
            rows={4}
            spellCheck={false}
            className={cx(inputClass, "py-1.5 font-mono")}
            value={condition.companion}
            onChange={(event) => set({ companion: event.target.value })}
          />
        </label>
      )}
    </div>
  );
}

function Values({ condition, onChange }: { condition: ConditionForm; onChange: (values: string[]) => void }) {
  const values = condition.values.length === 0 ? [""] : condition.values;
  const replace = (index: number, text: string) =>
    onChange(values.map((value, position) => (position === index ? text : value)));
  return (
    <div className="flex flex-col gap-1.5">
      {values.map((value, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: values have no identity but their place
        <div key={index} className="flex items-start gap-1">
          <textarea
            rows={1}
            spellCheck={false}
            aria-label={condition.isList ? `Value ${index + 1}` : "Value"}
            className={cx(inputClass, "field-sizing-content min-h-8 resize-none py-1.5 font-mono break-all")}
            value={value}
            onChange={(event) => replace(index, event.target.value)}
          />
          {condition.isList && values.length > 1 && (
            <IconButton
              icon="x"
              label={`Remove value ${index + 1}`}
              onClick={() => onChange(values.filter((_, position) => position !== index))}
            />
          )}
        </div>
      ))}
      {condition.isList && (
        <button
          type="button"
          className="self-start rounded text-sm text-accent-ink hover:underline"
          onClick={() => onChange([...values, ""])}
        >
          Add value
        </button>
      )}
    </div>
  );
}

/** What a policy already says stays selectable, even where it is not offered. */
function withCurrent(offered: readonly string[], current: string): string[] {
  return offered.includes(current) || current === "" ? [...offered] : [current, ...offered];
}

function readCompanion(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}
