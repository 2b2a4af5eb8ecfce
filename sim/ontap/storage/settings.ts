import { isRec, type Rec, type Val } from "../kernel/records.js";

/** Attributes the simulator keeps and shows but gives no further meaning. */
export const SETTABLE = [
  "tiering.{policy,min_cooling_days}",
  "efficiency.{compression,compaction,dedupe,cross_volume_dedupe,policy.name}",
  "qos.policy.{name,uuid}",
  "nas.{export_policy.{name,id},security_style,uid,gid,unix_permissions}",
  "space.snapshot.{reserve_percent,autodelete_enabled}",
  "space.logical_space.{enforcement,reporting}",
  "space.{fractional_reserve,nearly_full_threshold_percent,full_threshold_percent}",
  "files.maximum analytics.state access_time_enabled snapshot_directory_access_enabled cloud_retrieval_policy",
].join(" ");

const GROUPS = [
  "tiering",
  "efficiency",
  "qos",
  "nas",
  "space",
  "files",
  "analytics",
  "access_time_enabled",
  "snapshot_directory_access_enabled",
  "cloud_retrieval_policy",
];

/** Those of a body; the junction path and the size have a place of their own. */
export function settingsIn(body: Rec): Rec | undefined {
  const found: Record<string, Val> = {};
  for (const name of GROUPS) {
    const value = body[name];
    if (value === undefined || value === null) continue;
    found[name] = isRec(value) ? Object.fromEntries(Object.entries(value).filter(([key]) => key !== "path")) : value;
  }
  return Object.keys(found).length > 0 ? found : undefined;
}

/** `over` laid on `under`, objects member by member; null takes a member away. */
export function overlaid(under: Rec, over: Readonly<Record<string, unknown>> | undefined): Rec {
  const out: Record<string, Val | undefined> = { ...under };
  for (const [key, value] of Object.entries(over ?? {})) {
    const before = out[key];
    const next = value as Val;
    if (isRec(before) && isRec(next)) out[key] = overlaid(before, next);
    else out[key] = next === null ? undefined : next;
  }
  return out;
}
