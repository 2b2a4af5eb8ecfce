import { accepts } from "../kernel/body.js";
import { fieldTable } from "../kernel/fields.js";
import { flagOf } from "../kernel/read.js";
import type { Collection, Ctx, Entry, Write } from "../kernel/route.js";
import type { RelationshipState } from "../state.js";
import { changeRelationship } from "./change.js";
import { createRelationship } from "./create.js";
import { inScope, visibleRelationships } from "./lookup.js";
import { relationshipView, releaseView } from "./relationshipView.js";
import { deleteRelationship } from "./remove.js";

const fields = fieldTable(
  "uuid source.{path,svm.{uuid,name},cluster.{uuid,name}} destination.{path,svm.{uuid,name},cluster.{uuid,name}}",
  "state healthy unhealthy_reason.{code,message} unhealthy_reason.arguments lag_time exported_snapshot restore",
  "policy.{uuid,name,type} group_type identity_preservation throttle transfer_schedule.{uuid,name} backoff_level",
  "transfer.{state,uuid,bytes_transferred} transfer.{end_time,total_duration} transfer.{type,last_updated_time}",
  "last_transfer_type total_transfer_bytes total_transfer_duration last_transfer_network_compression_ratio",
  "source.consistency_group_volumes.name! destination.consistency_group_volumes.name!",
);

export const relationships: Collection = {
  path: "/snapmirror/relationships",
  keys: ["uuid"],
  shown: ["source.path", "destination.path"],
  fields,
  flags: ["list_destinations_only"],
  list: (ctx) =>
    flagOf(ctx.query, "list_destinations_only", false)
      ? ctx.cluster.releases
          .filter((each) => inScope(ctx, each.source))
          .map((each) => ({ key: each.relationshipUuid, view: () => releaseView(ctx, each) }))
      : visibleRelationships(ctx).map((each) => entry(ctx, each)),
};

const entry = (ctx: Ctx, relationship: RelationshipState): Entry => ({
  key: relationship.uuid,
  view: () => relationshipView(ctx, relationship),
});

export const relationshipWrites: readonly Write[] = [
  {
    method: "POST",
    path: "/snapmirror/relationships",
    reply: "async",
    body: accepts(
      "source.{path,cluster.{name,uuid},svm.{name,uuid}} destination.{path,cluster.{name,uuid},svm.{name,uuid}} policy.{name,uuid} restore state",
      "throttle transfer_schedule.{name,uuid} backoff_level identity_preservation",
      "create_destination.{enabled,size,snapshot_locking_enabled,tiering.{supported,policy},storage_service.{enabled,name,enforce_performance}}",
    ),
    readable: fields,
    errors: [
      6619637, 6619441, 6619699, 6619714, 13303821, 13303841, 13303852, 13303866, 13303868, 13303869, 13303873,
      13303874, 13303875, 13303877, 13303883, 13303886, 13303892, 13303938, 13304132,
    ],
    run: createRelationship,
  },
  {
    method: "PATCH",
    path: "/snapmirror/relationships/{uuid}",
    reply: "async",
    flags: ["force", "validate_only", "failback", "failover", "force_failover"],
    body: accepts(
      "state restore_to_snapshot preserve quick_resync recover_after_break policy.{name,uuid} throttle transfer_schedule.{name,uuid}",
      "backoff_level source.{path,cluster.{name,uuid}} destination.{path,cluster.{name,uuid}}",
    ),
    readable: fields,
    errors: [
      13303808, 13303809, 13303810, 13303812, 13303817, 13303818, 13303820, 13303821, 13303830, 13303831, 13303834,
      13303835, 13303836, 13303837, 13303851, 13303866, 13303996, 13304003, 13304062, 13304086, 13304120, 6619699,
      6619714, 6619715, 9437886,
    ],
    run: changeRelationship,
  },
  {
    method: "DELETE",
    path: "/snapmirror/relationships/{uuid}",
    reply: "async",
    flags: ["destination_only", "source_only", "source_info_only"],
    errors: [4, 6619715, 13303822, 13303854, 13303855, 13304082],
    run: deleteRelationship,
  },
];
