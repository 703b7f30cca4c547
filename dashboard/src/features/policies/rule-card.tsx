import { Button, IconButton } from "../../components/ui/button.tsx";
import { BareInput } from "../../components/ui/field.tsx";
import { Select } from "../../components/ui/select.tsx";
import { ConditionRow } from "./condition-row.tsx";
import { type ConditionForm, companionOf, makeKey, type RuleForm } from "./model/form.ts";
import { fieldsOf, methodsOf, sourcesOf } from "./model/grammar.ts";

type Props = {
  rule: RuleForm;
  index: number;
  chainType: string;
  onChange: (rule: RuleForm) => void;
  onRemove: () => void;
};

const actions = [
  { value: "ALLOW", label: "Allow" },
  { value: "DENY", label: "Deny" },
] as const;

export function RuleCard({ rule, index, chainType, onChange, onRemove }: Props) {
  const methods = methodsOf(chainType);
  const options = methods.includes(rule.method) ? methods : [rule.method, ...methods];
  const set = (change: Partial<RuleForm>) => onChange({ ...rule, ...change });
  const add = () => set({ conditions: [...rule.conditions, newCondition(chainType, rule.method)] });
  return (
    <fieldset className="flex min-w-0 flex-col gap-2.5 rounded-lg border border-line p-3">
      <legend className="sr-only">Rule {index + 1}</legend>
      <div className="flex flex-wrap items-center gap-2">
        <BareInput
          aria-label="Rule name"
          placeholder="Rule name"
          maxLength={50}
          className="flex-1 basis-44 font-medium"
          value={rule.name}
          onChange={(event) => set({ name: event.target.value })}
        />
        <IconButton icon="trash" label={`Remove rule ${index + 1}`} onClick={onRemove} />
      </div>
      <div className="flex flex-wrap gap-2">
        <Select
          aria-label="Action"
          options={actions}
          value={rule.action}
          onValue={(action) => set({ action })}
          className="w-28"
        />
        <Select
          aria-label="Method"
          options={options.map((value) => ({ value, label: value === "*" ? "* (any method)" : value }))}
          value={rule.method}
          onValue={(method) => set({ method })}
          className="flex-1 basis-44"
        />
      </div>
      <div className="text-xs text-faint">
        {rule.conditions.length === 0 ? "Always, for this method" : "When all of these hold"}
      </div>
      {rule.conditions.map((condition) => (
        <ConditionRow
          key={condition.key}
          condition={condition}
          chainType={chainType}
          method={rule.method}
          onChange={(next) =>
            set({ conditions: rule.conditions.map((one) => (one.key === condition.key ? next : one)) })
          }
          onRemove={() => set({ conditions: rule.conditions.filter(({ key }) => key !== condition.key) })}
        />
      ))}
      <Button small icon="plus" variant="ghost" className="self-start" onClick={add}>
        Add condition
      </Button>
    </fieldset>
  );
}

function newCondition(chainType: string, method: string): ConditionForm {
  const fieldSource = sourcesOf(chainType, method)[0] ?? "system";
  return {
    key: makeKey(),
    fieldSource,
    field: fieldsOf(fieldSource, undefined)[0] ?? "",
    operator: "eq",
    values: [""],
    isList: false,
    companion: companionOf(fieldSource) === undefined ? "" : "[]",
  };
}
