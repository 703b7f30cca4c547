import type { UseInfiniteQueryResult } from "@tanstack/react-query";
import { type ColumnDef, flexRender, type Row as ModelRow, tableFeatures, useTable } from "@tanstack/react-table";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { memo, type ReactNode, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { download, formatCsv } from "../lib/csv.ts";
import { cx } from "../lib/cx.ts";
import { formatCount } from "../lib/format.ts";
import { ErrorPanel } from "./error-panel.tsx";
import { Skeleton } from "./skeleton.tsx";
import { Button } from "./ui/button.tsx";

const features = tableFeatures({});

export type Column<T> = {
  id: string;
  header: string;
  cell: (row: T) => ReactNode;
  /** The cell as plain text, for CSV. Columns without one are not exported. */
  text?: (row: T) => string;
  /** Left out on narrow screens. */
  wide?: boolean;
  className?: string;
};

type Pages<T> = UseInfiniteQueryResult<{ pages: { data: T[] }[] }, Error>;

type DataTableProps<T> = {
  query: Pages<T>;
  columns: readonly Column<T>[];
  rowKey: (row: T) => string;
  label: string;
  noun: string;
  empty: ReactNode;
  onOpen?: (row: T) => void;
  csvName?: string;
};

const rowHeight = 41;

/**
 * A list that the server pages: rows are fetched as they come into view, and only those in view are in the page, so
 * that it is as quick with a hundred thousand rows as with ten.
 */
export function DataTable<T>({ query, columns, rowKey, label, noun, empty, onOpen, csvName }: DataTableProps<T>) {
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.data) ?? [], [query.data]);
  // A filter may let nothing of a page pass, and something of the next.
  const isSearching = rows.length === 0 && query.hasNextPage && !query.isError;
  const { isFetching, isPlaceholderData, fetchNextPage } = query;
  useEffect(() => {
    if (isSearching && !isFetching) void fetchNextPage();
  }, [isSearching, isFetching, fetchNextPage]);
  if (query.isError && rows.length === 0)
    return <ErrorPanel error={query.error} onRetry={() => void query.refetch()} />;
  const isWaiting = query.data === undefined || (rows.length === 0 && isPlaceholderData);
  if (isWaiting || isSearching) return <TableSkeleton columns={columns} />;
  if (rows.length === 0) return empty;
  return (
    // Rows of an earlier search stay, dimmed, until those of this one are here.
    <div aria-busy={isPlaceholderData} className={cx(isPlaceholderData && "opacity-60 transition-opacity delay-150")}>
      <Rows rows={rows} columns={columns} rowKey={rowKey} label={label} onOpen={onOpen} onEnd={fetchMore(query)} />
      <div className="flex flex-wrap items-center justify-between gap-2 border-t border-line px-3 py-2 text-sm text-faint">
        <span aria-live="polite">
          {formatCount(rows.length, noun)} {query.hasNextPage ? "loaded" : ""}
        </span>
        <span className="flex gap-2">
          {query.hasNextPage && (
            <Button
              small
              busy={query.isFetchingNextPage}
              disabled={isPlaceholderData}
              onClick={() => void query.fetchNextPage()}
            >
              Load more
            </Button>
          )}
          {csvName !== undefined && (
            <Button
              small
              icon="download"
              variant="ghost"
              disabled={isPlaceholderData}
              onClick={() => exportCsv(csvName, columns, rows)}
            >
              CSV
            </Button>
          )}
        </span>
      </div>
    </div>
  );
}

function fetchMore(query: Pages<never> | Pages<unknown>): () => void {
  return () => {
    if (query.hasNextPage && !query.isFetching) void query.fetchNextPage();
  };
}

function exportCsv<T>(name: string, columns: readonly Column<T>[], rows: readonly T[]): void {
  const exported = columns.filter((column) => column.text !== undefined);
  const header = exported.map((column) => column.header);
  download(
    `${name}.csv`,
    formatCsv(
      header,
      rows.map((row) => exported.map((column) => column.text?.(row) ?? "")),
    ),
    "text/csv",
  );
}

type RowsProps<T> = Pick<DataTableProps<T>, "columns" | "rowKey" | "label" | "onOpen"> & {
  rows: T[];
  onEnd: () => void;
};

