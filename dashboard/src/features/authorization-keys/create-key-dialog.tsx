import { useBlocker } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { CopyField } from "../../components/copy.tsx";
import { ErrorNote } from "../../components/error-panel.tsx";
import { Button } from "../../components/ui/button.tsx";
import { Confirm } from "../../components/ui/confirm.tsx";
import { Dialog } from "../../components/ui/dialog.tsx";
import { Field, Input } from "../../components/ui/field.tsx";
import { Icon } from "../../components/ui/icon.tsx";
import { call } from "../../lib/api/client.ts";
import { refresh } from "../../lib/api/queries.ts";
import { download } from "../../lib/csv.ts";
import { cx } from "../../lib/cx.ts";
import { useAct } from "../../lib/use-act.ts";
import { useAppId } from "../../lib/use-app-id.ts";
import { type AuthorizationKey, makeAuthorizationKey, testAuthorizationKey } from "./authorization-key.ts";

type Made = AuthorizationKey & { quorumId: string; name: string };
type Props = { onClose: () => void; onRegister: () => void };

/**
 * Makes a key and registers its public half. INVARIANT: the private half is in the state of this component and nowhere
 * else; it leaves by the member's own hand, and is gone when the dialog closes.
 */
export function CreateKeyDialog({ onClose, onRegister }: Props) {
  const [made, setMade] = useState<Made>();
  return made === undefined ? (
    <NameKey onClose={onClose} onRegister={onRegister} onMade={setMade} />
  ) : (
    <ShowKey made={made} onClose={onClose} />
  );
}

function NameKey({ onClose, onRegister, onMade }: Props & { onMade: (made: Made) => void }) {
  const appId = useAppId();
  const [name, setName] = useState("");
  const act = useAct();
  const create = (event: FormEvent) => {
    event.preventDefault();
    void act.run(async () => {
      const key = await makeAuthorizationKey();
      const body = { public_keys: [key.publicKey], authorization_threshold: 1, display_name: name.trim() };
      const quorum = await call("createAppKeyQuorum", { params: { app_id: appId }, body });
      await refresh("listAppKeyQuorums", "getOverview");
      onMade({ ...key, quorumId: quorum.id, name: name.trim() });
    });
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title="Create new key"
      description="A P-256 key pair is made in this browser. The server learns the public half, as a key quorum of one."
      footer={
        <>
          <Button variant="ghost" onClick={onRegister} className="mr-auto">
            Register key quorum instead
          </Button>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form="create-key" busy={act.busy} disabled={name.trim() === ""}>
            Create key
          </Button>
        </>
      }
    >
      <form id="create-key" onSubmit={create} className="flex flex-col gap-4">
        <Field label="Name" hint="What the key is for, such as the server that will hold it.">
          <Input
            required
            maxLength={50}
            value={name}
            onChange={(event) => setName(event.target.value)}
            placeholder="Order server"
          />
        </Field>
        {act.error !== undefined && <ErrorNote error={act.error} />}
      </form>
    </Dialog>
  );
}

function ShowKey({ made, onClose }: { made: Made; onClose: () => void }) {
  const [isSaved, setSaved] = useState(false);
  const [isLeaving, setLeaving] = useState(false);
  useBlocker({
    shouldBlockFn: () => !isSaved && !confirm("The private key is not saved and cannot be shown again. Leave?"),
    enableBeforeUnload: () => !isSaved,
  });
  const close = () => (isSaved ? onClose() : setLeaving(true));
  const copy = () => void navigator.clipboard.writeText(made.privateKey).then(() => setSaved(true));
  const save = () => {
    download(`${made.quorumId}.key`, `${made.privateKey}\n`);
    setSaved(true);
  };
  return (
    <Dialog
      open
      onClose={close}
      title="Save the private key"
      description="It is shown this once. It was made in this browser and has not been sent anywhere."
      footer={
        <Button variant="primary" onClick={close}>
          Done
        </Button>
      }
    >
      <CopyField label="Key quorum ID" value={made.quorumId} />
      <CopyField label="Private key" value={made.privateKey} secret onCopied={() => setSaved(true)} />
      <div className="flex flex-wrap gap-2">
        <Button icon={isSaved ? "check" : "copy"} onClick={copy}>
          Copy private key
        </Button>
        <Button icon="download" onClick={save}>
          Download
        </Button>
        <TestKey authorizationKey={made} />
      </div>
      <p className="text-sm text-muted">
        Give both to your server: the key quorum ID is the <code>signer_id</code> of the session signer, the private key
        goes into <code>authorization_private_keys</code>.
      </p>
      <Confirm
        open={isLeaving}
        onClose={() => setLeaving(false)}
        onConfirm={onClose}
        title="Close without saving the private key?"
        action="Close anyway"
      >
        It was neither copied nor downloaded, and cannot be shown again. You would have to create another key.
      </Confirm>
    </Dialog>
  );
}

function TestKey({ authorizationKey }: { authorizationKey: AuthorizationKey }) {
  const [result, setResult] = useState<boolean>();
  const test = () => void testAuthorizationKey(authorizationKey).then(setResult, () => setResult(false));
  return (
    <>
      <Button icon="play" onClick={test}>
        Test it
      </Button>
      <span
        role="status"
        className={cx("inline-flex items-center gap-1 text-sm", result === false ? "text-bad" : "text-good")}
      >
        {result !== undefined && <Icon name={result ? "check" : "x"} />}
        {result === true && "Signed a challenge; the signature verifies"}
        {result === false && "The key does not sign. Create another one."}
      </span>
    </>
  );
}
