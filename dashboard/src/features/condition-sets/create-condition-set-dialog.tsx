import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { notify } from "../../components/toast.tsx";
import { Field, Input, TextArea } from "../../components/ui/field.tsx";
import { FormDialog } from "../../components/ui/form-dialog.tsx";
import { call } from "../../lib/api/client.ts";
import { refresh } from "../../lib/api/queries.ts";
import { useAppId } from "../../lib/use-app-id.ts";
import { addValues, readValues } from "./add-values.ts";

/** The set first, then its values, then its owner: with an owner it would take the owner's signature to fill it. */
export function CreateConditionSetDialog({ onClose }: { onClose: () => void }) {
  const appId = useAppId();
  const navigate = useNavigate();
  const [name, setName] = useState("");
  const [text, setText] = useState("");
  const [owner, setOwner] = useState("");
  const [madeId, setMadeId] = useState<string>();
  const values = readValues(text);
  const create = async () => {
    // What was made before something failed is gone on with, and not made twice.
    const id = madeId ?? (await call("createAppConditionSet", { params: { app_id: appId }, body: { name } })).id;
    setMadeId(id);
    await addValues(appId, id, values);
    const ownerId = owner.trim();
    if (ownerId !== "") {
      const body = ownerId.startsWith("did:") ? { owner: { user_id: ownerId } } : { owner_id: ownerId };
      await call("updateAppConditionSet", { params: { app_id: appId, condition_set_id: id }, body });
    }
    await refresh("listAppConditionSets");
    notify("Condition set created");
    await navigate({ to: "/app/$appId/policies/condition-sets/$setId", params: { appId, setId: id } });
  };
  return (
    <FormDialog
      title="Create condition set"
      description="A list that conditions refer to with “in condition set”."
      action="Create condition set"
      onClose={onClose}
      onSubmit={create}
      isReady={name.trim() !== "" && values.length <= 1000}
    >
      <Field label="Name">
        <Input
          required
          maxLength={100}
          value={name}
          onChange={(event) => setName(event.target.value)}
          placeholder="Known recipients"
          disabled={madeId !== undefined}
        />
      </Field>
      <Field
        label="Values"
        hint="One a line. Addresses, for example; more can be added later."
        error={values.length > 1000 ? "A set holds at most 1,000 values" : undefined}
      >
        <TextArea mono rows={5} value={text} onChange={(event) => setText(event.target.value)} placeholder="0x…" />
      </Field>
      <Field
        label="Owner"
        hint="A user ID or key quorum ID; optional. Without one, the app's secret may change the list, and your server its own limits."
      >
        <Input mono value={owner} onChange={(event) => setOwner(event.target.value)} />
      </Field>
    </FormDialog>
  );
}
