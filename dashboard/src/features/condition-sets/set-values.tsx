import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { CopyIcon } from "../../components/copy.tsx";
import { type Column, DataTable } from "../../components/data-table.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { SearchBox } from "../../components/search-box.tsx";
import { Time } from "../../components/time.tsx";
import { notify } from "../../components/toast.tsx";
import { Button, IconButton } from "../../components/ui/button.tsx";
import { Card } from "../../components/ui/card.tsx";
import { Confirm } from "../../components/ui/confirm.tsx";
import { Field, TextArea } from "../../components/ui/field.tsx";
import { FormDialog } from "../../components/ui/form-dialog.tsx";
import { call } from "../../lib/api/client.ts";
import { refresh } from "../../lib/api/queries.ts";
import type { ConditionSetItem } from "../../lib/api/types.ts";
import { formatCount } from "../../lib/format.ts";
import { useSearchState } from "../../lib/search.ts";
import { useAppId } from "../../lib/use-app-id.ts";
import { addValues, readValues } from "./add-values.ts";

const PAGE = 100;

/** The set's values, page by page, in the form that tables take. */
function useValues(appId: string, setId: string, wanted: string | undefined) {
  const params = { app_id: appId, condition_set_id: setId };
  return useInfiniteQuery({
    queryKey: ["listAppConditionSetItems", "pages", params, wanted],
    initialPageParam: "",
    queryFn: async ({ pageParam, signal }) => {
      const query = { limit: String(PAGE), cursor: pageParam || undefined, query: wanted };
      const { items, next_cursor } = await call("listAppConditionSetItems", { params, query, signal });
      return { data: items, next_cursor };
    },
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}

export function SetValues({ setId, mayChange }: { setId: string; mayChange: boolean }) {
  const appId = useAppId();
  const [search, setSearch] = useSearchState();
  const [isAdding, setAdding] = useState(false);
  const [leaving, setLeaving] = useState<ConditionSetItem>();
  const query = useValues(appId, setId, search.search || undefined);
  const remove = async () => {
    if (leaving === undefined) return;
    const params = { app_id: appId, condition_set_id: setId, item_id: leaving.id };
    await call("deleteAppConditionSetItem", { params });
    await refreshSet();
    notify("Value removed");
  };
  const add = mayChange && (
    <Button small icon="plus" onClick={() => setAdding(true)}>
      Add values
    </Button>
  );
  return (
    <Card title="Values" flush actions={add}>
      <div className="border-b border-line p-3">
        <SearchBox
          value={search.search ?? ""}
          onSearch={(text) => setSearch({ search: text })}
          placeholder="Find what contains a text"
        />
      </div>
      <DataTable
        query={query}
        columns={mayChange ? [...columns, removal(setLeaving)] : columns}
        rowKey={({ id }) => id}
        label="Values"
        noun="value"
        csvName="condition-set-values"
        empty={
          search.search ? (
            <EmptyState icon="search" title="No value contains this" />
          ) : (
            <EmptyState icon="filter" title="No values" action={add}>
              A condition that refers to an empty set matches nothing.
            </EmptyState>
          )
        }
      />
      {isAdding && <AddDialog setId={setId} onClose={() => setAdding(false)} />}
      <Confirm
        open={leaving !== undefined}
        onClose={() => setLeaving(undefined)}
        onConfirm={remove}
        title="Remove this value?"
        action="Remove"
      >
        <code className="break-all">{leaving?.value}</code> is in no condition that refers to this set any more, at
        once.
      </Confirm>
    </Card>
  );
}

const columns: Column<ConditionSetItem>[] = [
  {
    id: "value",
    header: "Value",
    cell: ({ value }) => (
      <span className="inline-flex max-w-full items-center gap-0.5">
        <code title={value} className="truncate">
          {value}
        </code>
        <CopyIcon text={value} label="value" />
      </span>
    ),
    text: ({ value }) => value,
    className: "max-w-56! md:max-w-96!",
  },
  {
    id: "added",
    header: "Added",
    cell: ({ created_at: at }) => <Time at={at} />,
    text: ({ created_at: at }) => new Date(at).toISOString(),
    wide: true,
  },
];

function removal(onRemove: (item: ConditionSetItem) => void): Column<ConditionSetItem> {
  return {
    id: "remove",
    header: "Remove",
    cell: (item) => <IconButton icon="trash" label={`Remove ${item.value}`} onClick={() => onRemove(item)} />,
  };
}

function AddDialog({ setId, onClose }: { setId: string; onClose: () => void }) {
  const appId = useAppId();
  const [text, setText] = useState("");
  const values = readValues(text);
  const add = async () => {
    try {
      await addValues(appId, setId, values);
    } finally {
      await refreshSet();
    }
    notify(`${formatCount(values.length, "value")} added`);
    onClose();
  };
  return (
    <FormDialog
      title="Add values"
      description="A value that the set holds already is not added twice."
      action="Add"
      onClose={onClose}
      onSubmit={add}
      isReady={values.length > 0 && values.length <= 1000}
    >
      <Field
        label="Values"
        hint={values.length === 0 ? "One a line, or separated by commas." : formatCount(values.length, "value")}
        error={values.length > 1000 ? "A set holds at most 1,000 values" : undefined}
      >
        <TextArea mono rows={8} value={text} onChange={(event) => setText(event.target.value)} placeholder="0x…" />
      </Field>
    </FormDialog>
  );
}

function refreshSet(): Promise<void> {
  return refresh("listAppConditionSetItems", "getAppConditionSet", "listAppConditionSets");
}
