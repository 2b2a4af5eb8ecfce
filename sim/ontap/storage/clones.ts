import { has, text, texts, word } from "../kernel/body.js";
import { ApiError } from "../kernel/errors.js";
import { leafNames } from "../kernel/records.js";
import type { Ctx } from "../kernel/route.js";
import type { SnapshotState, SvmState, VolumeState } from "../state.js";
import { vaultOf } from "../security/keys.js";
import { volumeNamed } from "./content.js";
import { flexClone } from "./flexClone.js";
import { keyVaultDown } from "./lookup.js";
import { settingsIn } from "./settings.js";
import { policyNameIn } from "./snapshotPolicies.js";
import { addSnapshot } from "./snapshots.js";

/** Given besides the clone object itself: reference 7.2 (918247 otherwise). */
const ALLOWED =
  /^(name|type|svm\..*|nas(\..*)?|guarantee\.type|comment|_tags|qos.*|snapshot_policy\..*|tiering.*|clone\..*|space\.snapshot.*)$/;

/**
 * Checks the request for a FlexClone and gives what makes it when the job ends: the parent's aggregate and size, the snapshot's
 * content, new uuids and serials for the LUNs, no maps. A dp parent needs a named snapshot, since none can be made there.
 */
export function cloneVolume(ctx: Ctx, svm: SvmState, name: string, uuid: string): () => VolumeState {
  const { body, fabric, cluster } = ctx;
  const refused = fabric.knobs.cloneSnapshotPolicy === "refuse" ? /^snapshot_policy\./ : undefined;
  const odd = leafNames(body).find((field) => !ALLOWED.test(field) || refused?.test(field));
  if (odd !== undefined)
    throw new ApiError(918247, `Field "${odd}" cannot be given when a clone is created.`, 400, odd);
  if (has(body, "nas.path") && has(body, "clone.parent_svm"))
    throw new ApiError(1520442, "nas.path and clone.parent_svm exclude each other.", 400);
  if ((word(body, "type", ["rw", "dp"]) ?? "rw") !== "rw")
    throw new ApiError(918244, "The type of a clone must be rw here.", 400, "type");
  const parent = parentOf(ctx, svm);
  const wanted = { name: text(body, "clone.parent_snapshot.name"), uuid: text(body, "clone.parent_snapshot.uuid") };
  const named = wanted.name !== undefined || wanted.uuid !== undefined;
  if (!named && parent.type === "dp") {
    throw new ApiError(
      fabric.knobs.noParentSnapshotCode,
      "clone.parent_snapshot is required: the parent is a data protection volume.",
      400,
      "clone.parent_snapshot",
    );
  }
  const guarantee = word(body, "guarantee.type", ["none", "volume"]) ?? parent.guarantee;
  const given = {
    policy: policyNameIn(ctx, svm),
    comment: text(body, "comment"),
    tags: texts(body, "_tags"),
    junctionPath: text(body, "nas.path"),
    settings: settingsIn(body),
  };
  return () => {
    if (!cluster.volumes.includes(parent)) throw new ApiError(524601, "The parent volume of the clone does not exist.");
    if (parent.state !== "online") throw new ApiError(917775, `Parent volume "${parent.name}" is not online.`);
    if (!parent.initialized) throw new ApiError(917536, `Volume "${parent.name}" is not initialized.`);
    if (parent.restoring !== undefined)
      throw new ApiError(524819, `Clone creation failed: volume "${parent.name}" is being restored.`);
    refuseKeys(ctx, parent);
    const snapshot = named
      ? pick(parent, wanted)
      : addSnapshot(fabric, parent, { name: `clone_${name}.${fabric.ids.count()}` });
    return flexClone(ctx, { parent, snapshot, name, uuid, guarantee, ...given });
  };
}

/** Cloning needs the parent's keys: reference 7.2 and 10. */
function refuseKeys({ fabric, cluster }: Ctx, parent: VolumeState): void {
  if (!parent.encrypted) return;
  if (fabric.is(cluster.name, "keyVaultDown")) throw keyVaultDown();
  if ((vaultOf(cluster, parent.svm)?.rekeyUntil ?? 0) > fabric.now)
    throw new ApiError(65537529, "A rekey of the internal keys is in progress.");
}

function parentOf(ctx: Ctx, svm: SvmState): VolumeState {
  const name = text(ctx.body, "clone.parent_volume.name");
  const uuid = text(ctx.body, "clone.parent_volume.uuid");
  const parent =
    uuid !== undefined
      ? ctx.cluster.volumes.find((each) => each.uuid === uuid)
      : volumeNamed(ctx.cluster, svm.name, name ?? "");
  if (!parent || parent.svm !== svm)
    throw new ApiError(
      524601,
      `The parent volume "${name ?? uuid ?? ""}" of the clone does not exist.`,
      400,
      "clone.parent_volume",
    );
  if (name !== undefined && parent.name !== name)
    throw new ApiError(918236, "clone.parent_volume.uuid and .name are of different volumes.", 400);
  return parent;
}

function pick(parent: VolumeState, wanted: { name: string | undefined; uuid: string | undefined }): SnapshotState {
  const found = parent.snapshots.find((each) =>
    wanted.uuid === undefined ? each.name === wanted.name : each.uuid === wanted.uuid,
  );
  if (!found)
    throw new ApiError(
      524597,
      `Clone creation failed: snapshot "${wanted.name ?? wanted.uuid ?? ""}" does not exist on volume "${parent.name}".`,
    );
  if (wanted.name !== undefined && found.name !== wanted.name)
    throw new ApiError(918243, "clone.parent_snapshot.uuid and .name are of different snapshots.");
  return found;
}
