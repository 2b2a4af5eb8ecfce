/** How the simulated arrays behave where the reference gives a range or two readings (reference 16.1 and 18). */
export interface Knobs {
  /** Job duration, from-to in milliseconds. */
  readonly jobMs: { readonly volume: readonly [number, number]; readonly mirror: readonly [number, number] };
  /** Ended jobs are forgotten after this. */
  readonly jobTtlMs: number;
  /** A new relationship is missing from GET for so long after its job ended: from-to. */
  readonly visibilityMs: readonly [number, number];
  /** Time a transfer is `queued`. */
  readonly queuedMs: number;
  /** Unless a throttle is lower. Infinity: transfers take no time. */
  readonly transferBytesPerSecond: number;
  /** Real time every call takes, for measurements. */
  readonly callMs: number;
  /** Snapshots of a restored volume that are newer than the restored one. */
  readonly restoreNewerSnapshots: "keep" | "drop";
  /** DELETE of a volume whose LUNs are mapped: works (maps go with it) or 524486. */
  readonly deleteWithMappedLun: "succeed" | "busy";
  /** How a call that needs multi-admin approval is told so: with that status, in the job it gets, or (202) taken, without a job and with the request's number. */
  readonly mavStatus: 202 | 400 | 403 | 500 | "job";
  /** State shown after creating a relationship onto an existing rw volume. */
  readonly createOnRw: "uninitialized" | "broken_off";
  /** Does a full last page carry a `next` link to an empty one? */
  readonly emptyLastPage: boolean;
  /** No page is larger, whatever max_records says (a partial page with `next`). */
  readonly pageCap: number;
  /** May an SVM-scoped login read /cluster? */
  readonly svmLoginSeesCluster: boolean;
  /** May an SVM-scoped login see jobs? */
  readonly svmLoginSeesJobs: boolean;
  /** The code of the 404 for a URL that no release knows. */
  readonly unknownUrlCode: 3 | 4;
  /** Initiators' names: stored in lower case, or as given. Compared without regard to case either way. */
  readonly initiatorCase: "lower" | "kept";
  /** `snapshot_policy` in the POST of a clone: taken, or refused with 918247 (a PATCH afterwards is taken always). */
  readonly cloneSnapshotPolicy: "accept" | "refuse";
  /** LUNs of a fresh clone: online, as documented, or offline until somebody enables them. */
  readonly clonedLuns: "online" | "offline";
  /** What `list_destinations_only` shows of a mirror: all it has, or no more than the paths, as old releases. */
  readonly listedDestinations: "full" | "paths";
  /** GET …/transfers: the active ones and those that ended within a day, as newer documents have it, or the active ones only. */
  readonly listedTransfers: "ended" | "active";
  /** `/support/ems/application-logs`: as the release has it (after 9.16), or in every release. */
  readonly applicationLogs: "release" | "always";
  /** The application writes to every rw source volume just before a scheduled update. */
  readonly applicationWrites: "never" | "everyTick";
  /** The site's own job takes `nightly.…` at 02:00 UTC on the seeded sources. */
  readonly nightlies: boolean;
  /** Deleted without force: waits so long in the recovery queue. */
  readonly recoveryQueueMs: number;
  /** Split of a clone takes so long. */
  readonly splitMs: number;
  /** Multi-admin verification rules in force (onprem only): operation -> approvers needed. */
  readonly mavRules: Readonly<Record<string, number>>;
  /** Does the uuid survive a reversal in one PATCH? */
  readonly reverseKeepsUuid: boolean;
  /** A second PATCH or DELETE of a relationship while the job of the first runs is refused with 6619715. */
  readonly modificationsCollide: boolean;
  /** POST transfers on a paused mirror. */
  readonly updateWhilePaused: "refuse" | "allow";
  /** DELETE of a snapshot of a vault's dp volume: 1638521, or done unless it is the base. */
  readonly vaultSnapshotDelete: "refuse" | "allow";
  /** Does a clone in the recovery queue still hold its parent and the parent's snapshot? */
  readonly queuedCloneHolds: boolean;
  /** Do LUN maps live on when a resync makes their volume dp? */
  readonly mapsSurviveResync: boolean;
  /** `snapmirror.*` snapshots of one mirror kept on each side after success. */
  readonly mirrorSnapshotsKept: number;
  /** Refusal of a clone of a dp volume that names no parent snapshot. */
  readonly noParentSnapshotCode: number;
  /** Does a cloned snapshot stop the updates that want to rotate it: as the release has it (before 9.12.1), or never? */
  readonly cloneStall: "release" | "never";
  /** A resync that does not say which: quick as the release has it (from 9.13.1, and refused where the volume has clones), or never. */
  readonly quickResync: "release" | "never";
  /** Encrypted volumes go offline when their key vault was out of reach for so long: four misses of 15 minutes. */
  readonly keyVaultPatienceMs: number;
  /** A fresh peering of clusters is not available before: from-to. */
  readonly peeringMs: readonly [number, number];
  /** More calls at a time than this are refused with 429 and 262160. */
  readonly maxInFlight: number;
  /** What such a refusal says in `Retry-After`, in seconds. */
  readonly retryAfterS: number;
  /** PATCH of a running job with `action`: refused (458783, 458784), or done. */
  readonly jobControl: "refuse" | "allow";
  /** HTTP status of errors that are a feature's own; NetApp's documents name only the codes. */
  readonly featureErrorStatus: 400 | 500;
  /** Where a login that may not do an asynchronous write is told so: at once, or in the job it gets (code 6). */
  readonly rightsCheckedIn: "call" | "job";
  /** Encrypting a volume, or giving it a new key, takes so long. */
  readonly encryptMs: number;
}

