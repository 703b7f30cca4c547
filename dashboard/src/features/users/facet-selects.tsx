import { Button } from "../../components/ui/button.tsx";
import { Select } from "../../components/ui/select.tsx";
import type { Search } from "../../lib/search.ts";
import { type Facets, kinds, times, wallets } from "./user-facets.ts";

type Props = { search: Facets; setSearch: (change: Search) => void };

export function FacetSelects({ search, setSearch }: Props) {
  const { kind = "", wallet = "", created = "" } = search;
  return (
    <>
      <Select
        aria-label="Kind of account"
        options={kinds}
        value={kind as ""}
        onValue={(value) => setSearch({ kind: value })}
      />
      <Select
        aria-label="Wallet"
        options={wallets}
        value={wallet as ""}
        onValue={(value) => setSearch({ wallet: value })}
      />
      <Select
        aria-label="Created"
        options={times}
        value={created as ""}
        onValue={(value) => setSearch({ created: value })}
      />
      {Boolean(kind || wallet || created) && (
        <Button variant="ghost" icon="x" onClick={() => setSearch({ kind: "", wallet: "", created: "" })}>
          Clear
        </Button>
      )}
    </>
  );
}
