import { fieldTable } from "../kernel/fields.js";
import type { Collection } from "../kernel/route.js";
import { ref, sees } from "../kernel/scope.js";

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
