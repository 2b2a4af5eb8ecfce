import type { LawOptions } from "./laws.js";

/** Where NetApp's documents leave two readings, the simulator's defaults take one; these take the other, all at once. */
export const otherReadings: NonNullable<LawOptions["knobs"]> = {
  restoreNewerSnapshots: "drop",
  deleteWithMappedLun: "busy",
  emptyLastPage: false,
  svmLoginSeesCluster: false,
  modificationsCollide: false,
  updateWhilePaused: "allow",
  vaultSnapshotDelete: "allow",
  queuedCloneHolds: false,
  mirrorSnapshotsKept: 2,
  featureErrorStatus: 500,
  createOnRw: "broken_off",
  mapsSurviveResync: false,
  quickResync: "never",
  cloneStall: "never",
  mavStatus: "job",
  svmLoginSeesJobs: false,
  unknownUrlCode: 4,
  initiatorCase: "kept",
  cloneSnapshotPolicy: "refuse",
  clonedLuns: "offline",
  listedDestinations: "paths",
  listedTransfers: "active",
  applicationLogs: "always",
};
