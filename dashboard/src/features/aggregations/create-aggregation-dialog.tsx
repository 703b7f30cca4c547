import type { JsonValue } from "@mandate/core/encoding/json-value";
import { parseAggregationInput } from "@mandate/core/policy/aggregation";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { notify } from "../../components/toast.tsx";
import { Field, Input, TextArea } from "../../components/ui/field.tsx";
import { FormDialog } from "../../components/ui/form-dialog.tsx";
import { Select } from "../../components/ui/select.tsx";
import { call } from "../../lib/api/client.ts";
import { refresh } from "../../lib/api/queries.ts";
import { useAppId } from "../../lib/use-app-id.ts";
import { aggregationTemplates } from "./aggregation-templates.ts";
import { describeAggregation } from "./describe-aggregation.ts";

/** The API's JSON, begun from a template; what the signer would refuse comes from the signer's own code. */
export function CreateAggregationDialog({ onClose }: { onClose: () => void }) {
  const appId = useAppId();
  const navigate = useNavigate();
  const [template, setTemplate] = useState<(typeof aggregationTemplates)[number]["value"]>("spent");
  const [text, setText] = useState(() => format(aggregationTemplates[0].definition));
  const [owner, setOwner] = useState("");
  const read = readAggregation(text);
  const choose = (value: typeof template) => {
    setTemplate(value);
    const chosen = aggregationTemplates.find((one) => one.value === value);
    if (chosen !== undefined) setText(format(chosen.definition));
  };
  const create = async () => {
    if (!read.ok) return;
    const id = owner.trim();
    const ownership = id === "" ? {} : id.startsWith("did:") ? { owner: { user_id: id } } : { owner_id: id };
    const body = { ...read.aggregation, ...ownership };
    const made = await call("createAppAggregation", { params: { app_id: appId }, body: body as never });
    await refresh("listAppAggregations");
    notify("Aggregation created");
    await navigate({
      to: "/app/$appId/policies/aggregations/$aggregationId",
      params: { appId, aggregationId: made.id },
    });
  };
  return (
    <FormDialog
      wide
      title="Create aggregation"
      description="A sum that policies can limit. It cannot be changed later, only deleted."
      action="Create aggregation"
      onClose={onClose}
      onSubmit={create}
      isReady={read.ok}
    >
      <div className="flex flex-col gap-1">
        <span className="text-sm font-medium" aria-hidden="true">
          Begin with
        </span>
        <Select aria-label="Begin with" options={aggregationTemplates} value={template} onValue={choose} />
      </div>
      <Field label="Definition" error={read.ok ? undefined : read.message}>
        <TextArea mono rows={16} value={text} onChange={(event) => setText(event.target.value)} />
      </Field>
      {read.ok && (
        <p aria-live="polite" className="rounded-md bg-accent-soft/50 px-3 py-2 text-sm">
          {describeAggregation(read.aggregation)}
        </p>
      )}
      <Field label="Owner" hint="A user ID or key quorum ID who alone may delete it; optional.">
        <Input mono value={owner} onChange={(event) => setOwner(event.target.value)} />
      </Field>
    </FormDialog>
  );
}

function format(definition: object): string {
  return JSON.stringify(definition, null, 2);
}

function readAggregation(text: string): ReturnType<typeof parseAggregationInput> | { ok: false; message: string } {
  try {
    return parseAggregationInput(JSON.parse(text) as JsonValue);
  } catch (error) {
    return { ok: false, message: error instanceof Error ? error.message : "This is not JSON" };
  }
}
