import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { Field, Input } from "../../components/ui/field.tsx";
import { FormDialog } from "../../components/ui/form-dialog.tsx";
import { Select } from "../../components/ui/select.tsx";
import { SwitchRow } from "../../components/ui/switch.tsx";
import { call } from "../../lib/api/client.ts";
import { refresh } from "../../lib/api/queries.ts";
import { useAppId } from "../../lib/use-app-id.ts";

const kinds = [
  { value: "email", label: "Email address" },
  { value: "custom_auth", label: "ID at your identity provider" },
] as const;

export function CreateUserDialog({ onClose }: { onClose: () => void }) {
  const appId = useAppId();
  const navigate = useNavigate();
  const [kind, setKind] = useState<(typeof kinds)[number]["value"]>("email");
  const [value, setValue] = useState("");
  const [withWallet, setWithWallet] = useState(true);
  const create = async () => {
    const account =
      kind === "email" ? { type: kind, address: value.trim() } : { type: kind, custom_user_id: value.trim() };
    const body = {
      linked_accounts: [account],
      ...(withWallet && { wallets: [{ chain_type: "ethereum" as const }] }),
    };
    const user = await call("createAppUser", { params: { app_id: appId }, body });
    await refresh("listAppUsers", "getOverview", "listAppWallets");
    await navigate({ to: "/app/$appId/users/$userId", params: { appId, userId: user.id } });
  };
  return (
    <FormDialog
      title="Create user"
      description="Users usually appear when they first sign in. Create one ahead to give a wallet before that."
      action="Create user"
      onClose={onClose}
      onSubmit={create}
      isReady={value.trim() !== ""}
    >
      <div className="flex flex-col gap-1">
        <span className="text-sm font-medium" aria-hidden="true">
          Known by
        </span>
        <Select aria-label="Known by" options={kinds} value={kind} onValue={setKind} />
      </div>
      <Field label={kind === "email" ? "Email address" : "Subject of your JWTs"}>
        <Input
          required
          type={kind === "email" ? "email" : "text"}
          maxLength={254}
          value={value}
          onChange={(event) => setValue(event.target.value)}
        />
      </Field>
      <SwitchRow
        label="Ethereum wallet"
        description="Owned by the user: the app's secret alone cannot sign with it."
        checked={withWallet}
        onChange={setWithWallet}
      />
    </FormDialog>
  );
}
