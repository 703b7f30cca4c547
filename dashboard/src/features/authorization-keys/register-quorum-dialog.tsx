import { useState } from "react";
import { notify } from "../../components/toast.tsx";
import { Field, Input, TextArea } from "../../components/ui/field.tsx";
import { FormDialog } from "../../components/ui/form-dialog.tsx";
import { call } from "../../lib/api/client.ts";
import { refresh } from "../../lib/api/queries.ts";
import { useAppId } from "../../lib/use-app-id.ts";
import { readList, readPublicKeys } from "./read-list.ts";

/** Registers keys that were made elsewhere, users and other quorums, of which so many must sign. */
export function RegisterQuorumDialog({ onClose }: { onClose: () => void }) {
  const appId = useAppId();
  const [name, setName] = useState("");
  const [keys, setKeys] = useState("");
  const [users, setUsers] = useState("");
  const [quorums, setQuorums] = useState("");
  const [threshold, setThreshold] = useState("1");
  const publicKeys = readPublicKeys(keys);
  const userIds = readList(users);
  const quorumIds = readList(quorums);
  const members = publicKeys.length + userIds.length + quorumIds.length;
  const needed = Number(threshold);
  const isReachable = Number.isInteger(needed) && needed >= 1 && needed <= Math.max(1, members);
  const register = async () => {
    const body = {
      display_name: name.trim(),
      authorization_threshold: needed,
      ...(publicKeys.length > 0 && { public_keys: publicKeys }),
      ...(userIds.length > 0 && { user_ids: userIds }),
      ...(quorumIds.length > 0 && { key_quorum_ids: quorumIds }),
    };
    await call("createAppKeyQuorum", { params: { app_id: appId }, body });
    await refresh("listAppKeyQuorums", "getOverview");
    notify("Key quorum registered");
    onClose();
  };
  return (
    <FormDialog
      wide
      title="Register key quorum"
      description="A set of members of which a number must sign: public keys, users, and other key quorums, one level deep."
      action="Register"
      onClose={onClose}
      onSubmit={register}
      isReady={members > 0 && isReachable && name.trim() !== ""}
    >
      <Field label="Name">
        <Input
          required
          maxLength={50}
          value={name}
          onChange={(event) => setName(event.target.value)}
          placeholder="Treasury, two of three"
        />
      </Field>
      <Field label="Public keys" hint="P-256, as base64 of the SPKI DER, one a line, or PEM.">
        <TextArea
          mono
          rows={4}
          value={keys}
          onChange={(event) => setKeys(event.target.value)}
          placeholder="MFkwEwYHKoZIzj0CAQYI…"
        />
      </Field>
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label="User IDs" hint="One a line.">
          <TextArea
            mono
            rows={2}
            value={users}
            onChange={(event) => setUsers(event.target.value)}
            placeholder="did:privy:…"
          />
        </Field>
        <Field label="Key quorum IDs" hint="At most five, which hold no quorums themselves.">
          <TextArea mono rows={2} value={quorums} onChange={(event) => setQuorums(event.target.value)} />
        </Field>
      </div>
      <Field
        label="Threshold"
        hint={members === 0 ? "How many members must sign." : `${needed} of ${members} must sign.`}
        error={members > 0 && !isReachable ? `A whole number from 1 to ${members}` : undefined}
      >
        <Input
          type="number"
          min={1}
          max={50}
          className="max-w-24"
          value={threshold}
          onChange={(event) => setThreshold(event.target.value)}
        />
      </Field>
    </FormDialog>
  );
}
