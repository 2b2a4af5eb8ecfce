import { fieldTable } from "../kernel/fields.js";
import type { Rec } from "../kernel/records.js";
import type { Collection, Ctx } from "../kernel/route.js";
import { ref, sees } from "../kernel/scope.js";
import type { LifState } from "../state.js";

const SERVICES: Readonly<Record<LifState["kind"], { policy: string; services: readonly string[] }>> = {
  iscsi: { policy: "default-data-blocks", services: ["data_core", "data_iscsi"] },
  intercluster: { policy: "default-intercluster", services: ["intercluster_core", "management_https"] },
  management: { policy: "default-management", services: ["management_core", "management_https", "management_ssh"] },
};

export const lifFields = fieldTable(
  "uuid name state enabled scope vip svm.{uuid,name} ipspace.{uuid,name} ip.{address,netmask,family} services service_policy.{uuid,name}",
  "location.{node.{uuid,name},port.{uuid,name,node.name},home_node.{uuid,name},home_port.{uuid,name,node.name},is_home,auto_revert,failover,broadcast_domain.{uuid,name}}",
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

export function lifView({ cluster }: Pick<Ctx, "cluster">, lif: LifState): Rec {
  const node = cluster.nodes.find((each) => each.name === lif.node);
  const port = cluster.ports.find((each) => each.node === lif.node && each.name === lif.port);
  const ipspace = cluster.ipspaces.find((each) => each.name === lif.ipspace);
  const { policy, services } = SERVICES[lif.kind];
  const nodeRef = { uuid: node?.uuid, name: lif.node };
  const portRef = { uuid: port?.uuid, name: lif.port, node: { name: lif.node } };
  return {
    uuid: lif.uuid,
    name: lif.name,
    state: lif.enabled && lif.up ? "up" : "down",
    enabled: lif.enabled,
    scope: lif.svm ? "svm" : "cluster",
    vip: false,
    svm: lif.svm && ref(lif.svm),
    ipspace: ipspace && ref(ipspace),
    ip: { address: lif.address, netmask: lif.netmask, family: "ipv4" },
    services,
    service_policy: { name: policy },
    location: {
      node: nodeRef,
      port: portRef,
      home_node: nodeRef,
      home_port: portRef,
      is_home: true,
      auto_revert: false,
      // CVO in Azure: LIFs do not fail over (reference 0).
      failover: cluster.spec.platform === "onprem" && lif.kind !== "iscsi" ? "broadcast_domain_only" : "home_node_only",
    },
  };
}

export const fcInterfaces: Collection = {
  path: "/network/fc/interfaces",
  keys: ["uuid"],
  fields: fieldTable(
    "uuid name state enabled data_protocol wwpn wwnn svm.{uuid,name} location.{node.{uuid,name},port.{name,node.name},home_node.{uuid,name},home_port.name,is_home}",
  ),
  list: (ctx) =>
    ctx.cluster.fcLifs
      .filter((lif) => sees(ctx, lif.svm))
      .map((lif) => ({
        key: lif.uuid,
        view: () => {
          const node = ctx.cluster.nodes.find((each) => each.name === lif.node);
          return {
            uuid: lif.uuid,
            name: lif.name,
            state: lif.enabled ? "up" : "down",
            enabled: lif.enabled,
            data_protocol: "fcp",
            wwpn: lif.wwpn,
            wwnn: lif.wwnn,
            svm: ref(lif.svm),
            location: {
              node: node && ref(node),
              port: { name: lif.port, node: { name: lif.node } },
              home_node: node && ref(node),
              home_port: { name: lif.port },
              is_home: true,
            },
          };
        },
      })),
};

export const ipspaces: Collection = {
  path: "/network/ipspaces",
  keys: ["uuid"],
  clusterOnly: true,
  fields: fieldTable("uuid name"),
  list: ({ cluster }) => cluster.ipspaces.map((each) => ({ key: each.uuid, view: () => ref(each) })),
};

export const broadcastDomains: Collection = {
  path: "/network/ethernet/broadcast-domains",
  keys: ["uuid"],
  clusterOnly: true,
  fields: fieldTable("uuid name mtu ipspace.{uuid,name} ports.{uuid,name,node.name}"),
  list: ({ cluster }) =>
    cluster.broadcastDomains.map((domain) => ({
      key: domain.uuid,
      view: () => ({
        ...ref(domain),
        mtu: domain.mtu,
        ipspace: { uuid: cluster.ipspaces.find((each) => each.name === domain.ipspace)?.uuid, name: domain.ipspace },
        ports: cluster.ports
          .filter(
            (port) => port.broadcastDomain?.name === domain.name && port.broadcastDomain.ipspace === domain.ipspace,
          )
          .map((port) => ({ uuid: port.uuid, name: port.name, node: { name: port.node } })),
      }),
    })),
};

export const ports: Collection = {
  path: "/network/ethernet/ports",
  keys: ["uuid"],
  clusterOnly: true,
  fields: fieldTable(
    "uuid name type state enabled mtu speed node.{uuid,name} broadcast_domain.{uuid,name,ipspace.name} reachability",
  ),
  list: ({ cluster }) =>
    cluster.ports.map((port) => ({
      key: port.uuid,
      view: () => ({
        uuid: port.uuid,
        name: port.name,
        type: port.type,
        state: "up",
        enabled: true,
        mtu: 1500,
        speed: 10_000,
        node: { uuid: cluster.nodes.find((each) => each.name === port.node)?.uuid, name: port.node },
        broadcast_domain: port.broadcastDomain && {
          name: port.broadcastDomain.name,
          ipspace: { name: port.broadcastDomain.ipspace },
        },
        reachability: "ok",
      }),
    })),
};

export const ipRoutes: Collection = {
  path: "/network/ip/routes",
  keys: ["uuid"],
  clusterOnly: true,
  shown: ["destination"],
  fields: fieldTable("uuid gateway metric scope destination.{address,netmask,family} ipspace.name svm.{uuid,name}"),
  list: ({ cluster }) =>
    cluster.routes.map((route) => ({
      key: route.uuid,
      view: () => ({
        uuid: route.uuid,
        gateway: route.gateway,
        metric: route.metric,
        scope: route.svm ? "svm" : "cluster",
        destination: { ...route.destination, family: "ipv4" },
        ipspace: { name: route.ipspace },
        svm: route.svm && ref(route.svm),
      }),
    })),
};
