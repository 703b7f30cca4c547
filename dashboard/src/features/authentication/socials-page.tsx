import { ErrorNote } from "../../components/error-panel.tsx";
import { Load } from "../../components/load.tsx";
import { Card } from "../../components/ui/card.tsx";
import { SwitchRow } from "../../components/ui/switch.tsx";
import { useAct } from "../../lib/use-act.ts";
import { useApp } from "../app-settings/use-app.ts";
import { useMay } from "../session/session.ts";
import { AuthenticationPage } from "./authentication-page.tsx";
import { ProvidersCard } from "./providers-card.tsx";

export function SocialsPage() {
  const { app, update } = useApp();
  const mayChange = useMay("admin");
  const act = useAct();
  return (
    <AuthenticationPage>
      <Card title="Social logins">
        <Load query={app}>
          {({ login_methods: methods }) => (
            <SwitchRow
              label="Social logins"
              description="Users sign in with an account they have at one of the providers below."
              checked={methods.includes("oauth")}
              disabled={!mayChange || act.busy}
              onChange={(isOn) =>
                void act.run(() =>
                  update({ login_methods: isOn ? [...methods, "oauth"] : methods.filter((one) => one !== "oauth") }),
                )
              }
            />
          )}
        </Load>
        {act.error !== undefined && <ErrorNote error={act.error} className="mt-4" />}
      </Card>
      <Load query={app}>{(data) => <ProvidersCard app={data} mayChange={mayChange} />}</Load>
    </AuthenticationPage>
  );
}