export const realistic: Knobs = {
  jobMs: { volume: [200, 3000], mirror: [500, 5000] },
  jobTtlMs: 300_000,
  visibilityMs: [0, 5000],
  queuedMs: 500,
  transferBytesPerSecond: 100 * 2 ** 20,
  callMs: 0,
  restoreNewerSnapshots: "keep",
  deleteWithMappedLun: "succeed",
  mavStatus: 400,
  createOnRw: "uninitialized",
  emptyLastPage: true,
  pageCap: 10_000,
  svmLoginSeesCluster: true,
  svmLoginSeesJobs: true,
  unknownUrlCode: 3,
  initiatorCase: "lower",
  cloneSnapshotPolicy: "accept",
  clonedLuns: "online",
  listedDestinations: "full",
  listedTransfers: "ended",
  applicationLogs: "release",
  applicationWrites: "never",
  nightlies: true,
  recoveryQueueMs: 12 * 3_600_000,
  splitMs: 30_000,
  mavRules: {},
  reverseKeepsUuid: false,
  modificationsCollide: true,
  updateWhilePaused: "refuse",
  vaultSnapshotDelete: "refuse",
  queuedCloneHolds: true,
  mapsSurviveResync: true,
  mirrorSnapshotsKept: 1,
  noParentSnapshotCode: 918247,
  cloneStall: "release",
  quickResync: "release",
  keyVaultPatienceMs: 3_600_000,
  encryptMs: 60_000,
  peeringMs: [0, 3000],
  maxInFlight: Infinity,
  retryAfterS: 1,
  jobControl: "refuse",
  featureErrorStatus: 400,
  rightsCheckedIn: "call",
};

/** Everything that may take time takes none: for tests that are about something else. */
export const instant: Partial<Knobs> = {
  jobMs: { volume: [0, 0], mirror: [0, 0] },
  visibilityMs: [0, 0],
  queuedMs: 0,
  transferBytesPerSecond: Infinity,
  splitMs: 0,
  encryptMs: 0,
  peeringMs: [0, 0],
};

/** What the knobs that are words, or few numbers, may be. */
const CHOICES: Partial<Record<keyof Knobs, readonly (string | number)[]>> = {
  restoreNewerSnapshots: ["keep", "drop"],
  deleteWithMappedLun: ["succeed", "busy"],
  mavStatus: [202, 400, 403, 500, "job"],
  unknownUrlCode: [3, 4],
  initiatorCase: ["lower", "kept"],
  cloneSnapshotPolicy: ["accept", "refuse"],
  clonedLuns: ["online", "offline"],
  listedDestinations: ["full", "paths"],
  listedTransfers: ["ended", "active"],
  applicationLogs: ["release", "always"],
  createOnRw: ["uninitialized", "broken_off"],
  applicationWrites: ["never", "everyTick"],
  updateWhilePaused: ["refuse", "allow"],
  vaultSnapshotDelete: ["refuse", "allow"],
  cloneStall: ["release", "never"],
  quickResync: ["release", "never"],
  jobControl: ["refuse", "allow"],
  featureErrorStatus: [400, 500],
  rightsCheckedIn: ["call", "job"],
};

/**
 * Knobs from outside (JSON, a command line), checked: an unknown one, or a value of another kind than its default, throws. "Infinity" is
 * a number.
 */
export function knobsFrom(given: unknown): Partial<Knobs> {
  if (typeof given !== "object" || given === null || Array.isArray(given))
    throw new Error("an object of knobs is expected");
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => {
      if (!(name in realistic))
        throw new Error(`there is no knob "${name}"; there are: ${Object.keys(realistic).join(", ")}`);
      return [name, checked(name, CHOICES[name as keyof Knobs], realistic[name as keyof Knobs], value)];
    }),
  );
}

function checked(name: string, choices: readonly unknown[] | undefined, like: unknown, value: unknown): unknown {
  if (choices) {
    if (!choices.includes(value)) throw new Error(`knob "${name}" is one of: ${choices.join(", ")}`);
    return value;
  }
  const given = value === "Infinity" ? Infinity : value;
  if (typeof like === "number") {
    if (typeof given !== "number" || Number.isNaN(given) || given < 0) throw new Error(`knob "${name}" is a number`);
    return given;
  }
  if (Array.isArray(like)) {
    const [from, to] = Array.isArray(given) ? (given as unknown[]) : [];
    if (typeof from !== "number" || typeof to !== "number" || from < 0 || to < from)
      throw new Error(`knob "${name}" is a range [from, to]`);
    return [from, to];
  }
  if (typeof like === "object" && like !== null) {
    if (typeof given !== "object" || given === null) throw new Error(`knob "${name}" is an object`);
    const inner = Object.entries(given).map(([key, each]) => {
      const known = (like as Record<string, unknown>)[key];
      return [key, known === undefined ? each : checked(`${name}.${key}`, undefined, known, each)];
    });
    return { ...like, ...Object.fromEntries(inner) };
  }
  if (typeof given !== typeof like) throw new Error(`knob "${name}" is a ${typeof like}`);
  return given;
}
