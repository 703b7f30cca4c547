import type { conditionSetRoutes } from "@mandate/contract/condition-sets";
import { ApiError } from "../../api-error.ts";
import type { Deps } from "../../deps.ts";
import { readConditionSetItems, viewConditionSet, viewConditionSetItem } from "../../views/condition-set.ts";
import type { RouteHandler } from "../handler.ts";

type Routes = typeof conditionSetRoutes;

const PAGE_DEFAULT = 100;

export const getConditionSet: RouteHandler<Routes["getConditionSet"]> = async (deps, { appId, params }) => ({
  status: 200,
  body: viewConditionSet(await findSealed(deps, appId, params.condition_set_id)),
});

export const getConditionSetItem: RouteHandler<Routes["getConditionSetItem"]> = async (deps, { appId, params }) => {
  const items = readConditionSetItems(await findSealed(deps, appId, params.condition_set_id));
  const item = items.find(({ id }) => id === params.item_id);
  if (item === undefined) throw new ApiError("not_found");
  return { status: 200, body: viewConditionSetItem(params.condition_set_id, item) };
};

/** A page ends before an item's number, so that items which come or go between pages move nothing. */
export const listConditionSetItems: RouteHandler<Routes["listConditionSetItems"]> = async (
  deps,
  { appId, params, query },
) => {
  const { cursor, limit = PAGE_DEFAULT, query: wanted } = query;
  const from = cursor === undefined ? 0 : readCursor(cursor);
  const items = readConditionSetItems(await findSealed(deps, appId, params.condition_set_id)).filter(
    ({ n, value }) => n >= from && (wanted === undefined || value.includes(wanted)),
  );
  const next = items[limit];
  return {
    status: 200,
    body: {
      items: items.slice(0, limit).map((item) => viewConditionSetItem(params.condition_set_id, item)),
      next_cursor: next === undefined ? null : `n${next.n}`,
    },
  };
};

function readCursor(cursor: string): number {
  const n = /^n([0-9]{1,15})$/.exec(cursor)?.[1];
  if (n === undefined) throw new ApiError("invalid_data", "cursor is not one that this list returned");
  return Number(n);
}

async function findSealed(deps: Deps, appId: string, id: string): Promise<string> {
  const record = await deps.storage.findRecord(appId, { type: "condition_set", id });
  if (record === undefined) throw new ApiError("not_found");
  return record.sealed;
}
