import { fieldTable } from "../kernel/fields.js";
import type { Collection } from "../kernel/route.js";

type Message = readonly [name: string, severity: string, description: string, action: string];

/** The events worth watching of reference 12, and those the simulator itself raises. Wording is our own. */
const MESSAGES: readonly Message[] = [
  [
    "snapmirror.dst.snapDelErr",
    "error",
    "A snapshot of a mirror's destination could not be deleted.",
    "Find who holds it.",
  ],
  ["smc.snapmir.init.fail", "error", "A baseline transfer failed.", "Correct the cause and initialize again."],
  ["smc.snapmir.upd.fail", "error", "An update failed.", "Correct the cause; the next update goes on."],
  ["mgmt.snapmir.dst.invalidType", "error", "The destination is not a data protection volume.", "Use a dp volume."],
  [
    "sm.xfer.fail.del.snap",
    "error",
    "A transfer failed since snapshots could not be deleted.",
    "Delete old snapshots.",
  ],
  ["sms.status.out.of.sync", "error", "A synchronous mirror is out of sync.", "Check both clusters."],
  ["smc.vlt.cascade.xfer.fail", "error", "A vault transfer of a cascade failed.", "Check the first mirror."],
  [
    "smc.snap.upd.retention.fail",
    "error",
    "The retention of a snapshot could not be set.",
    "Check the ComplianceClock.",
  ],
  ["sm.xfer.afs.divergence", "notice", "File systems diverged and were brought together.", "None."],
  ["snapmirror_copy.UpdateTimeIncreased", "notice", "Updates take longer than before.", "Check the network."],
  ["LUN.offline", "alert", "A LUN was taken offline.", "Bring it online if that was not meant."],
  ["LUN.online", "notice", "A LUN was brought online.", "None."],
  ["LUN.destroy", "notice", "A LUN was deleted.", "None."],
  [
    "kmip2.server.keysOffline",
    "emergency",
    "Keys are out of reach, volumes are offline.",
    "Make the key vault answer.",
  ],
  ["wafl.snap.create.failed", "error", "A snapshot could not be made.", "See the volume."],
  ...["emergency", "alert", "error", "notice", "informational", "debug"].map((severity): Message => [
    `app.log.${severity}`,
    severity,
    "An application wrote this.",
    "Ask the application.",
  ]),
];

export const emsMessages: Collection = {
  path: "/support/ems/messages",
  keys: ["name"],
  clusterOnly: true,
  noInstance: true,
  fields: fieldTable("name severity description corrective_action deprecated snmp_trap_type"),
  list: () =>
    MESSAGES.map(([name, severity, description, corrective_action]) => ({
      key: name,
      view: () => ({
        name,
        severity,
        description,
        corrective_action,
        deprecated: false,
        snmp_trap_type: "severity_based",
      }),
    })),
};
