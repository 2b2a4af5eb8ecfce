import { fieldTable } from "../kernel/fields.js";
import { atLeast } from "../kernel/releases.js";
import type { Collection } from "../kernel/route.js";
import type { ClusterState } from "../state.js";

/** What a system comes with: CVO in Azure by default FlexClone, iSCSI, SnapMirror and SnapRestore, key management from 9.12.1 (reference 0). */
function licencesOf({ spec }: ClusterState): readonly string[] {
  if (spec.licences) return spec.licences;
  const always = ["flexclone", "iscsi", "snapmirror", "snaprestore"];
  if (spec.platform === "onprem") return [...always, "fcp", "volume_encryption"];
  const encrypts = spec.volumes.some((each) => each.encrypted);
  return [
    ...always,
    ...(encrypts ? ["volume_encryption"] : []),
    ...(atLeast(spec.release, "9.12.1") ? ["mt_ek_mgmt"] : []),
  ];
}

export const licences: Collection = {
  path: "/cluster/licensing/licenses",
  keys: ["name"],
  clusterOnly: true,
  fields: fieldTable("name scope state licenses.{owner,serial_number,active}"),
  list: ({ cluster }) =>
    licencesOf(cluster).map((name) => ({
      key: name,
      view: () => ({
        name,
        scope: "node",
        state: "compliant",
        licenses: cluster.nodes.map((node) => ({ owner: node.name, serial_number: node.serial, active: true })),
      }),
    })),
};
