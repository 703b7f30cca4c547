import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { CopyField } from "../../components/copy.tsx";
import { ErrorNote } from "../../components/error-panel.tsx";
import { Load } from "../../components/load.tsx";
import { Time } from "../../components/time.tsx";
import { Badge } from "../../components/ui/badge.tsx";
import { Button } from "../../components/ui/button.tsx";
import { Card } from "../../components/ui/card.tsx";
import { Confirm } from "../../components/ui/confirm.tsx";
import { Dialog } from "../../components/ui/dialog.tsx";
import { Field, Input } from "../../components/ui/field.tsx";
import { Select } from "../../components/ui/select.tsx";
import { call } from "../../lib/api/client.ts";
import { read, refresh } from "../../lib/api/queries.ts";
import type { Member, Role } from "../../lib/api/types.ts";
import { useAct } from "../../lib/use-act.ts";
import { roleNames, useMay, useSession } from "../session/session.ts";
import { SettingsPage } from "./settings-page.tsx";

const roles = (["viewer", "developer", "admin"] as const).map((value) => ({ value, label: roleNames[value] }));

export function MembersPage() {
  const isAdmin = useMay("admin");
  const [isInviting, setInviting] = useState(false);
  const members = useQuery(read("listMembers", {}));
  return (
    <SettingsPage>
      <Card
        title="Members"
        description="Viewers look. Developers make keys, policies, users and wallets. Admins also change apps, their secrets and the team."
        flush
        actions={
          isAdmin && (
            <Button small variant="primary" icon="plus" onClick={() => setInviting(true)}>
              Invite
            </Button>
          )
        }
      >
        <Load query={members}>
          {({ data }) => (
            <ul className="divide-y divide-line">
              {data.map((member) => (
                <MemberRow key={member.id} member={member} />
              ))}
            </ul>
          )}
        </Load>
      </Card>
      {isAdmin && <Invitations />}
      {isInviting && <InviteDialog onClose={() => setInviting(false)} />}
    </SettingsPage>
  );
}

function MemberRow({ member }: { member: Member }) {
  const isAdmin = useMay("admin");
  const isMe = useSession().member.id === member.id;
  const [isLeaving, setLeaving] = useState(false);
  const act = useAct();
  const change = (role: Role) =>
    act.run(async () => {
      await call("updateMember", { params: { member_id: member.id }, body: { role } });
      await refresh("listMembers", "getTeamSession");
    });
  const remove = async () => {
    await call("removeMember", { params: { member_id: member.id } });
    await refresh("listMembers");
  };
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2 px-4 py-2.5 text-sm">
      <div className="min-w-0 flex-1 basis-40">
        <div className="truncate font-medium">
          {member.name} {isMe && <Badge>You</Badge>}
        </div>
        <div className="truncate text-faint">{member.email ?? "no email address"}</div>
      </div>
      <span className="text-faint">
        seen <Time at={member.last_seen_at} />
      </span>
      {isAdmin ? (
        <Select
          aria-label={`Role of ${member.name}`}
          options={roles}
          value={member.role}
          onValue={change}
          disabled={act.busy}
          className="w-32"
        />
      ) : (
        <Badge>{roleNames[member.role]}</Badge>
      )}
      {isAdmin && !isMe && (
        <Button small onClick={() => setLeaving(true)}>
          Remove
        </Button>
      )}
      {act.error !== undefined && <ErrorNote error={act.error} className="w-full" />}
      <Confirm
        open={isLeaving}
        onClose={() => setLeaving(false)}
        onConfirm={remove}
        title={`Remove ${member.name}?`}
        action="Remove"
      >
        The member's sessions end at once.
      </Confirm>
    </li>
  );
}

function Invitations() {
  const invitations = useQuery(read("listInvitations", {}));
  const act = useAct();
  if ((invitations.data?.data.length ?? 0) === 0) return null;
  const revoke = (id: string) =>
    act.run(async () => {
      await call("revokeInvitation", { params: { invitation_id: id } });
      await refresh("listInvitations");
    });
  return (
    <Card title="Open invitations" flush>
      {act.error !== undefined && <ErrorNote error={act.error} className="m-3" />}
      <ul className="divide-y divide-line">
        {invitations.data?.data.map((invitation) => (
          <li key={invitation.id} className="flex flex-wrap items-center gap-3 px-4 py-2.5 text-sm">
            <span className="min-w-0 flex-1 basis-40 break-words">{invitation.email ?? "Anybody with the link"}</span>
            <Badge>{roleNames[invitation.role]}</Badge>
            <span className="text-faint">
              ends <Time at={invitation.expires_at} />
            </span>
            <Button small onClick={() => revoke(invitation.id)}>
              Take back
            </Button>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function InviteDialog({ onClose }: { onClose: () => void }) {
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<Role>("developer");
  const [url, setUrl] = useState<string>();
  const act = useAct();
  const invite = (event: FormEvent) => {
    event.preventDefault();
    void act.run(async () => {
      const body = { role, ...(email.trim() !== "" && { email: email.trim() }) };
      const invitation = await call("createInvitation", { body });
      await refresh("listInvitations");
      setUrl(invitation.url);
    });
  };
  if (url !== undefined) {
    return (
      <Dialog open onClose={onClose} title="Invitation made" footer={<Button onClick={onClose}>Done</Button>}>
        <CopyField label="Link" value={url} secret />
        <p className="text-sm text-muted">It works once, and is shown this once. Whoever opens it becomes a member.</p>
      </Dialog>
    );
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title="Invite to the team"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form="invite" busy={act.busy}>
            Invite
          </Button>
        </>
      }
    >
      <form id="invite" onSubmit={invite} className="flex flex-col gap-4">
        <Field label="Email address" hint="Optional. The link is sent there too when the server can send email.">
          <Input type="email" maxLength={254} value={email} onChange={(event) => setEmail(event.target.value)} />
        </Field>
        <div className="flex flex-col gap-1">
          <span className="text-sm font-medium" aria-hidden="true">
            Role
          </span>
          <Select aria-label="Role" options={roles} value={role} onValue={setRole} />
        </div>
        {act.error !== undefined && <ErrorNote error={act.error} />}
      </form>
    </Dialog>
  );
}
