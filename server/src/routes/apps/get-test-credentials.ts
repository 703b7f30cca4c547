import type { appRoutes } from "@mandate/contract/apps";
import { ApiError } from "../../api-error.ts";
import { findApp } from "../../apps/app-settings.ts";
import { decideAndCommit, jsonAnswer } from "../../authority/decide-and-commit.ts";
import type { RouteHandler } from "../handler.ts";

type Account = { id: string; email: string; otp_code: string };

/** The signer alone can open the codes, and notes that it did. */
export const getTestCredentials: RouteHandler<typeof appRoutes.getTestCredentials> = async (
  deps,
  { request, appId, params },
) => {
  const app = params.app_id === appId ? await findApp(deps, appId) : undefined;
  if (app === undefined) throw new ApiError("not_found");
  const { accepted } = await decideAndCommit(deps, request, {
    appId,
    records: [],
    idempotent: false,
    // Never stored with the commit: they would be codes at rest.
    answer: () => jsonAnswer(null),
  });
  const { accounts } = accepted!.result as { accounts: Account[] };
  const created_at = new Date(app.createdAtMs).toISOString();
  const data = accounts.map((account) => ({ ...account, phone_number: "", created_at, updated_at: created_at }));
  return { status: 200, body: { data } };
};
