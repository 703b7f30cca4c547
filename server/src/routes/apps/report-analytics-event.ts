import type { appRoutes } from "@mandate/contract/apps";
import type { RouteHandler } from "../handler.ts";

/** Browser SDKs report what their users do. Nothing of it is kept. */
export const reportAnalyticsEvent: RouteHandler<typeof appRoutes.reportAnalyticsEvent> = async () => ({
  status: 200,
  body: { success: true },
});
