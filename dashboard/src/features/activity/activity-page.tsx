import { useInfiniteQuery } from "@tanstack/react-query";
import { FilterInput } from "../../components/filter-input.tsx";
import { Page } from "../../components/page.tsx";
import { Button } from "../../components/ui/button.tsx";
import { Card } from "../../components/ui/card.tsx";
import { Select } from "../../components/ui/select.tsx";
import { readPages } from "../../lib/api/queries.ts";
import { useSearchState } from "../../lib/search.ts";
import { useAppId } from "../../lib/use-app-id.ts";
import { ActivityTable } from "./activity-table.tsx";

const decisions = [
  { value: "", label: "All decisions" },
  { value: "ALLOW", label: "Allowed" },
  { value: "DENY", label: "Refused" },
] as const;

const filters = ["wallet", "signer", "policy"] as const;

export function ActivityPage() {
  const appId = useAppId();
  const [search, setSearch] = useSearchState();
  const { wallet, signer, policy, decision } = search;
  const query = useInfiniteQuery({
    ...readPages("listActivity", {
      params: { app_id: appId },
      query: {
        wallet_id: wallet,
        signer_id: signer,
        policy_id: policy,
        decision: decision === "ALLOW" || decision === "DENY" ? decision : undefined,
      },
    }),
    refetchInterval: ({ state }) => ((state.data?.pages.length ?? 0) > 1 ? false : 5000),
  });
  const isFiltered = Boolean(wallet || signer || policy || decision);
  return (
    <Page
      title="Activity"
      description="Each decision of the signer, with the policy and rule that decided and what came of it."
    >
      <Card flush>
        <div className="flex flex-wrap items-center gap-2 border-b border-line p-3">
          <Select
            aria-label="Decision"
            options={decisions}
            value={(decision ?? "") as ""}
            onValue={(value) => setSearch({ decision: value })}
          />
          {filters.map((name) => (
            <FilterInput
              key={name}
              name={name}
              value={search[name] ?? ""}
              onChange={(value) => setSearch({ [name]: value })}
            />
          ))}
          {isFiltered && (
            <Button
              variant="ghost"
              icon="x"
              onClick={() => setSearch({ wallet: "", signer: "", policy: "", decision: "" })}
            >
              Clear
            </Button>
          )}
        </div>
        <ActivityTable query={query} isFiltered={isFiltered} />
      </Card>
    </Page>
  );
}
