import type { HostConfig, SetConfig, VolumeRef } from "../config/types.js";
import { Refusal } from "../core/problems.js";
import type { Lun } from "../ontap/index.js";
import type { ReadTools } from "./tools.js";

const nothing = "Nothing was changed.";

/** Every host behind a map of the set's LUNs. One that the configuration does not know is a refusal: it could be writing. */
export async function hostsBehind(
  set: SetConfig,
  members: readonly { readonly source: VolumeRef; readonly luns: readonly Lun[] }[],
  on: ReadTools,
): Promise<readonly HostConfig[]> {
  const found = new Map<string, HostConfig>();
  for (const { source, luns } of members) {
    const igroups = await on.ontap(source.cluster).igroups.list({ svm: source.svm });
    const used = new Set(luns.flatMap((lun) => lun.maps.map((map) => map.igroup.name)));
    for (const igroup of igroups.filter((each) => used.has(each.name))) {
      for (const initiator of igroup.initiators) {
        const host = on.inventory.hosts.find((each) =>
          [each.iqn, ...each.wwpns].some((name) => name?.toLowerCase() === initiator.toLowerCase()),
        );
        if (!host) {
          throw new Refusal(
            `LUNs of ${set.name} are mapped to ${initiator} (igroup ${igroup.name}), which is no host I know: it could be writing to them.`,
            {
              next: `Add it to the configuration or take it out of the igroup. ${nothing}`,
            },
          );
        }
        found.set(host.name, host);
      }
    }
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}
