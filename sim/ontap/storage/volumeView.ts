import { fieldTable } from "../kernel/fields.js";
import { isoTime } from "../kernel/query.js";
import type { Rec } from "../kernel/records.js";
import type { Ctx } from "../kernel/route.js";
import { ref } from "../kernel/scope.js";
import type { ClusterState, VolumeState } from "../state.js";
import { freeBytes } from "./aggregates.js";
import { usedBytes } from "./content.js";
import { overlaid } from "./settings.js";
import { policyOf } from "./snapshotPolicies.js";

/** What a FlexClone is made of, in a POST and in what is read. */
export const CLONE =
  "clone.{is_flexclone,parent_volume.{uuid,name},parent_snapshot.{uuid,name},parent_svm.{uuid,name}}";
export const volumeFields = fieldTable(
  "uuid name svm.{uuid,name} type state style size create_time language comment msid _tags",
  "aggregates.{uuid,name} guarantee.{type,honored} snapshot_policy.{name,uuid} nas.path",
  "space.{size,used,available,fractional_reserve,nearly_full_threshold_percent,full_threshold_percent} space.{snapshot.{used,reserve_percent,reserve_size,autodelete_enabled},logical_space.{used,used_percent,available}}!",
  "encryption.{enabled,state,type,key_id,status.{code,message}} snapmirror.{is_protected,destinations.{is_ontap,is_cloud}}",
  `${CLONE} clone.{split_initiated,split_complete_percent,inherited_physical_used} clone.split_estimate!`,
  "tiering.{policy,min_cooling_days} nas.{export_policy.{name,id},security_style,uid,gid,unix_permissions} qos.policy.{name,uuid}",
  "efficiency.{compression,compaction,dedupe,cross_volume_dedupe,policy.name,schedule,state} files.{maximum,used} analytics.state access_time_enabled is_object_store",
  "space.logical_space.{enforcement,reporting} autosize.{mode,maximum,minimum,grow_threshold,shrink_threshold} cloud_retrieval_policy activity_tracking.state movement.state!",
  "snapshot_directory_access_enabled snapshot_count! is_svm_root! snapshot_locking_enabled consistency_group.{name,uuid} snaplock.type",
);

/** A volume as GET shows it: reference 7.1. */
export function volumeView(ctx: Ctx, volume: VolumeState): Rec {
  const { cluster, fabric } = ctx;
  const aggregate = cluster.aggregates.find((each) => each.name === volume.aggregate);
  const used = usedBytes(volume);
  const destinations = cluster.releases.filter((each) => each.source.volumeUuid === volume.uuid);
  const group = cluster.groups.find((each) => each.volumeUuids.includes(volume.uuid));
  const shown: Rec = {
    uuid: volume.uuid,
    name: volume.name,
    svm: ref(volume.svm),
    type: volume.type,
    state: volume.state,
    style: "flexvol",
    size: volume.sizeBytes,
    create_time: isoTime(volume.createdAt),
    language: volume.language,
    comment: volume.comment,
    msid: volume.msid,
    _tags: volume.tags,
    aggregates: aggregate ? [ref(aggregate)] : [],
    guarantee: { type: volume.guarantee, honored: true },
    snapshot_policy: policyRef(cluster, volume),
    nas: {
      path: volume.junctionPath,
      export_policy: { name: "default" },
      security_style: "unix",
      uid: 0,
      gid: 0,
      unix_permissions: 755,
    },
    tiering: { policy: "none" },
    efficiency: { compression: "none", compaction: "none", dedupe: "none", state: "disabled" },
    files: { maximum: 21_251_126, used: 100 },
    autosize: autosizeView(volume),
    access_time_enabled: true,
    space: {
      size: volume.sizeBytes,
      used,
      available: Math.min(volume.sizeBytes - used, aggregate ? freeBytes(cluster, aggregate) : 0),
      snapshot: { used: volume.snapshots.length * 2 ** 30, reserve_percent: 0 },
      logical_space: { used, enforcement: false, reporting: false },
    },
    encryption: encryptionView(ctx, volume),
    snapmirror: {
      is_protected: destinations.length > 0,
      destinations: { is_ontap: destinations.length > 0, is_cloud: false },
    },
    clone: cloneView(fabric.now, cluster, volume),
    snapshot_count: volume.snapshots.length,
    is_svm_root: false,
    snapshot_locking_enabled: volume.snapshotLocking,
    consistency_group: group ? ref(group) : undefined,
    snaplock: { type: "non_snaplock" },
  };
  return overlaid(shown, volume.settings);
}

/** Encryption as GET shows it: what runs, and the id of the key it has. */
function encryptionView({ fabric }: Ctx, volume: VolumeState): Rec {
  const running = volume.converting && volume.converting.until > fabric.now ? volume.converting.what : undefined;
  return {
    enabled: volume.encrypted || running === "encrypting",
    state: running ?? (volume.encrypted ? "encrypted" : "unencrypted"),
    type: volume.encrypted || running ? "volume" : "none",
    key_id: volume.encrypted
      ? fabric.ids.hex(`key/${volume.uuid}/${volume.keyGeneration ?? 0}`, 64).toUpperCase()
      : undefined,
    status: { code: "0", message: "" },
  };
}

function policyRef(cluster: ClusterState, volume: VolumeState): Rec {
  const policy = policyOf(cluster, volume);
  return policy ? ref(policy) : { name: volume.snapshotPolicy };
}

const DEFAULT_MAXIMUM = 1.2;

function autosizeView(volume: VolumeState): Rec {
  const mode = volume.autosize?.mode ?? (volume.type === "dp" ? "grow_shrink" : "off");
  const maximum = volume.autosize?.maximum ?? Math.round(volume.sizeBytes * DEFAULT_MAXIMUM);
  const { growThreshold = 85, shrinkThreshold = 50 } = volume.autosize ?? {};
  return { mode, maximum, minimum: volume.sizeBytes, grow_threshold: growThreshold, shrink_threshold: shrinkThreshold };
}

function cloneView(now: number, cluster: ClusterState, volume: VolumeState): Rec {
  const { clone } = volume;
  if (!clone) return { is_flexclone: false };
  const parent = [...cluster.volumes, ...cluster.queue.map((each) => each.volume)].find(
    (each) => each.uuid === clone.parentVolumeUuid,
  );
  const { splitStartedAt, splitEndsAt } = clone;
  const splitting = splitStartedAt !== undefined && splitEndsAt !== undefined;
  return {
    is_flexclone: true,
    parent_volume: parent ? ref(parent) : undefined,
    parent_snapshot: { uuid: clone.parentSnapshotUuid, name: clone.parentSnapshotName },
    parent_svm: ref(volume.svm),
    split_initiated: splitting,
    split_complete_percent: splitting
      ? Math.floor((100 * (now - splitStartedAt)) / Math.max(1, splitEndsAt - splitStartedAt))
      : undefined,
    split_estimate: Math.round(volume.sizeBytes * 0.6),
    inherited_physical_used: Math.round(volume.sizeBytes * 0.6),
  };
}
