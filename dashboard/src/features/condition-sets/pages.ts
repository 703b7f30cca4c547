export { ConditionSetPage } from "./condition-set-page.tsx";
export { ConditionSetsPage } from "./condition-sets-page.tsx";
