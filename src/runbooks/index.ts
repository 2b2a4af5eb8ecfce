import type { AnyRunbook } from "./define.js";
import { clone } from "./clone.js";
import { deleteSnapshot } from "./delete-snapshot.js";
import { drDrill } from "./dr-drill.js";
import { connectClusters } from "./connect-clusters.js";
import { deployConnector } from "./deploy-connector.js";
import { deployCvo } from "./deploy-cvo.js";
import { encryptSvm } from "./encrypt-svm.js";
import { startCvo } from "./start-cvo.js";
import { attachNic } from "./attach-nic.js";
import { stopCvo } from "./stop-cvo.js";
import { extendLease } from "./extend-lease.js";
import { failback } from "./failback.js";
import { failover } from "./failover.js";
import { fence } from "./fence.js";
import { pauseMirror } from "./pause-mirror.js";
import { peerSvms } from "./peer-svms.js";
import { prepareHostRunbook } from "./prepare-host.js";
import { protect } from "./protect.js";
import { provision } from "./provision.js";
import { refreshClone } from "./refresh-clone.js";
import { releaseClone } from "./release-clone.js";
import { restore } from "./restore.js";
import { rewindClone } from "./rewind-clone.js";
import { resyncMirror } from "./resync-mirror.js";
import { resumeMirror } from "./resume-mirror.js";
import { throttleMirror } from "./throttle-mirror.js";
import { snapshot } from "./snapshot.js";
import { unprotect } from "./unprotect.js";
import { updateMirror } from "./update-mirror.js";

/** One line per runbook. A version that has open runs stays until they have ended. */
export const runbooks: readonly AnyRunbook[] = [
  clone,
  refreshClone,
  rewindClone,
  releaseClone,
  extendLease,
  restore,
  failover,
  fence,
  failback,
  drDrill,
  updateMirror,
  pauseMirror,
  resumeMirror,
  throttleMirror,
  snapshot,
  connectClusters,
  peerSvms,
  encryptSvm,
  deleteSnapshot,
  resyncMirror,
  prepareHostRunbook,
  provision,
  unprotect,
  protect,
  deployConnector,
  deployCvo,
  startCvo,
  stopCvo,
  attachNic,
];

export type { AnyRunbook, Drawn } from "./define.js";
export { draw } from "./define.js";
export type { Inventory, ReadTools } from "./tools.js";
export { clonesAmong, listClones, ownerOf, readNote, type Clone, type CloneNote } from "./clones.js";
