import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
  useRouter,
} from "@tanstack/react-router";
import { ErrorPanel } from "./components/error-panel.tsx";
import { NotFound } from "./components/not-found.tsx";
import { SkeletonLines } from "./components/skeleton.tsx";
import { readNextPlace } from "./features/session/next-place.ts";
import { sessionQuery } from "./features/session/session.ts";
import { Shell } from "./features/shell/shell.tsx";
import { isApiError } from "./lib/api/error.ts";
import { queryClient, read } from "./lib/api/queries.ts";
import { parseSearch, readSearch, stringifySearch } from "./lib/search.ts";

const root = createRootRoute({ component: Outlet });

function readNext(search: Record<string, unknown>): { next?: string | undefined } {
  return { next: readNextPlace(search.next) };
}

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/login",
  validateSearch: readNext,
  component: lazyRouteComponent(() => import("./features/session/sign-in-page.tsx"), "SignInPage"),
});
const join = createRoute({
  getParentRoute: () => root,
  path: "/invitation",
  component: lazyRouteComponent(() => import("./features/session/join-page.tsx"), "JoinPage"),
});

const shell = createRoute({
  getParentRoute: () => root,
  id: "shell",
  beforeLoad: async ({ location }) => {
    try {
      await queryClient.ensureQueryData(sessionQuery);
    } catch (error) {
      if (!isApiError(error) || error.status !== 401) throw error;
      throw redirect({ to: "/login", search: location.pathname === "/" ? {} : { next: location.href } });
    }
  },
  component: Shell,
});

const home = createRoute({
  getParentRoute: () => shell,
  path: "/",
  beforeLoad: async () => {
    const { data } = await queryClient.ensureQueryData(read("listApps", {}));
    const only = data.length === 1 ? data[0] : undefined;
    throw only === undefined ? redirect({ to: "/app" }) : redirect({ to: "/app/$appId", params: { appId: only.id } });
  },
});

type Pages = Record<string, unknown>;

/** A page of its own bundle; what is in its address after the `?` is text by these names. */
function page<const P extends string>(path: P, search: readonly string[], load: () => Promise<Pages>, name: string) {
  return createRoute({
    getParentRoute: () => shell,
    path,
    validateSearch: readSearch(search),
    component: lazyRouteComponent(load as () => Promise<Record<string, () => null>>, name),
  });
}

const usersPages = () => import("./features/users/pages.ts");
const authenticationPages = () => import("./features/authentication/pages.ts");
const walletPages = () => import("./features/wallets/pages.ts");
const keyPages = () => import("./features/authorization-keys/pages.ts");
const policyPages = () => import("./features/policies/pages.ts");
const conditionSetPages = () => import("./features/condition-sets/pages.ts");
const aggregationPages = () => import("./features/aggregations/pages.ts");
const activityPages = () => import("./features/activity/pages.ts");
const appSettingsPages = () => import("./features/app-settings/pages.ts");
const settingsPages = () => import("./features/settings/pages.ts");

const app = "/app/$appId";

const pages = [
  page("/app", ["create"], () => import("./features/apps/apps-page.tsx"), "AppsPage"),
  page(app, [], () => import("./features/overview/overview-page.tsx"), "OverviewPage"),
  page(`${app}/connect`, ["sdk"], () => import("./features/connect/connect-page.tsx"), "ConnectPage"),
  page(`${app}/users`, ["search", "kind", "wallet", "created", "create"], usersPages, "UsersPage"),
  page(`${app}/users/$userId`, ["wallet"], usersPages, "UserPage"),
  page(`${app}/authentication`, [], authenticationPages, "BasicsPage"),
  page(`${app}/authentication/socials`, [], authenticationPages, "SocialsPage"),
  page(`${app}/authentication/advanced`, [], authenticationPages, "AdvancedPage"),
  page(`${app}/wallets`, ["search", "chain", "user", "archived", "create"], walletPages, "WalletsPage"),
  page(`${app}/wallets/$walletId`, [], walletPages, "WalletPage"),
  page(`${app}/authorization-keys`, ["search", "all"], keyPages, "AuthorizationKeysPage"),
  page(`${app}/authorization-keys/$quorumId`, [], keyPages, "KeyQuorumPage"),
  page(`${app}/policies`, ["search"], policyPages, "PoliciesPage"),
  page(`${app}/policies/new`, ["template", "chain"], policyPages, "NewPolicyPage"),
  page(`${app}/policies/condition-sets`, ["search", "create"], conditionSetPages, "ConditionSetsPage"),
  page(`${app}/policies/condition-sets/$setId`, ["search"], conditionSetPages, "ConditionSetPage"),
  page(`${app}/policies/aggregations`, ["create"], aggregationPages, "AggregationsPage"),
  page(`${app}/policies/aggregations/$aggregationId`, [], aggregationPages, "AggregationPage"),
  page(`${app}/policies/$policyId`, [], policyPages, "PolicyPage"),
  page(`${app}/policies/$policyId/edit`, [], policyPages, "EditPolicyPage"),
  page(`${app}/activity`, ["wallet", "signer", "policy", "decision"], activityPages, "ActivityPage"),
  page(`${app}/activity/$receiptId`, [], activityPages, "DecisionPage"),
  page(`${app}/logs`, ["errors", "operation"], () => import("./features/logs/logs-page.tsx"), "LogsPage"),
  page(`${app}/inbox`, ["mail"], () => import("./features/inbox/inbox-page.tsx"), "InboxPage"),
  page(`${app}/settings`, [], appSettingsPages, "BasicsPage"),
  page(`${app}/settings/domains`, [], appSettingsPages, "DomainsPage"),
  page(`${app}/settings/clients`, [], appSettingsPages, "ClientsPage"),
  page(`${app}/settings/danger`, [], appSettingsPages, "DangerPage"),
  page("/settings", [], settingsPages, "AccountPage"),
  page("/settings/members", [], settingsPages, "MembersPage"),
  page("/settings/sessions", [], settingsPages, "SessionsPage"),
  page("/settings/audit", [], settingsPages, "AuditPage"),
  page("/settings/server", [], settingsPages, "ServerPage"),
];

export const router = createRouter({
  routeTree: root.addChildren([signIn, join, shell.addChildren([home, ...pages])]),
  parseSearch,
  stringifySearch,
  defaultPreload: "intent",
  scrollRestoration: true,
  defaultPendingComponent: () => <SkeletonLines count={6} />,
  defaultErrorComponent: RouteError,
  defaultNotFoundComponent: NotFound,
});

function RouteError({ error }: { error: unknown }) {
  const again = useRouter();
  return <ErrorPanel error={error} onRetry={() => void again.invalidate()} />;
}

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
