import { infiniteQueryOptions, QueryClient, queryOptions } from "@tanstack/react-query";
import { call, type Input, type Operation, type Output } from "./client.ts";
import { isApiError } from "./error.ts";

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      refetchOnWindowFocus: true,
      // What was refused stays refused; what was not answered may be tried again.
      retry: (count, error) => count < 2 && isApiError(error) && (error.code === "unreachable" || error.status >= 502),
    },
  },
});

/** A reading operation as a query. Its key is the operation and what it was asked. */
export function read<Id extends Operation>(operation: Id, input: Input<Id>) {
  return queryOptions<Output<Id>>({
    queryKey: [operation, input],
    queryFn: ({ signal }) =>
      (call as (id: Id, input: unknown) => Promise<Output<Id>>)(operation, { ...(input as object), signal }),
  });
}

type Paged = {
  [Id in Operation]: Output<Id> extends { data: unknown[]; next_cursor: string | null } ? Id : never;
}[Operation];

type Asked = { params?: Record<string, string>; query?: Record<string, string | undefined> };

/** A listing operation, page after page. */
export function readPages<Id extends Paged>(operation: Id, input: Input<Id>, limit = 100) {
  const asked = input as Asked;
  return infiniteQueryOptions({
    queryKey: [operation, "pages", input],
    initialPageParam: "",
    queryFn: ({ pageParam, signal }) =>
      (call as (id: Id, input: unknown) => Promise<Output<Id>>)(operation, {
        ...asked,
        query: { ...asked.query, limit: String(limit), cursor: pageParam || undefined },
        signal,
      }),
    getNextPageParam: (page) => (page as { next_cursor: string | null }).next_cursor ?? undefined,
    // Until an answer to other words is here, the list shows what it showed: but never another app's.
    placeholderData: (previous, query) => (isAbout(query?.queryKey[2], asked) ? previous : undefined),
  });
}

/** Whether what was asked before was about the same thing, be it in other words. */
function isAbout(before: unknown, asked: Asked): boolean {
  return JSON.stringify((before as Asked | undefined)?.params) === JSON.stringify(asked.params);
}

/** The first page and no more, for a card beside other things. */
export function readFirstPage<Id extends Paged>(operation: Id, input: Input<Id>, limit: number) {
  const pages = readPages(operation, input, limit);
  return { ...pages, queryKey: [operation, "first page", input], getNextPageParam: () => undefined };
}

/** After a change: whatever these operations have answered is asked for again. */
export function refresh(...operations: Operation[]): Promise<void> {
  return queryClient.invalidateQueries({ predicate: ({ queryKey }) => operations.includes(queryKey[0] as Operation) });
}
