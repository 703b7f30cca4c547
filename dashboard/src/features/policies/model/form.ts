import type { JsonValue } from "@mandate/core/encoding/json-value";
import type { Condition } from "@mandate/core/policy/policy";
import type { Draft } from "./draft.ts";

/** What the form's controls hold: texts, and a key for each row that moves with it. */
export type ConditionForm = {
  key: string;
  fieldSource: string;
  field: string;
  operator: string;
  /** One text, or with `in` several. */
  values: string[];
  isList: boolean;
  /** The JSON of `abi` or `typed_data`, as typed. Empty where the source has none. */
  companion: string;
};

export type RuleForm = {
  key: string;
  name: string;
  method: string;
  action: "ALLOW" | "DENY";
  conditions: ConditionForm[];
};

export type PolicyForm = { name: string; chainType: string; rules: RuleForm[] };

let count = 0;

export function makeKey(): string {
  count += 1;
  return `row-${count}`;
}

const companions: Readonly<Record<string, "abi" | "typed_data">> = {
  ethereum_calldata: "abi",
  tron_trigger_smart_contract_data: "abi",
  ethereum_typed_data_message: "typed_data",
};

/** The member that conditions of the source have beside the four that all have. */
export function companionOf(fieldSource: string): "abi" | "typed_data" | undefined {
  return companions[fieldSource];
}

export function formOf(draft: Draft): PolicyForm {
  return {
    name: draft.name,
    chainType: draft.chain_type,
    rules: draft.rules.map((rule) => ({
      key: makeKey(),
      name: rule.name,
      method: rule.method,
      action: rule.action,
      conditions: rule.conditions.map(conditionForm),
    })),
  };
}

function conditionForm(condition: Condition): ConditionForm {
  const companion = condition.abi ?? condition.typed_data;
  return {
    key: makeKey(),
    fieldSource: condition.field_source,
    field: condition.field,
    operator: condition.operator,
    values: typeof condition.value === "string" ? [condition.value] : [...condition.value],
    isList: typeof condition.value !== "string",
    companion: companion === undefined ? "" : JSON.stringify(companion, null, 2),
  };
}

/** The policy that the form shows. A companion that is not JSON yet goes as text, which the signer's grammar refuses. */
export function draftOfForm(form: PolicyForm): Draft {
  return {
    name: form.name,
    chain_type: form.chainType,
    rules: form.rules.map(({ name, method, action, conditions }) => ({
      name,
      method,
      conditions: conditions.map(conditionOf),
      action,
    })),
  };
}

function conditionOf(form: ConditionForm): Condition {
  const condition: Condition = {
    field_source: form.fieldSource,
    field: form.field,
    operator: form.operator,
    value: form.isList ? form.values : (form.values[0] ?? ""),
  };
  const companion = companionOf(form.fieldSource);
  if (companion === undefined || form.companion === "") return condition;
  return { ...condition, [companion]: readJson(form.companion) };
}

function readJson(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return text;
  }
}
