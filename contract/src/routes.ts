import { appRoutes } from "./apps.ts";
import { healthRoutes } from "./health.ts";
import { keyQuorumRoutes } from "./key-quorums.ts";
import { operatorRoutes } from "./operator.ts";
import { policyRoutes } from "./policies.ts";
import type { Route } from "./route.ts";
import { transactionRoutes } from "./transactions.ts";
import { userRoutes } from "./users.ts";
import { walletRoutes } from "./wallets.ts";

/** Every operation, by ID, in the order of the API document. */
export const routes = {
  ...walletRoutes,
  ...policyRoutes,
  ...keyQuorumRoutes,
  ...userRoutes,
  ...transactionRoutes,
  ...appRoutes,
  ...operatorRoutes,
  ...healthRoutes,
} as const;

export type RouteId = keyof typeof routes;

export const routeList: readonly Route[] = Object.values(routes);
