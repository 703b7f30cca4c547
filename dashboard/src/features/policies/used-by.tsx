import { Link } from "@tanstack/react-router";
import { EmptyState } from "../../components/empty-state.tsx";
import { Card } from "../../components/ui/card.tsx";
import { useAppId } from "../../lib/use-app-id.ts";

/** The policies with a condition that refers to something. */
export function UsedBy({ policies }: { policies: readonly { id: string; name: string }[] }) {
  const appId = useAppId();
  return (
    <Card title="Attached to" flush>
      {policies.length === 0 ? (
        <EmptyState icon="policy" title="No policy refers to it">
          Put the condition below into a rule of a policy.
        </EmptyState>
      ) : (
        <ul className="divide-y divide-line">
          {policies.map(({ id, name }) => (
            <li key={id} className="flex flex-wrap items-center gap-x-3 px-4 py-2.5 text-sm">
              <span className="w-16 text-faint">Policy</span>
              <Link
                to="/app/$appId/policies/$policyId"
                params={{ appId, policyId: id }}
                className="min-w-0 truncate font-medium hover:underline"
              >
                {name}
              </Link>
              <code className="ml-auto text-faint">{id}</code>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
