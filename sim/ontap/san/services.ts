import { accepts, flag, text } from "../kernel/body.js";
import { ApiError, notFound, nothingToChange } from "../kernel/errors.js";
import { fieldTable } from "../kernel/fields.js";
import type { Collection, Ctx, Outcome, Write } from "../kernel/route.js";
import { ref, sees, svmIn } from "../kernel/scope.js";
import type { SessionState, SvmState } from "../state.js";
import { sameInitiator } from "./nesting.js";

const svms = (ctx: Ctx): SvmState[] => ctx.cluster.svms.filter((svm) => sees(ctx, svm));

export const iscsiServices: Collection = {
  path: "/protocols/san/iscsi/services",
  keys: ["svm.uuid"],
  shown: ["svm.name"],
  fields: fieldTable("svm.{uuid,name} enabled target.{name,alias}"),
  list: (ctx) =>
    svms(ctx).flatMap((svm) => {
      const { iscsi } = svm;
      if (!iscsi) return [];
      return [
        {
          key: svm.uuid,
          view: () => ({
            svm: ref(svm),
            enabled: iscsi.enabled,
            target: { name: iscsi.targetName, alias: iscsi.alias },
          }),
        },
      ];
    }),
};

export const fcpServices: Collection = {
  path: "/protocols/san/fcp/services",
  keys: ["svm.uuid"],
  shown: ["svm.name"],
  fields: fieldTable("svm.{uuid,name} enabled target.name"),
  list: (ctx) =>
    svms(ctx).flatMap((svm) => {
      const { fcp } = svm;
      return fcp
        ? [{ key: svm.uuid, view: () => ({ svm: ref(svm), enabled: fcp.enabled, target: { name: fcp.targetName } }) }]
        : [];
    }),
};

export const iscsiSessions: Collection = {
  path: "/protocols/san/iscsi/sessions",
  keys: ["svm.uuid", "target_portal_group", "tsih"],
  shown: ["svm.name"],
  fields: fieldTable(
    "svm.{uuid,name} target_portal_group target_portal_group_tag tsih isid initiator.{name,alias,comment} igroups.{uuid,name}",
    "connections.{cid,authentication_type,initiator_address.{address,port},interface.{uuid,name,ip.{address,port}}}",
  ),
  list: (ctx) =>
    ctx.cluster.sessions.flatMap((session) => {
      const svm = svms(ctx).find((each) => each.iscsi?.targetName === session.targetName);
      if (!svm) return [];
      const portal = portalGroup(ctx, svm, session);
      return [
        { key: `${svm.uuid}/${portal.name}/${session.tsih}`, view: () => sessionView(ctx, svm, session, portal) },
      ];
    }),
};

interface PortalGroup {
  readonly name: string;
  readonly tag: number;
  readonly lif: { readonly uuid: string; readonly name: string } | undefined;
}

/** Each iSCSI LIF is its own target portal group; tags count from 1029 as ONTAP's do. */
function portalGroup(ctx: Ctx, svm: SvmState, session: SessionState): PortalGroup {
  const portals = ctx.cluster.lifs.filter((lif) => lif.kind === "iscsi" && lif.svm === svm);
  const index = portals.findIndex((lif) => lif.address === session.address);
  const lif = portals[index];
  return { name: lif?.name ?? session.address, tag: 1029 + Math.max(0, index), lif };
}

function sessionView(
  ctx: Ctx,
  svm: SvmState,
  session: SessionState,
  portal: PortalGroup,
): ReturnType<ReturnType<Collection["list"]>[number]["view"]> {
  const igroups = ctx.cluster.igroups.filter(
    (each) => each.svm === svm && each.initiators.some((one) => sameInitiator(one.name, session.initiator)),
  );
  return {
    svm: ref(svm),
    target_portal_group: portal.name,
    target_portal_group_tag: portal.tag,
    tsih: session.tsih,
    isid: session.isid,
    initiator: { name: session.initiator },
    igroups: igroups.map(ref),
    connections: [
      {
        cid: 0,
        authentication_type: "none",
        initiator_address: { address: "10.8.4.10", port: 40_000 + session.tsih },
        interface: { ...(portal.lif ? ref(portal.lif) : {}), ip: { address: session.address, port: 3260 } },
      },
    ],
  };
}

function create(ctx: Ctx): Outcome {
  const svm = svmIn(ctx);
  if (svm.iscsi) throw new ApiError(5374077, `The iSCSI service already exists on SVM "${svm.name}".`, 409);
  const hex = ctx.fabric.ids.hex(`${svm.uuid}/iqn`, 32);
  const made = {
    ...svm,
    iscsi: {
      targetName: `iqn.1992-08.com.netapp:sn.${hex}:vs.9`,
      enabled: flag(ctx.body, "enabled") ?? true,
      alias: text(ctx.body, "target.alias") ?? svm.name,
    },
  };
  Object.assign(svm, made);
  return { done: true, location: `/api/protocols/san/iscsi/services/${svm.uuid}`, record: { svm: ref(svm) } };
}

function change(ctx: Ctx): Outcome {
  const svm = svms(ctx).find((each) => each.uuid === ctx.params["svm.uuid"]);
  if (!svm) throw notFound("svm.uuid");
  if (!svm.iscsi) throw new ApiError(5374078, `SVM "${svm.name}" has no iSCSI service.`, 404);
  if (Object.keys(ctx.body).length === 0) throw nothingToChange();
  svm.iscsi.enabled = flag(ctx.body, "enabled") ?? svm.iscsi.enabled;
  svm.iscsi.alias = text(ctx.body, "target.alias") ?? svm.iscsi.alias;
  return { done: true };
}

function remove(ctx: Ctx): Outcome {
  const svm = svms(ctx).find((each) => each.uuid === ctx.params["svm.uuid"]);
  if (!svm) throw notFound("svm.uuid");
  if (!svm.iscsi) throw new ApiError(5374078, `SVM "${svm.name}" has no iSCSI service.`, 404);
  if (svm.iscsi.enabled) throw new ApiError(5373960, "The iSCSI service must be disabled before it is deleted.", 400);
  Object.assign(svm, { iscsi: undefined });
  return { done: true };
}

export const serviceWrites: readonly Write[] = [
  {
    method: "POST",
    path: "/protocols/san/iscsi/services",
    reply: "sync",
    body: accepts("svm.{name,uuid} enabled target.alias"),
    errors: [5374077],
    run: create,
  },
  {
    method: "PATCH",
    path: "/protocols/san/iscsi/services/{svm.uuid}",
    reply: "sync",
    body: accepts("enabled target.alias"),
    errors: [5374078],
    run: change,
  },
  {
    method: "DELETE",
    path: "/protocols/san/iscsi/services/{svm.uuid}",
    reply: "sync",
    errors: [5373960, 5374078],
    run: remove,
  },
];
