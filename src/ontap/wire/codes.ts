/**
 * What the array's error codes mean to us (reference 1.5, 6.5, 17). Only the codes that change what Sluice does or says are here; any other code is a
 * plain no in the array's own words. One table for HTTP answers and failed jobs, because the same code may come either way.
 */
export interface CodeFact {
  /** What the person can do next: one sentence. */
  readonly next?: string;
  /** The same call may succeed soon. */
  readonly retryable?: true;
  /** After a write with this answer nobody knows, or only a part of it happened: it is in doubt, not rejected. */
  readonly doubt?: true;
}

const soon: CodeFact = { retryable: true };
/** Between the array's own parts: the part that acts may have acted. A read may simply be tried again. */
const lostInside: CodeFact = { doubt: true, retryable: true };
const partly: CodeFact = { doubt: true };
const mapsFirst: CodeFact = { next: "Unmap its LUNs first." };
const keyVault: CodeFact = {
  next: "Look at the SVM's key vault: encrypted volumes go offline when it stays unreachable.",
};
const readMirror: CodeFact = {
  next: "Read why the mirror is unhealthy; a transfer that runs must end or be aborted first.",
};

export const CODES: { readonly [code: string]: CodeFact } = {
  "7": { retryable: true, next: "The array is at a limit of its own; try again later." },
  "262160": soon,
  "524486": soon,
  "6619715": soon,
  "6619720": soon,
  "13303816": soon,
  "13304159": soon,

  "65541": lostInside,
  "65552": lostInside,
  "65562": lostInside,
  "262145": lostInside,

  "13303813": {
    ...partly,
    next: "The source let go but the destination's record stayed: delete it with destinationOnly.",
  },
  "13303820": { ...partly, next: "Its attributes were changed, its state was not: send the state alone." },
  "13303822": { ...partly, next: "The release failed or is running: read the relationship and try again." },
  "1377609": partly,
  "1967102": partly,

  "262325": { next: "Somebody must approve it on the array." },
  "917526": { next: "A volume of that name exists." },
  "13107405": { next: "A volume of that name is being made." },
  "917536": { next: "The volume has not been initialised: wait for the mirror's first transfer." },
  "524615": { next: "It has clones: delete or split them first." },
  "525059": { next: "A snapshot of that name exists." },
  "1638461": { next: "A mirror takes no snapshots: take it on the source." },
  "1638521": { next: "Delete it on the source; a mirror follows." },
  "1638522": { next: "Rename it on the source; a mirror follows." },
  "1638543": { next: "Something holds this snapshot: read its owners." },
  "1638555": { next: "This snapshot is locked or held until its time: read its owners and its expiry." },
  "1638480": { next: "A newer snapshot is a mirror's base." },
  "9437886": { next: "A newer snapshot is locked." },
  "1254197": mapsFirst,
  "1254213": mapsFirst,
  "5374053": { next: "The LUN is being restored: wait for it." },
  "5374573": { next: "Its node has no iSCSI interface." },
  "5374581": { next: "Its node has no iSCSI interface." },
  "6619637": { next: "That volume is a mirror's destination already." },
  "6619546": { next: "A mirror's destination must be a volume of type dp." },
  "6619699": { next: "Create the schedule on the destination's cluster." },
  "13304108": { next: "Create the schedule on the destination's cluster." },
  "6619714": { next: "A mirror takes a cron schedule, not an interval." },
  "13303808": readMirror,
  "13303809": readMirror,
  "13303810": readMirror,
  "13303811": readMirror,
  "13303823": readMirror,
  "13303824": readMirror,
  "13303812": readMirror,
  "13303844": readMirror,
  "13303845": readMirror,
  "13303883": { next: "Set up a key manager on the destination's cluster: its volumes must be encrypted." },
  "13303886": { next: "The SVM peering must allow the application snapmirror." },
  "65537463": keyVault,
  "65537500": keyVault,
  "65537567": keyVault,
};
