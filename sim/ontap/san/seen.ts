import type { ShownTarget } from "../bytes/bytes.js";
import type { FabricState } from "../fabric.js";
import type { ClusterState, IgroupState } from "../state.js";
import { findLun, type LunPlace } from "../storage/content.js";
import { readOnly } from "../storage/luns.js";
import { allInitiators, sameInitiator } from "./nesting.js";

export const holds = (cluster: ClusterState, igroup: IgroupState, initiator: string): boolean =>
  allInitiators(cluster, igroup).some((name) => sameInitiator(name, initiator));

/** A LUN that is offline, or in an offline volume, is not reported. */
export const isOnline = ({ volume, identity }: LunPlace): boolean => volume.state === "online" && identity.enabled;

export interface SeenPlace {
  readonly number: number;
  readonly place: LunPlace;
}

/** LUNs the members of these igroups see, by number. */
export function placesSeen(cluster: ClusterState, wanted: (igroup: IgroupState) => boolean): SeenPlace[] {
  const igroups = new Set(cluster.igroups.filter(wanted).map((each) => each.uuid));
  return cluster.maps
    .filter((map) => igroups.has(map.igroupUuid))
    .flatMap((map) => {
      const place = findLun(cluster, (each) => each.identity.uuid === map.lunUuid);
      return place && isOnline(place) ? [{ number: map.number, place }] : [];
    })
    .sort((a, b) => a.number - b.number);
}

/** Every iSCSI target an initiator can sign in to, with the LUNs it sees there. */
export function targetsSeen(
  fabric: FabricState,
  initiator: string,
  fileOf: (place: LunPlace) => string | undefined,
): ShownTarget[] {
  return [...fabric.clusters.values()].flatMap((cluster) =>
    cluster.svms.flatMap((svm) => {
      if (!svm.iscsi?.enabled) return [];
      const seen = placesSeen(
        cluster,
        (igroup) => igroup.svm === svm && igroup.protocol !== "fcp" && holds(cluster, igroup, initiator),
      );
      const luns = seen.flatMap(({ number, place }) => {
        const file = fileOf(place);
        return file === undefined ? [] : [{ number, file, serial: place.identity.serial, readOnly: readOnly(place) }];
      });
      return [{ iqn: svm.iscsi.targetName, luns }];
    }),
  );
}
