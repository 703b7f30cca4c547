import { CopyField } from "../../components/copy.tsx";

/** A new app's ID and secret. The secret is in this page's memory only, until the page lets go of it. */
export function SecretShown({ appId, secret }: { appId: string; secret: string }) {
  return (
    <>
      <CopyField label="App ID" value={appId} />
      <CopyField label="App secret" value={secret} secret />
      <p className="text-sm text-muted">
        The secret was made in this browser and is shown this once: the server has its hash only. Put it where your
        app's server reads its secrets.
      </p>
    </>
  );
}
