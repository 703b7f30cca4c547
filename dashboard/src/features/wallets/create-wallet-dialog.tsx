import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { ErrorNote } from "../../components/error-panel.tsx";
import { Button } from "../../components/ui/button.tsx";
import { Dialog } from "../../components/ui/dialog.tsx";
import { Field, Input } from "../../components/ui/field.tsx";
import { Select } from "../../components/ui/select.tsx";
import { call } from "../../lib/api/client.ts";
import { refresh } from "../../lib/api/queries.ts";
import { useAct } from "../../lib/use-act.ts";
import { useAppId } from "../../lib/use-app-id.ts";
import { type ChainType, chainTypeOptions } from "./chain-types.ts";

export function CreateWalletDialog({ onClose }: { onClose: () => void }) {
  const appId = useAppId();
  const navigate = useNavigate();
  const [chainType, setChainType] = useState<ChainType>("ethereum");
  const [name, setName] = useState("");
  const [owner, setOwner] = useState("");
  const act = useAct();
  const create = (event: FormEvent) => {
    event.preventDefault();
    void act.run(async () => {
      const id = owner.trim();
      const body = {
        chain_type: chainType,
        ...(name.trim() !== "" && { display_name: name.trim() }),
        ...(id !== "" && (id.startsWith("did:") ? { owner: { user_id: id } } : { owner_id: id })),
      };
      const wallet = await call("createAppWallet", { params: { app_id: appId }, body });
      await refresh("listAppWallets", "getOverview");
      await navigate({ to: "/app/$appId/wallets/$walletId", params: { appId, walletId: wallet.id } });
    });
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title="Create wallet"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form="create-wallet" busy={act.busy}>
            Create wallet
          </Button>
        </>
      }
    >
      <form id="create-wallet" onSubmit={create} className="flex flex-col gap-4">
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
        {act.error !== undefined && <ErrorNote error={act.error} />}
      </form>
    </Dialog>
  );
}
