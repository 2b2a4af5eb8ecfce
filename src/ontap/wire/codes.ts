import { Rejected } from "../../core/problems.js";

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
  /** What was to be made is there, or something of its name (compare before calling it done); what was to be taken away is gone. */
  readonly already?: "there" | "gone";
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

const nameTaken = (next: string): CodeFact => ({ already: "there", next });
const gone: CodeFact = { already: "gone", next: "It is gone already." };
const cloneFields: CodeFact = {
  next: "The clone's parent, snapshot or fields do not fit together: read the array's words.",
};
const reverseByHand: CodeFact = {
  next: "One call cannot reverse this mirror: build the opposite one, resynchronise it, then go back.",
};
const alias: CodeFact = { next: "Give the remote SVM a local alias that nothing else here is called." };
const network: CodeFact = { next: "Look at port, broadcast domain and IPspace of that interface." };
const restoreRecord: CodeFact = {
  next: "A restore relationship is only ever deleted, without a mode and with no transfer running.",
};
const keyInUse: CodeFact = { next: "Keys are in use: the volumes they belong to would be lost." };
const audit: CodeFact = { next: "The array could not write its log; what was done is in our own." };
const credentials: CodeFact = {
  next: "Check tenant, client and secret of the key vault, and that they have not ended.",
};

