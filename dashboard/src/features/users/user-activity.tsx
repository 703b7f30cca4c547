import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { buttonClass } from "../../components/ui/button.tsx";
import { Card } from "../../components/ui/card.tsx";
import { Select } from "../../components/ui/select.tsx";
import { readFirstPage } from "../../lib/api/queries.ts";
import type { Wallet } from "../../lib/api/types.ts";
import { shorten } from "../../lib/format.ts";
import { useSearchState } from "../../lib/search.ts";
import { useAppId } from "../../lib/use-app-id.ts";
import { ActivityTable } from "../activity/activity-table.tsx";

/** What was decided about a wallet of the user's; which one is in the address. */
export function UserActivity({ wallets }: { wallets: readonly Wallet[] }) {
  const [search, setSearch] = useSearchState();
  const wallet = wallets.find(({ id }) => id === search.wallet) ?? wallets[0];
  if (wallet === undefined) return null;
  return <WalletActivity wallet={wallet} wallets={wallets} onChoose={(id) => setSearch({ wallet: id })} />;
}

type Props = { wallet: Wallet; wallets: readonly Wallet[]; onChoose: (walletId: string) => void };

function WalletActivity({ wallet, wallets, onChoose }: Props) {
  const appId = useAppId();
  const asked = { params: { app_id: appId }, query: { wallet_id: wallet.id } };
  const query = useInfiniteQuery(readFirstPage("listActivity", asked, 10));
  return (
    <Card
      title="Latest decisions"
      flush
      actions={
        <>
          {wallets.length > 1 && (
            <Select
              aria-label="Wallet"
              options={wallets.map(({ id, chain_type, address }) => ({
                value: id,
                label: `${chain_type} ${shorten(address)}`,
              }))}
              value={wallet.id}
              onValue={onChoose}
            />
          )}
          <Link
            to="/app/$appId/activity"
            params={{ appId }}
            search={{ wallet: wallet.id } as never}
            className={buttonClass("secondary", true)}
          >
            All
          </Link>
        </>
      }
    >
      <ActivityTable query={query} isShort />
    </Card>
  );
}
