import type { UseQueryResult } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import type { Operation } from "../lib/api/client.ts";
import { refresh } from "../lib/api/queries.ts";
import { useAppId } from "../lib/use-app-id.ts";
import { BackLink } from "./back-link.tsx";
import { Id } from "./copy.tsx";
import { Load } from "./load.tsx";
import { Page } from "./page.tsx";
import { Button } from "./ui/button.tsx";
import { Confirm } from "./ui/confirm.tsx";

type Deletion = {
  label?: string;
  title: string;
  text: ReactNode;
  typed?: string;
  run: () => Promise<unknown>;
  /** What has another answer afterwards. */
  changes: Operation[];
};

type DetailPageProps<T> = {
  title: string;
  id: string;
  /** What the ID is called. */
  idLabel: string;
  /** Where it is listed. */
  list: { to: string; label: string };
  query: UseQueryResult<T>;
  actions?: ReactNode;
  /** Left out for those who may not delete it. */
  deletion?: Deletion | false | undefined;
  narrow?: boolean;
  children: (data: T) => ReactNode;
};

/** A page about one thing: its name and ID, the way back, how to delete it, and what was read about it. */
export function DetailPage<T>({ list, deletion, ...props }: DetailPageProps<T>) {
  const { title, id, idLabel, query, actions, narrow = false, children } = props;
  const appId = useAppId();
  const navigate = useNavigate();
  const [isDeleting, setDeleting] = useState(false);
  const remove = async (chosen: Deletion) => {
    await chosen.run();
    await navigate({ to: list.to, params: { appId } as never });
    await refresh(...chosen.changes);
  };
  return (
    <Page
      narrow={narrow}
      title={title}
      detail={<Id value={id} label={idLabel} full />}
      above={
        <BackLink to={list.to} params={{ appId }}>
          {list.label}
        </BackLink>
      }
      actions={
        <>
          {deletion && !query.isError && (
            <Button icon="trash" onClick={() => setDeleting(true)}>
              {deletion.label ?? "Delete"}
            </Button>
          )}
          {!query.isError && actions}
        </>
      }
    >
      <Load query={query}>{children}</Load>
      {deletion && (
        <Confirm
          open={isDeleting}
          onClose={() => setDeleting(false)}
          onConfirm={() => remove(deletion)}
          title={deletion.title}
          action={deletion.label ?? "Delete"}
          {...(deletion.typed === undefined ? {} : { typed: deletion.typed })}
        >
          {deletion.text}
        </Confirm>
      )}
    </Page>
  );
}
