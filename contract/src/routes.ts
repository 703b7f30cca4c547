import { activityRoutes } from "./activity.ts";
import { aggregationRoutes } from "./aggregations.ts";
import { appResourceRoutes } from "./app-resources.ts";
import { appRoutes } from "./apps.ts";
import { conditionSetRoutes } from "./condition-sets.ts";
import { healthRoutes } from "./health.ts";
import { holdingRoutes } from "./holdings.ts";
import { keyQuorumRoutes } from "./key-quorums.ts";
import { loginRoutes } from "./login.ts";
import { oauthRoutes } from "./oauth-login.ts";
import { oauthSecretRoutes } from "./oauth-secrets.ts";
import { operatorRoutes } from "./operator.ts";
import { policyRoutes } from "./policies.ts";
import { recordExportRoutes, recordRoutes } from "./records.ts";
import type { Route } from "./route.ts";
import { teamRoutes } from "./team.ts";
import { transactionRoutes } from "./transactions.ts";
import { userLookupRoutes } from "./user-lookups.ts";
import { userRoutes } from "./users.ts";
import { walletRoutes } from "./wallets.ts";

/** Every operation, by ID, in the order of the API document. */
export const routes = {
  ...walletRoutes,
  ...holdingRoutes,
  ...policyRoutes,
  ...conditionSetRoutes,
  ...aggregationRoutes,
  ...keyQuorumRoutes,
  ...userRoutes,
  ...userLookupRoutes,
  ...loginRoutes,
  ...oauthRoutes,
  ...transactionRoutes,
  ...recordRoutes,
  ...appRoutes,
  ...healthRoutes,
  ...operatorRoutes,
  ...oauthSecretRoutes,
  ...appResourceRoutes,
  ...activityRoutes,
  ...teamRoutes,
  ...recordExportRoutes,
} as const;

export type RouteId = keyof typeof routes;

export const routeList: readonly Route[] = Object.values(routes);
