import type { ReactNode } from "react";
import { Page } from "../../components/page.tsx";
import { LinkTabs } from "../../components/ui/tabs.tsx";
import { useAppId } from "../../lib/use-app-id.ts";

/** What the three tabs share. */
export function AuthenticationPage({ children }: { children: ReactNode }) {
  const params = { appId: useAppId() };
  return (
    <Page
      narrow
      title="Authentication"
      description="How your users sign in, and what your server may do while they are away."
      tabs={
        <LinkTabs
          label="Authentication"
          tabs={[
            { label: "Basics", to: "/app/$appId/authentication", params },
            { label: "Socials", to: "/app/$appId/authentication/socials", params },
            { label: "Advanced", to: "/app/$appId/authentication/advanced", params },
          ]}
        />
      }
    >
      {children}
    </Page>
  );
}
