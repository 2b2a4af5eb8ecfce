import { epic } from "./epic.js";
import type { World, WorldCluster, WorldHost, WorldVolume } from "./types.js";

const LUNS = 2;

const isProd = ({ name }: { readonly name: string }): boolean => name.startsWith("epic_prd");

function volume(each: WorldVolume): WorldVolume {
  const luns = each.luns.slice(0, LUNS);
  return { ...each, luns, sizeBytes: luns.reduce((sum, lun) => sum + lun.sizeBytes, 0) };
}

function cluster(each: WorldCluster): WorldCluster {
  return {
    ...each,
    volumes: each.volumes.filter(isProd).map(volume),
    igroups: each.igroups.map((igroup) => ({
      ...igroup,
      protocol: "iscsi",
      initiators: epic.hosts.filter(isProductionHost).map(({ iqn }) => iqn),
      // tgt keeps number 0 for its controller
      maps: igroup.maps
        .filter(({ lun }) => lun.startsWith("/vol/epic_prd/"))
        .slice(0, LUNS)
        .map((map, i) => ({ ...map, number: i + 1 })),
    })),
  };
}

const isProductionHost = ({ name }: WorldHost): boolean => name === "epic-prd-01";

/**
 * What the lab builds in earnest: the database `prod` on two LUNs, its production host and one virtual machine. There is no Fibre Channel
 * in a guest, so production sees its LUNs over iSCSI. Everything else is as in `epic`.
 */
export const lab: World = {
  ...epic,
  name: "lab",
  clusters: epic.clusters.map(cluster),
  mirrors: epic.mirrors.filter(({ source }) => source.volume === "epic_prd"),
  hosts: epic.hosts
    .filter(({ name, kind }) => name === "epic-prd-01" || (kind === "azure-vm" && name === "epic-trn-01"))
    .map((host) => ({
      ...host,
      wwpns: [],
      mounts: host.mounts.filter(({ volumeGroup }) => volumeGroup === "vg_epicprd"),
    })),
};
