import { fieldTable } from "../kernel/fields.js";
import type { Collection, Ctx } from "../kernel/route.js";
import type { ClusterPeerState } from "../state.js";
import { versionView } from "./cluster.js";

export const clusterPeerFields = fieldTable(
  "uuid name authentication.{state,in_use,expiry_time} encryption.{proposed,state} remote.{name,ip_addresses,serial_number}",
  "status.{state,update_time} ipspace.{uuid,name} peer_applications@7 version.{full,generation,major,minor}@7 ip_address@13 initial_allowed_svms.{name,uuid}",
);

export const clusterPeers: Collection = {
  path: "/cluster/peers",
  keys: ["uuid"],
  clusterOnly: true,
  fields: clusterPeerFields,
  list: (ctx) => ctx.cluster.peers.map((each) => ({ key: each.uuid, view: () => peerView(ctx, each) })),
};

export function peerView(
  { fabric, cluster }: Pick<Ctx, "fabric" | "cluster">,
  peer: ClusterPeerState,
): ReturnType<ReturnType<Collection["list"]>[number]["view"]> {
  const remote = peer.remote === undefined ? undefined : fabric.clusters.get(peer.remote);
  const mutual = remote?.peers.some((each) => each.remote === cluster.name) ?? false;
  const reachable = remote !== undefined && fabric.connected(cluster.name, remote.name);
  const ipspace = cluster.ipspaces.find((each) => each.name === peer.ipspace);
  return {
    uuid: peer.uuid,
    name: peer.name,
    authentication: { state: mutual ? "ok" : "pending", in_use: mutual ? "ok" : "absent" },
    encryption: { proposed: peer.encryption, state: mutual ? peer.encryption : "none" },
    remote: remote && { name: remote.name, ip_addresses: peer.addresses, serial_number: "1-80-000011" },
    status: { state: !remote ? "unidentified" : !mutual || !reachable ? "unavailable" : "available" },
    ipspace: { uuid: ipspace?.uuid, name: peer.ipspace },
    peer_applications: peer.applications,
    version: remote && mutual ? versionView(remote) : undefined,
  };
}
