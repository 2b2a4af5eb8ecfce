import type { FabricState } from "../fabric.js";
import type { ClusterPeerState, ClusterState, LifState } from "../state.js";

/** Up as ONTAP sees it: enabled, its port too, and the cable in. */
export function isUp(cluster: ClusterState, lif: LifState): boolean {
  const port = cluster.ports.find((each) => each.node === lif.node && each.name === lif.port);
  return lif.enabled && lif.up && port?.enabled !== false;
}

/**
 * Does anything arrive at the LIF? In Azure only what the platform knows: the address must be that of a NIC of the node the LIF is on, so
 * a LIF with an invented address, or one that migrated, is up and dead (reference 0 and 2).
 */
export const isAlive = (cluster: ClusterState, lif: LifState): boolean =>
  isUp(cluster, lif) && (!cluster.azure || cluster.azure.get(lif.address) === lif.node);

/** Intercluster LIFs of an IPspace. */
export const intercluster = (cluster: ClusterState, ipspace: string): readonly LifState[] =>
  cluster.lifs.filter((lif) => lif.kind === "intercluster" && lif.ipspace === ipspace);

export type Reach = "available" | "partial" | "unavailable";

/**
 * How well a cluster and a peer of its reach each other: a full mesh of intercluster LIFs, with one at least on every node, is available;
 * less than that partial, nothing at all unavailable (reference 2).
 */
export function reachOf(fabric: FabricState, cluster: ClusterState, peer: ClusterPeerState): Reach {
  const remote = peer.remote === undefined ? undefined : fabric.clusters.get(peer.remote);
  const back = remote?.peers.find((each) => each.remote === cluster.name);
  if (!remote || !back || !fabric.cabled(cluster.name, remote.name)) return "unavailable";
  const sides = [side(cluster, peer.ipspace), side(remote, back.ipspace)];
  if (sides.some((each) => each === "unavailable")) return "unavailable";
  return sides.every((each) => each === "available") ? "available" : "partial";
}

function side(cluster: ClusterState, ipspace: string): Reach {
  const lifs = intercluster(cluster, ipspace);
  const alive = lifs.filter((lif) => isAlive(cluster, lif));
  if (alive.length === 0) return "unavailable";
  const everyNode = cluster.nodes.every((node) => alive.some((lif) => lif.node === node.name));
  return everyNode && alive.length === lifs.length ? "available" : "partial";
}
