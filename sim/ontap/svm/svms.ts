import { accepts, text } from "../kernel/body.js";
import { notFound, nothingToChange } from "../kernel/errors.js";
import { fieldTable } from "../kernel/fields.js";
import type { Collection, Ctx, Outcome, Write } from "../kernel/route.js";
import { ref, sees } from "../kernel/scope.js";

const fields = fieldTable(
  "uuid name state subtype language comment ipspace.{uuid,name} aggregates.{uuid,name} iscsi.{enabled,allowed} fcp.{enabled,allowed}",
  "{nfs,cifs,nvme,s3}.{enabled,allowed} ndmp.allowed certificate.{uuid,name}",
  "snapshot_policy.name ip_interfaces.{uuid,name,ip.address,services} max_volumes!",
);

export const svms: Collection = {
  path: "/svm/svms",
  keys: ["uuid"],
  fields,
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
          comment: svm.comment ?? "",
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

/** Only the comment can be changed: SVMs are the world's. */
function change(ctx: Ctx): Outcome {
  const svm = ctx.cluster.svms.find((each) => each.uuid === ctx.params["uuid"] && sees(ctx, each));
  if (!svm) throw notFound();
  const comment = text(ctx.body, "comment");
  if (comment === undefined) throw nothingToChange();
  return {
    job: {
      kind: "volume",
      svm,
      run: () => {
        svm.comment = comment;
      },
    },
  };
}

export const svmWrites: readonly Write[] = [
  {
    method: "PATCH",
    path: "/svm/svms/{uuid}",
    reply: "async",
    body: accepts("comment"),
    readable: fields,
    errors: [],
    run: change,
  },
];
