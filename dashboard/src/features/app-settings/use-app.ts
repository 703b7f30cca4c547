import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import { notify } from "../../components/toast.tsx";
import { call, type Input } from "../../lib/api/client.ts";
import { read, refresh } from "../../lib/api/queries.ts";
import type { App } from "../../lib/api/types.ts";
import { useAppId } from "../../lib/use-app-id.ts";

export type AppChange = Input<"updateApp">["body"];

/** The app that the address names, with its settings, and how to change them. */
export function useApp(): { app: UseQueryResult<App>; update: (change: AppChange) => Promise<void> } {
  const appId = useAppId();
  const app = useQuery(read("getOperatorApp", { params: { app_id: appId } }));
  const update = async (change: AppChange) => {
    await call("updateApp", { params: { app_id: appId }, body: change });
    await refresh("getOperatorApp", "listApps", "getOverview");
    notify("Saved");
  };
  return { app: app as UseQueryResult<App>, update };
}
