import { epic } from "./epic.js";
import type { World, WorldCluster, WorldHost, WorldVolume } from "./types.js";

/** The database lies on two volumes of one LUN each: a copy of it is whole only if both are of one instant. */
const parts = ["epic_prd_db01", "epic_prd_db02"];
const LUN = "lun00";

const isProd = ({ name }: { readonly name: string }): boolean => name.startsWith("epic_prd");

function volumes(each: WorldVolume): readonly WorldVolume[] {
  const sizeBytes = each.luns[0]?.sizeBytes ?? 0;
  return parts.map((name) => ({
    ...each,
    name: each.type === "dp" ? `${name}_dr` : name,
    luns: [{ name: LUN, sizeBytes }],
    sizeBytes,
  }));
}

function cluster(each: WorldCluster): WorldCluster {
  return {
    ...each,
    volumes: each.volumes.filter(isProd).flatMap(volumes),
    ...(each.platform === "onprem" ? { groups: [{ name: "cg_epicprd", svm: "svm_epic", volumes: parts }] } : {}),
    igroups: each.igroups.map((igroup) => ({
      ...igroup,
      protocol: "iscsi",
      initiators: epic.hosts.filter(isProductionHost).map(({ iqn }) => iqn),
      // tgt keeps number 0 for its controller
      maps: parts.map((name, i) => ({ lun: `/vol/${name}/${LUN}`, number: i + 1 })),
    })),
  };
}

const hosts = ["epic-prd-01", "epic-trn-01", "epic-bkp-01"];

const isProductionHost = ({ name }: WorldHost): boolean => name === "epic-prd-01";

/**
 * What the lab builds in earnest: the database `prod` on two volumes of a consistency group, its production host and two virtual machines.
 * There is no Fibre Channel in a guest, so production sees its LUNs over iSCSI. Everything else is as in `epic`.
 */
export const lab: World = {
  ...epic,
  name: "lab",
  clusters: epic.clusters.map(cluster),
  mirrors: epic.mirrors
    .filter(({ source }) => source.volume === "epic_prd")
    .flatMap((mirror) =>
      parts.map((volume) => ({
        ...mirror,
        source: { ...mirror.source, volume },
        destination: { ...mirror.destination, volume: `${volume}_dr` },
      })),
    ),
  hosts: epic.hosts
    .filter(({ name }) => hosts.includes(name))
    .map((host) => ({
      ...host,
      wwpns: [],
      mounts: host.mounts.filter(({ volumeGroup }) => volumeGroup === "vg_epicprd"),
    })),
};
