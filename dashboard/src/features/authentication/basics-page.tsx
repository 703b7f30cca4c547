import { ErrorNote } from "../../components/error-panel.tsx";
import { Load } from "../../components/load.tsx";
import { Card, Facts } from "../../components/ui/card.tsx";
import { SwitchRow } from "../../components/ui/switch.tsx";
import type { App } from "../../lib/api/types.ts";
import { useAct } from "../../lib/use-act.ts";
import { useApp } from "../app-settings/use-app.ts";
import { useMay } from "../session/session.ts";
import { AuthenticationPage } from "./authentication-page.tsx";

type Method = App["login_methods"][number];

const methods: readonly (readonly [method: Method, label: string, description: string])[] = [
  ["email", "Email", "A code of six digits, sent to the user's address."],
  ["passkey", "Passkeys", "A key of the user's device, unlocked by fingerprint, face or PIN."],
  ["wallet", "Ethereum wallets", "The user signs a message with a wallet they have."],
  ["solana_wallet", "Solana wallets", "The same, with a wallet of Solana."],
  ["guest", "Guests", "Users who prove nothing to anybody, until they link an account."],
];

export function BasicsPage() {
  const { app, update } = useApp();
  const mayChange = useMay("admin");
  const act = useAct();
  return (
    <AuthenticationPage>
      <Card title="Login methods">
        <Load query={app}>
          {({ login_methods: current }) => (
            <div className="flex flex-col gap-5">
              {methods.map(([method, label, description]) => (
                <SwitchRow
                  key={method}
                  label={label}
                  description={description}
                  checked={current.includes(method)}
                  disabled={!mayChange || act.busy}
                  onChange={(isOn) =>
                    void act.run(() =>
                      update({ login_methods: isOn ? [...current, method] : current.filter((one) => one !== method) }),
                    )
                  }
                />
              ))}
            </div>
          )}
        </Load>
        {act.error !== undefined && <ErrorNote error={act.error} className="mt-4" />}
      </Card>
      <Card
        title="Your own identity provider"
        description="JWTs of a provider that you already have. It is set with the operator's key, on the server's machine: whoever vouches for users can act as any of them."
      >
        <Load query={app}>
          {({ jwt }) =>
            jwt === null ? (
              <p className="text-sm text-muted">
                None. <code className="rounded bg-code px-1 py-0.5">npx mandate app create --jwks-url …</code> makes an
                app that has one.
              </p>
            ) : (
              <Facts
                items={[
                  ["Keys", jwt.jwks_url ?? "one public key"],
                  ["Issuer", jwt.issuer ?? "any"],
                  ["Audience", jwt.audience ?? "any"],
                  ["Claim that names the user", jwt.subject_claim],
                ]}
              />
            )
          }
        </Load>
      </Card>
    </AuthenticationPage>
  );
}
