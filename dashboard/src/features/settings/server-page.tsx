import { useQuery } from "@tanstack/react-query";
import { Load } from "../../components/load.tsx";
import { Card, Facts } from "../../components/ui/card.tsx";
import { read } from "../../lib/api/queries.ts";
import { SettingsPage } from "./settings-page.tsx";

const mailKinds = {
  smtp: "sent by a mail server",
  inbox: "kept in the inbox, not sent",
  none: "cannot be sent: MANDATE_SMTP_URL is not set",
} as const;

export function ServerPage() {
  const status = useQuery(read("getStatus", {}));
  return (
    <SettingsPage>
      <Load query={status}>
        {(data) => (
          <>
            <Card title="Server">
              <Facts
                items={[
                  ["Version", data.version],
                  ["Address", data.url],
                  ["Data folder", <code key="data">{data.dataDir}</code>],
                  ["Database", <code key="database">{data.database}</code>],
                  ["Mail", mailKinds[data.mail]],
                  ["Signer", data.signer.phase],
                  ["Root key", `${data.signer.root_key_provider}, ${data.signer.root_key_id}`],
                ]}
              />
            </Card>
            <Card title="Chains" description="Where transactions are sent.">
              <Facts items={Object.entries(data.chains).map(([id, url]) => [id, <code key={id}>{url}</code>])} />
            </Card>
            {data.signer.notes.length > 0 && (
              <Card title="Notes of the signer">
                <ul className="list-disc pl-5 text-sm">
                  {data.signer.notes.map((note) => (
                    <li key={note}>{note}</li>
                  ))}
                </ul>
              </Card>
            )}
          </>
        )}
      </Load>
    </SettingsPage>
  );
}
