import type { userRoutes } from "@mandate/contract/users";
import { viewUser } from "../../views/user.ts";
import type { RouteHandler } from "../handler.ts";
import { readPage } from "../page.ts";

export const listUsers: RouteHandler<typeof userRoutes.listUsers> = async (deps, { appId, query }) => {
  const page = await readPage(() => deps.storage.listUsers(appId, { cursor: query.cursor, limit: query.limit ?? 100 }));
  const data = await Promise.all(page.data.map((user) => viewUser(deps.storage, user)));
  return { status: 200, body: { data, next_cursor: page.nextCursor ?? null } };
};
