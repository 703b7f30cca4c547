import type { Fault } from "./fault.ts";
import { lostDatabase } from "./scripts/f7-lost-database.ts";
import { twoReplicas } from "./scripts/f8-two-replicas.ts";
import { duplicates } from "./scripts/f10-duplicates.ts";
import { slowClients } from "./scripts/f13-slow-clients.ts";
import { hugeBodies } from "./scripts/f14-huge-bodies.ts";
import { hostileJson } from "./scripts/f15-hostile-json.ts";
import { manyConnections } from "./scripts/f16-many-connections.ts";
import { stoppedSigner } from "./scripts/f20-stopped-signer.ts";

/** In the order of their numbers. */
export const faults: readonly Fault[] = [
  lostDatabase,
  twoReplicas,
  duplicates,
  slowClients,
  hugeBodies,
  hostileJson,
  manyConnections,
  stoppedSigner,
];
