import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { Field, Input } from "../../components/ui/field.tsx";
import { FormDialog } from "../../components/ui/form-dialog.tsx";
import { Select } from "../../components/ui/select.tsx";
import { call } from "../../lib/api/client.ts";
import { refresh } from "../../lib/api/queries.ts";
import { useAppId } from "../../lib/use-app-id.ts";
import { type ChainType, chainTypeOptions } from "./chain-types.ts";

export function CreateWalletDialog({ onClose }: { onClose: () => void }) {
  const appId = useAppId();
  const navigate = useNavigate();
  const [chainType, setChainType] = useState<ChainType>("ethereum");
  const [name, setName] = useState("");
  const [owner, setOwner] = useState("");
  const create = async () => {
    const id = owner.trim();
    const body = {
      chain_type: chainType,
      ...(name.trim() !== "" && { display_name: name.trim() }),
      ...(id !== "" && (id.startsWith("did:") ? { owner: { user_id: id } } : { owner_id: id })),
    };
    const wallet = await call("createAppWallet", { params: { app_id: appId }, body });
    await refresh("listAppWallets", "getOverview");
    await navigate({ to: "/app/$appId/wallets/$walletId", params: { appId, walletId: wallet.id } });
  };
  return (
    <FormDialog title="Create wallet" action="Create wallet" onClose={onClose} onSubmit={create}>
      <div className="flex flex-col gap-1">
        <span className="text-sm font-medium" aria-hidden="true">
          Chain type
        </span>
        <Select aria-label="Chain type" options={chainTypeOptions} value={chainType} onValue={setChainType} />
      </div>
      <Field
        label="Owner"
        hint="A user ID (did:privy:…) or a key quorum ID. Without an owner, the app's secret alone signs with the wallet."
      >
        <Input
          mono
          value={owner}
          onChange={(event) => setOwner(event.target.value)}
          placeholder="did:privy:… or key quorum ID"
        />
      </Field>
      <Field label="Name" hint="Optional.">
        <Input maxLength={100} value={name} onChange={(event) => setName(event.target.value)} />
      </Field>
    </FormDialog>
  );
}
