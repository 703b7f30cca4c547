import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import { JsonBlock } from "../../components/code-block.tsx";
import { Id } from "../../components/copy.tsx";
import { DetailPage } from "../../components/detail-page.tsx";
import { FullTime } from "../../components/time.tsx";
import { notify } from "../../components/toast.tsx";
import { Badge } from "../../components/ui/badge.tsx";
import { Button } from "../../components/ui/button.tsx";
import { Card, Facts } from "../../components/ui/card.tsx";
import { Field, Input } from "../../components/ui/field.tsx";
import { FormDialog } from "../../components/ui/form-dialog.tsx";
import { call } from "../../lib/api/client.ts";
import { read, refresh } from "../../lib/api/queries.ts";
import { formatCount } from "../../lib/format.ts";
import { useAppId } from "../../lib/use-app-id.ts";
import { UsedBy } from "../policies/used-by.tsx";
import { useMay } from "../session/session.ts";
import { SetValues } from "./set-values.tsx";

export function ConditionSetPage() {
  const { setId } = useParams({ strict: false }) as { setId: string };
  const params = { app_id: useAppId(), condition_set_id: setId };
  const query = useQuery(read("getAppConditionSet", { params }));
  const [isRenaming, setRenaming] = useState(false);
  const set = query.data?.condition_set;
  // What has an owner takes the owner's signature, and so the SDK.
  const mayChange = useMay("developer") && set?.owner_id === null;
  return (
    <DetailPage
      narrow
      title={set?.name ?? "Condition set"}
      id={setId}
      idLabel="condition set ID"
      list={{ to: "/app/$appId/policies/condition-sets", label: "Condition sets" }}
      query={query}
      actions={mayChange && <Button onClick={() => setRenaming(true)}>Rename</Button>}
      deletion={
        mayChange && {
          title: "Delete this condition set?",
          text: "Rules that refer to it then allow nothing and, as DENY rules, deny.",
          run: () => call("deleteAppConditionSet", { params }),
          changes: ["listAppConditionSets"],
        }
      }
    >
      {({ condition_set: { name, owner_id: owner, created_at: createdAt }, item_count: count, attached_to: uses }) => (
        <>
          <Card title="About">
            <Facts
              items={[
                ["Values", formatCount(count, "value")],
                [
                  "Owner",
                  owner === null ? (
                    <Badge key="owner" tone="warn">
                      None: the app's secret may change it
                    </Badge>
                  ) : (
                    <Id key="owner" value={owner} label="owner ID" full />
                  ),
                ],
                ["Created", <FullTime key="created" at={createdAt} />],
              ]}
            />
          </Card>
          <SetValues setId={setId} mayChange={mayChange} />
          <UsedBy policies={uses} />
          <Card title="Use it in a policy" description="A condition of a rule, for example about the recipient.">
            <JsonBlock
              label="Condition"
              value={{ field_source: "ethereum_transaction", field: "to", operator: "in_condition_set", value: setId }}
            />
          </Card>
          {isRenaming && <RenameDialog name={name} params={params} onClose={() => setRenaming(false)} />}
        </>
      )}
    </DetailPage>
  );
}

type RenameProps = { name: string; params: { app_id: string; condition_set_id: string }; onClose: () => void };

function RenameDialog({ name, params, onClose }: RenameProps) {
  const [text, setText] = useState(name);
  const rename = async () => {
    await call("updateAppConditionSet", { params, body: { name: text.trim() } });
    await refresh("getAppConditionSet", "listAppConditionSets");
    notify("Renamed");
    onClose();
  };
  return (
    <FormDialog
      title="Rename condition set"
      action="Rename"
      onClose={onClose}
      onSubmit={rename}
      isReady={text.trim() !== ""}
    >
      <Field label="Name">
        <Input required maxLength={100} value={text} onChange={(event) => setText(event.target.value)} />
      </Field>
    </FormDialog>
  );
}
