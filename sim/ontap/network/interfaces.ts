import { fieldTable } from "../kernel/fields.js";
import type { Rec } from "../kernel/records.js";
import type { Collection, Ctx } from "../kernel/route.js";
import { ref, sees } from "../kernel/scope.js";
import type { LifState } from "../state.js";
import { family } from "./address.js";
import { policyOf, policyRef } from "./policies.js";
import { isUp } from "./reach.js";

export const lifFields = fieldTable(
  "uuid name state enabled scope vip svm.{uuid,name} ipspace.{uuid,name} ip.{address,netmask,family} services service_policy.{uuid,name}",
  "location.{node.{uuid,name},port.{uuid,name,node.name},home_node.{uuid,name},home_port.{uuid,name,node.name},is_home,auto_revert,failover,broadcast_domain.{uuid,name}}",
  "recommend.messages!",
);

export const ipInterfaces: Collection = {
  path: "/network/ip/interfaces",
  keys: ["uuid"],
  fields: lifFields,
  list: (ctx) =>
    ctx.cluster.lifs
      .filter((lif) => sees(ctx, lif.svm))
      .map((lif) => ({ key: lif.uuid, view: () => lifView(ctx, lif) })),
};

/** A LIF as GET shows it. One whose address Azure does not know is up all the same: ONTAP cannot tell. */
export function lifView(ctx: Pick<Ctx, "cluster" | "fabric">, lif: LifState): Rec {
  const { cluster } = ctx;
  const ipspace = cluster.ipspaces.find((each) => each.name === lif.ipspace);
  const policy = policyOf(lif);
  return {
    uuid: lif.uuid,
    name: lif.name,
    state: isUp(cluster, lif) ? "up" : "down",
    enabled: lif.enabled,
    scope: lif.svm ? "svm" : "cluster",
    vip: false,
    svm: lif.svm && ref(lif.svm),
    ipspace: ipspace && ref(ipspace),
    ip: { address: lif.address, netmask: lif.netmask, family: family(lif.address) },
    services: policy.services,
    service_policy: policyRef(ctx, lif, policy.name),
    location: location(ctx, lif),
  };
}

function location({ cluster }: Pick<Ctx, "cluster">, lif: LifState): Rec {
  const home = lif.home ?? lif;
  const nodeRef = (name: string): Rec => ({ uuid: cluster.nodes.find((each) => each.name === name)?.uuid, name });
  const portAt = (place: { node: string; port: string }): Rec => {
    const port = cluster.ports.find((each) => each.node === place.node && each.name === place.port);
    return { uuid: port?.uuid, name: place.port, node: { name: place.node } };
  };
  const at = cluster.ports.find((each) => each.node === lif.node && each.name === lif.port)?.broadcastDomain;
  const domain = cluster.broadcastDomains.find((each) => each.name === at?.name && each.ipspace === at.ipspace);
  return {
    node: nodeRef(lif.node),
    port: portAt(lif),
    home_node: nodeRef(home.node),
    home_port: portAt(home),
    is_home: home.node === lif.node && home.port === lif.port,
    auto_revert: false,
    // CVO in Azure: LIFs do not fail over (reference 0).
    failover: cluster.spec.platform === "onprem" && lif.kind !== "iscsi" ? "broadcast_domain_only" : "home_node_only",
    broadcast_domain: domain && ref(domain),
  };
}
