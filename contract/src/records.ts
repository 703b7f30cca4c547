import { z } from "zod";
import { named } from "./components.ts";
import { pageOf, pageQuery, pathId, text, timestamp } from "./fields.ts";
import { defineRoute } from "./route.ts";

/** docs/records.md has the format to the byte. */
export const record = named(
  "Record",
  z.object({
    id: z.string(),
    index: z.number().int().nonnegative().describe("Position in the app's log, from 0"),
    created_at: timestamp,
    decision: z.enum(["ALLOW", "DENY"]),
    wallet_id: z.string().nullable(),
    entry: z.string().describe("The receipt as it is hashed into the log: canonical JSON, as a text"),
  }),
);

const checkpoint = named(
  "RecordCheckpoint",
  z.object({
    size: z.number().int().nonnegative(),
    checkpoint: z.string().nullable().describe("C2SP signed note; null while the log is empty"),
    key: z.string().nullable().describe("The log's key in the C2SP text form"),
  }),
);

const inclusionProof = named(
  "RecordProof",
  z.object({
    v: z.literal(1),
    key: z.string(),
    index: z.number().int().nonnegative(),
    entry: z.string(),
    proof: z.string().describe("c2sp.org/tlog-proof@v1: audit path and checkpoint"),
  }),
  "Everything that verifies one entry offline, but for the trust in the key.",
);

const consistencyProof = named(
  "RecordConsistency",
  z.object({
    from: z.number().int().nonnegative(),
    to: z.number().int().nonnegative(),
    hashes: z.array(z.string()),
    checkpoint: z.string(),
    key: z.string(),
  }),
);

const size = z
  .string()
  .regex(/^[0-9]{1,15}$/, "A size of the log is a whole number")
  .transform(Number)
  .pipe(z.number().int().nonnegative());

const exportQuery = z.strictObject({
  after: size.optional(),
  limit: z
    .string()
    .regex(/^[0-9]{1,4}$/, "limit must be a whole number")
    .transform(Number)
    .pipe(z.number().int().min(1).max(1000))
    .optional(),
});

const entries = named("RecordEntries", z.object({ after: z.number().int(), entries: z.array(text(1, 100_000)) }));

const ours = { method: "GET", caller: "app", authorization: "none", idempotent: false } as const;
const operators = { ...ours, caller: "team", role: "viewer" } as const;
const appParams = z.strictObject({ app_id: pathId });

export const recordRoutes = {
  listWalletRecords: defineRoute({
    ...ours,
    id: "listWalletRecords",
    path: "/v1/wallets/{wallet_id}/records",
    summary: "What was decided about a wallet, oldest first",
    request: { params: z.strictObject({ wallet_id: pathId }), query: z.strictObject(pageQuery) },
    responses: { 200: named("RecordPage", pageOf(record)) },
    errors: ["not_found"],
  }),
  getRecordCheckpoint: defineRoute({
    ...ours,
    id: "getRecordCheckpoint",
    path: "/v1/records/checkpoint",
    summary: "The signed checkpoint over all that the app's log holds now",
    request: {},
    responses: { 200: checkpoint },
    errors: [],
  }),
  getRecordConsistency: defineRoute({
    ...ours,
    id: "getRecordConsistency",
    path: "/v1/records/consistency",
    summary: "Prove that the log still begins as it did when it had `from` entries",
    request: { query: z.strictObject({ from: size }) },
    responses: { 200: consistencyProof },
    errors: [],
  }),
  getRecordProof: defineRoute({
    ...ours,
    id: "getRecordProof",
    path: "/v1/records/{record_id}/proof",
    summary: "Prove that a receipt is in the log, in one file that verifies offline",
    request: { params: z.strictObject({ record_id: pathId }) },
    responses: { 200: inclusionProof },
    errors: ["not_found"],
  }),
};

/** For the command and the dashboard, which read the log of any app. */
export const recordExportRoutes = {
  exportCheckpoint: defineRoute({
    ...operators,
    id: "exportCheckpoint",
    path: "/operator/v1/apps/{app_id}/records/checkpoint",
    summary: "The signed checkpoint of an app's log",
    request: { params: appParams },
    responses: { 200: checkpoint },
    errors: ["not_found"],
  }),
  exportRecords: defineRoute({
    ...operators,
    id: "exportRecords",
    path: "/operator/v1/apps/{app_id}/records",
    summary: "The entries of an app's log, in order",
    request: { params: appParams, query: exportQuery },
    responses: { 200: entries },
    errors: ["not_found"],
  }),
};