export const CODES: { readonly [code: string]: CodeFact } = {
  // General (reference 1.5). "4" and "6" are answered by name in errors.ts, whatever number they came as.
  "1": nameTaken("Something of that name or key exists: read it and compare."),
  "4": gone,
  "6": { next: "The login's role lacks a right." },
  "7": { retryable: true, next: "The array is at a limit of its own; try again later." },
  "8": { next: "Something uses it." },
  "262160": soon,
  "262325": { next: "Somebody must approve it on the array." },
  "65541": lostInside,
  "65552": lostInside,
  "65562": lostInside,
  "262145": lostInside,

  // Network (2)
  "1376963": { next: "That address is in use." },
  "1966140": nameTaken("An interface of that name exists: read it and compare."),
  "1377261": nameTaken("An IPspace of that name exists."),
  "1966345": nameTaken("That route exists."),
  "1967153": network,
  "1967154": network,
  "1966373": network,
  "1377608": { next: "An interface lives on that port: move or delete it first." },
  "1967103": { next: "Take its ports out first." },
  "1966333": { next: "Empty the IPspace first." },
  "1969180": { next: "Empty the IPspace first." },
  "53281086": { next: "No more intercluster interfaces: use those that are there." },
  "1377609": partly,
  "1967102": partly,

  // Cluster and SVM peers (3, 4)
  "4653075": nameTaken("It is a peer already: read it."),
  "4653076": nameTaken("It is a peer already: read it."),
  "4653236": { next: "Take a longer passphrase." },
  "4653419": { next: "The clusters' policy demands encryption: propose tls_psk." },
  "4655058": { next: "An offer is good for seven days at most." },
  "4656095": { next: "That IPspace needs an intercluster interface that is up, on every node." },
  "4656100": { next: "That is one of its own addresses: give the other cluster's." },
  "8847365": { next: "Nothing answers to that address: check it and the firewall (TCP 11104, 11105, ICMP)." },
  "4653079": { next: "Delete the SVM peerings first." },
  "9896057": nameTaken("That permission exists."),
  "9896086": alias,
  "9896088": alias,
  "9896095": alias,
  "26345575": { next: "The cluster is no peer, or goes by another name: read the cluster peers." },
  "26345580": { next: "There is no such SVM there." },
  "9895956": { next: "Delete its mirrors first." },
  "13434889": lostInside,

  // Schedules and policies (5)
  "459758": { next: "Something uses this schedule." },
  "6621060": nameTaken("A policy of that name exists: compare what is in it."),
  "6619714": { next: "A mirror takes a cron schedule, not an interval." },
  "6619699": { next: "Create the schedule on the destination's cluster." },
  "13304108": { next: "Create the schedule on the destination's cluster." },
  "13304084": { next: "Choose one: all snapshots, the latest, or labels." },

  // Mirrors and transfers (6)
  "6619715": soon,
  "6619720": soon,
  "13303816": soon,
  "13304159": soon,
  "6619637": nameTaken("That volume is a mirror's destination already."),
  "6619546": { next: "A mirror's destination must be a volume of type dp." },
  "13303808": readMirror,
  "13303809": readMirror,
  "13303810": readMirror,
  "13303811": readMirror,
  "13303812": readMirror,
  "13303823": readMirror,
  "13303824": readMirror,
  "13303844": readMirror,
  "13303845": readMirror,
  "13303832": nameTaken("It is initialised already."),
  "13303848": { next: "The transfer can no longer be aborted: read the relationship." },
  "13303849": { next: "The transfer can no longer be aborted: read the relationship." },
  "13303813": {
    ...partly,
    next: "The source let go but the destination's record stayed: delete it with destinationOnly.",
  },
  "13303820": { ...partly, next: "Its attributes were changed, its state was not: send the state alone." },
  "13303822": { ...partly, next: "The release failed or is running: read the relationship and try again." },
  "13303851": restoreRecord,
  "13303854": restoreRecord,
  "13303855": restoreRecord,
  "13304161": restoreRecord,
  "13303868": { ...partly, next: "The destination's volume may have been made: look for it." },
  "13303883": { next: "Set up a key manager on the destination's cluster: its volumes must be encrypted." },
  "13303886": { next: "The SVM peering must allow the application snapmirror." },
  "13303996": reverseByHand,
  "13304003": reverseByHand,
  "13304062": reverseByHand,
  "13304070": reverseByHand,
  "13304086": reverseByHand,
  "13304120": reverseByHand,

  // Volumes and clones (7)
  "917526": nameTaken("A volume of that name exists."),
  "13107405": nameTaken("A volume of that name is being made."),
  "917536": { next: "The volume has not been initialised: wait for the mirror's first transfer." },
  "524486": soon,
  "524615": { next: "It has clones: delete or split them first." },
  "524597": cloneFields,
  "524601": cloneFields,
  "524819": cloneFields,
  "918236": cloneFields,
  "918243": cloneFields,
  "918244": cloneFields,
  "918247": cloneFields,
  "1520442": cloneFields,
  "262190": nameTaken("It says so already."),
  "1638480": { next: "A newer snapshot is a mirror's base." },
  "9437886": { next: "A newer snapshot is locked." },
  "524511": { next: "Read which snapshots are newer, and who holds them." },

  // LUNs, igroups, maps, iSCSI (8)
  "1254207": nameTaken("It is mapped to this igroup already."),
  "5374922": gone,
  "5374023": nameTaken("An igroup of that name exists."),
  "5374035": nameTaken("It is a member already."),
  "5374034": gone,
  "5374852": gone,
  "5374077": nameTaken("The SVM has its iSCSI service."),
  "1254197": mapsFirst,
  "1254213": mapsFirst,
  "5374053": { next: "The LUN is being restored: wait for it." },
  "5374573": { next: "Its node has no iSCSI interface." },
  "5374581": { next: "Its node has no iSCSI interface." },

  // Snapshots (9)
  "525059": nameTaken("A snapshot of that name exists."),
  "1638461": { next: "A mirror takes no snapshots: take it on the source." },
  "1638521": { next: "Delete it on the source; a mirror follows." },
  "1638522": { next: "Rename it on the source; a mirror follows." },
  "1638543": { next: "Something holds this snapshot: read its owners." },
  "1638555": { next: "This snapshot is locked or held until its time: read its owners and its expiry." },
  "1638600": gone,
  "525062": { next: "The volume holds as many snapshots as it can: delete some." },

  // Keys (10)
  "65537463": keyVault,
  "65537500": { next: "The SVM has a key manager already: read which." },
  "65537523": { next: "Give the key as https://VAULT.vault.azure.net/keys/KEY." },
  "65537553": { next: "Give the vault as https://VAULT.vault.azure.net/." },
  "65537540": credentials,
  "65537567": credentials,
  "65537573": credentials,
  "65536817": keyInUse,
  "65536827": keyInUse,
  "65536867": keyInUse,

  // Multi-admin verification (11) and logs (12)
  "262305": { next: "The request is no longer open: read it." },
  "262306": { next: "The request has run out: make it again." },
  "262309": { next: "This cluster does not ask for approvals." },
  "262328": { next: "No rule asks for an approval of that." },
  "262337": { next: "Somebody else must approve what you asked for." },
  "983173": audit,
  "8650851": { next: "AutoSupport is off on this cluster." },

  // Consistency groups (13)
  "53411852": nameTaken("A consistency group of that name exists."),
  "53411860": nameTaken("A consistency group of that name exists."),
  "53411865": { next: "A volume is in another consistency group." },
  "53411921": { next: "No snapshot was taken, or its name is taken: list the group's snapshots." },
  "53411925": { next: "The commit came too late: there is no snapshot. Begin again." },
  "53411959": { next: "Volumes whose snapshots can be locked cannot be in a consistency group." },
  "53412041": { next: "The group is mirrored: delete that mirror first." },
};

const says = (problem: unknown, already: "there" | "gone"): boolean =>
  problem instanceof Rejected && problem.code !== undefined && CODES[problem.code]?.already === already;

/** Did the array refuse to make something because it, or something of its name, is there? Compare before calling it done. */
export const isAlreadyThere = (problem: unknown): boolean => says(problem, "there");

/** Did the array refuse to take something away because it is gone? */
export const isAlreadyGone = (problem: unknown): boolean => says(problem, "gone");
