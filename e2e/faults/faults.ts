import type { Fault } from "./fault.ts";
import { lostDatabase } from "./scripts/f7-lost-database.ts";
import { twoReplicas } from "./scripts/f8-two-replicas.ts";
import { killedApi, killedSigner } from "./scripts/f01-killed-processes.ts";
import { powerCut } from "./scripts/f03-power-cut.ts";
import { orderOfSyncs } from "./scripts/f04-order-of-syncs.ts";
import { fullDisk } from "./scripts/f05-full-disk.ts";
import { ioErrors } from "./scripts/f06-io-errors.ts";
import { duplicates } from "./scripts/f10-duplicates.ts";
import { crashPoints } from "./scripts/f12-crash-points.ts";
import { slowClients } from "./scripts/f13-slow-clients.ts";
import { hugeBodies } from "./scripts/f14-huge-bodies.ts";
import { hostileJson } from "./scripts/f15-hostile-json.ts";
import { manyConnections } from "./scripts/f16-many-connections.ts";
import { stoppedSigner } from "./scripts/f20-stopped-signer.ts";
import { tamperedDatabase } from "./scripts/f21-tampered-database.ts";
import { limits } from "./scripts/i16-limits.ts";

/** In the order of their numbers. */
export const faults: readonly Fault[] = [
  killedApi,
  killedSigner,
  powerCut,
  orderOfSyncs,
  fullDisk,
  ioErrors,
  lostDatabase,
  twoReplicas,
  duplicates,
  crashPoints,
  slowClients,
  hugeBodies,
  hostileJson,
  manyConnections,
  stoppedSigner,
  tamperedDatabase,
  limits,
];
