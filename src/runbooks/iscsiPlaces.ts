import { Refusal } from "../core/problems.js";
import { igroupFor } from "./clone/observe.js";
import { mirrorPlaces } from "./inventory.js";
import type { ReadTools } from "./tools.js";

/** An SVM that gives LUNs to Azure hosts, as one host meets it. */
export interface IscsiPlace {
  readonly cluster: string;
  readonly svm: string;
  readonly target: string;
  readonly portals: readonly string[];
  /** The igroup the host's initiator is in, or the one it will get. */
  readonly igroup: { readonly name: string; readonly isThere: boolean; readonly inUse: readonly number[] };
}

/** Every SVM mirrors live in, its iSCSI target and its portals. Throws a Refusal where one serves none now. */
export function iscsiPlaces(
  host: { readonly name: string },
  iqn: string,
  on: ReadTools,
): Promise<readonly IscsiPlace[]> {
  return Promise.all(
    mirrorPlaces(on.inventory).map(async ({ cluster, svm }): Promise<IscsiPlace> => {
      const array = on.ontap(cluster);
      const [service, portals, igroups, maps] = await Promise.all([
        array.iscsi.findService(svm),
        array.interfaces.iscsi(svm),
        array.igroups.list({ svm }),
        array.lunMaps.list({ svm }),
      ]);
      if (!service?.enabled || portals.length === 0)
        throw new Refusal(
          `${svm} on ${cluster} serves no iSCSI now: ${service?.enabled ? "none of its iSCSI interfaces is up" : "its iSCSI service is off"}.`,
          { next: "Nothing was changed." },
        );
      const igroup = igroupFor(host.name, iqn, igroups, maps);
      const isThere = igroups.some((each) => each.name === igroup.name);
      return {
        cluster,
        svm,
        target: service.targetIqn,
        portals: portals.map((portal) => portal.address),
        igroup: { ...igroup, isThere },
      };
    }),
  );
}
