import type { Deps } from "../../deps.ts";
import { viewPolicy } from "../../views/policy.ts";

export type PolicyUse = { id: string; name: string };

const POLICIES_MAX = 1000;

/** Which policies refer to a condition set or an aggregation, by its ID. Storage has no index of it: it is read anew. */
export async function findPolicyUses(deps: Deps, appId: string): Promise<(id: string) => PolicyUse[]> {
  const page = { cursor: undefined, limit: POLICIES_MAX, order: "newest" as const };
  const { data } = await deps.storage.listRecords(appId, "policy", {}, page);
  const uses = new Map<string, PolicyUse[]>();
  for (const { sealed } of data) {
    const { id, name, rules } = viewPolicy(sealed);
    const conditions = (rules as unknown as { conditions: Condition[] }[]).flatMap((rule) => rule.conditions);
    for (const named of new Set(conditions.flatMap(nameOf)))
      uses.set(named, [...(uses.get(named) ?? []), { id, name }]);
  }
  return (id) => uses.get(id) ?? [];
}

type Condition = { field_source: string; field: string; operator: string; value: unknown };

function nameOf({ field_source: source, field, operator, value }: Condition): string[] {
  const aggregation = source === "reference" ? /^aggregation\.(.+)$/.exec(field)?.[1] : undefined;
  const set = operator === "in_condition_set" && typeof value === "string" ? value : undefined;
  return [aggregation, set].filter((id) => id !== undefined);
}
