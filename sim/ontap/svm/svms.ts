import { fieldTable } from "../kernel/fields.js";
import type { Collection } from "../kernel/route.js";
import { ref, sees } from "../kernel/scope.js";

export const svms: Collection = {
  path: "/svm/svms",
  keys: ["uuid"],
  fields: fieldTable(
    "uuid name state subtype language comment ipspace.{uuid,name} aggregates.{uuid,name} iscsi.{enabled,allowed} fcp.{enabled,allowed}",
    "snapshot_policy.name ip_interfaces.{uuid,name,ip.address,services} max_volumes!",
  ),
  list: (ctx) =>
    ctx.cluster.svms
      .filter((svm) => sees(ctx, svm))
      .map((svm) => ({
        key: svm.uuid,
        view: () => ({
          uuid: svm.uuid,
          name: svm.name,
          state: "running",
          subtype: "default",
          language: "c.utf_8",
          comment: "",
          ipspace: ctx.cluster.ipspaces[0] && ref(ctx.cluster.ipspaces[0]),
          aggregates: ctx.cluster.aggregates.map(ref),
          iscsi: { enabled: svm.iscsi?.enabled ?? false, allowed: true },
          fcp: { enabled: svm.fcp?.enabled ?? false, allowed: true },
          snapshot_policy: { name: "default" },
          ip_interfaces: ctx.cluster.lifs
            .filter((lif) => lif.svm === svm)
            .map((lif) => ({
              uuid: lif.uuid,
              name: lif.name,
              ip: { address: lif.address },
              services: [`data_${lif.kind}`],
            })),
          max_volumes: "unlimited",
        }),
      })),
};