function Rows<T>({ rows, columns, rowKey, label, onOpen, onEnd }: RowsProps<T>) {
  const body = useRef<HTMLTableSectionElement>(null);
  const [top, setTop] = useState(0);
  useLayoutEffect(() => setTop((body.current?.getBoundingClientRect().top ?? 0) + window.scrollY), []);
  const definitions = useMemo(
    () =>
      columns.map((column) => ({
        id: column.id,
        header: column.header,
        cell: ({ row }) => column.cell(row.original),
      })) as ColumnDef<typeof features, T & object>[],
    [columns],
  );
  const table = useTable({ features, columns: definitions, data: rows as (T & object)[], getRowId: rowKey as never });
  const model = table.getRowModel().rows;
  const virtualizer = useWindowVirtualizer({
    count: model.length,
    estimateSize: () => rowHeight,
    overscan: 12,
    scrollMargin: top,
  });
  const latestOpen = useRef(onOpen);
  latestOpen.current = onOpen;
  const open = useCallback((row: T) => latestOpen.current?.(row), []);
  const items = virtualizer.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (last >= model.length - 10) onEnd();
  }, [last, model.length, onEnd]);
  const before = (items[0]?.start ?? top) - top;
  const after = Math.max(0, virtualizer.getTotalSize() - (items.at(-1)?.end ?? top) + top);
  return (
    // Where rows hold no link, the table itself takes the focus, so that keys can scroll it.
    <section className="overflow-x-auto" aria-label={label} tabIndex={onOpen === undefined ? 0 : undefined}>
      <table className="w-full border-collapse text-sm" aria-label={label} aria-rowcount={model.length + 1}>
        <thead>
          <tr className="border-b border-line text-left text-xs text-faint">
            {columns.map((column) => (
              <th
                key={column.id}
                scope="col"
                className={cx(
                  "px-3 py-2 font-medium whitespace-nowrap first:pl-4",
                  column.wide && "hidden md:table-cell",
                )}
              >
                {column.header}
              </th>
            ))}
          </tr>
        </thead>
        <tbody ref={body}>
          {before > 0 && <Spacer height={before} />}
          {items.map((item) => {
            const row = model[item.index];
            if (row === undefined) return null;
            return (
              <TableRow
                key={row.id}
                row={row as unknown as AnyRow}
                index={item.index}
                columns={columns as readonly Column<never>[]}
                onOpen={onOpen && (open as (row: unknown) => void)}
              />
            );
          })}
          {after > 0 && <Spacer height={after} />}
        </tbody>
      </table>
    </section>
  );
}

type AnyRow = ModelRow<typeof features, object>;
type TableRowProps = {
  row: AnyRow;
  index: number;
  columns: readonly Column<never>[];
  onOpen: ((row: unknown) => void) | undefined;
};

/** Rendered once, however often the table around it is: scrolling and paging render that many times. */
const TableRow = memo(function TableRow({ row, index, columns, onOpen }: TableRowProps) {
  return (
    <tr
      aria-rowindex={index + 2}
      className={cx("border-b border-line last:border-0", onOpen && "cursor-pointer hover:bg-hover/60")}
      onClick={onOpen && ((event) => opensRow(event.target) && onOpen(row.original))}
    >
      {row.getAllCells().map((cell, at) => (
        <td
          key={cell.id}
          className={cx(
            "h-10 max-w-44 truncate px-3 first:pl-4 md:max-w-72",
            columns[at]?.wide && "hidden md:table-cell",
            columns[at]?.className,
          )}
        >
          {flexRender(cell.column.columnDef.cell, cell.getContext())}
        </td>
      ))}
    </tr>
  );
});

/** A click on a link or button inside a row is about that; keyboards reach the row by the link in its first cell. */
function opensRow(target: EventTarget): boolean {
  return !(target instanceof Element && target.closest("a, button") !== null) && String(getSelection()) === "";
}

function Spacer({ height }: { height: number }) {
  return (
    // biome-ignore lint/a11y/noAriaHiddenOnFocusable: rows take no focus
    <tr aria-hidden="true">
      <td className="p-0" style={{ height }} />
    </tr>
  );
}

function TableSkeleton<T>({ columns }: { columns: readonly Column<T>[] }) {
  return (
    <div role="status" aria-label="Loading" className="divide-y divide-line">
      {[0, 1, 2, 3, 4, 5].map((line) => (
        <div key={line} className="flex h-10 items-center gap-6 px-4">
          {columns.map((column) => (
            <Skeleton key={column.id} className={cx("h-3.5 flex-1", column.wide && "hidden md:block")} />
          ))}
        </div>
      ))}
    </div>
  );
}
