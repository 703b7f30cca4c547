import { LinkTabs } from "../../components/ui/tabs.tsx";
import { useAppId } from "../../lib/use-app-id.ts";

/** Policies, and what their conditions can refer to. */
export function PolicyTabs() {
  const params = { appId: useAppId() };
  return (
    <LinkTabs
      label="Policies and what they refer to"
      tabs={[
        { label: "All policies", to: "/app/$appId/policies", params },
        { label: "Condition sets", to: "/app/$appId/policies/condition-sets", params },
        { label: "Aggregations", to: "/app/$appId/policies/aggregations", params },
      ]}
    />
  );
}
