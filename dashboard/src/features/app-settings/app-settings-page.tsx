import type { ReactNode } from "react";
import { Page } from "../../components/page.tsx";
import { LinkTabs } from "../../components/ui/tabs.tsx";
import { useAppId } from "../../lib/use-app-id.ts";

/** What the tabs of the app's settings share. */
export function AppSettingsPage({ children }: { children: ReactNode }) {
  const params = { appId: useAppId() };
  return (
    <Page
      narrow
      title="App settings"
      tabs={
        <LinkTabs
          label="App settings"
          tabs={[
            { label: "Basics", to: "/app/$appId/settings", params },
            { label: "Domains", to: "/app/$appId/settings/domains", params },
            { label: "Clients", to: "/app/$appId/settings/clients", params },
            { label: "Danger zone", to: "/app/$appId/settings/danger", params },
          ]}
        />
      }
    >
      {children}
    </Page>
  );
}
