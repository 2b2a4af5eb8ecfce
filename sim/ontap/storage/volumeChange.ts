import { flag, has, isNull, size, text, texts, word } from "../kernel/body.js";
import { ApiError, badValue, notFound, nothingToChange } from "../kernel/errors.js";
import { flagOf } from "../kernel/read.js";
import type { Rec } from "../kernel/records.js";
import type { Ctx, Outcome } from "../kernel/route.js";
import { canEncrypt } from "../security/keys.js";
import { requireApproval } from "../security/mav.js";
import type { VolumeState } from "../state.js";
import { freeBytes } from "./aggregates.js";
import { autosizeIn } from "./autosize.js";
import { volumeNamed } from "./content.js";
import { keyVaultDown, noKeys, volumeAt } from "./lookup.js";
import { revertVolume } from "./revert.js";
import { overlaid, settingsIn } from "./settings.js";
import { policyNameIn } from "./snapshotPolicies.js";
import { checkVolumeName } from "./volumeCreate.js";

/** PATCH /storage/volumes/{uuid}: attributes, restore in place, split of a clone, encryption. */
export function changeVolume(ctx: Ctx): Outcome {
  const { body, cluster } = ctx;
  const volume = volumeAt(ctx);
  if (Object.keys(body).length === 0) throw nothingToChange();
  const snapshot = restoreTo(ctx);
  if (snapshot !== undefined) {
    if (Object.keys(body).length > 1)
      throw new ApiError(918251, "No other field may be changed together with restore_to.", 400);
    requireApproval(
      ctx,
      "volume snapshot restore",
      `-vserver ${volume.svm.name} -volume ${volume.name} -snapshot ${snapshot}`,
    );
    return { job: { kind: "volume", svm: volume.svm, run: () => revertVolume(ctx.fabric, cluster, volume, snapshot) } };
  }
  if (has(body, "clone.split_initiated")) return split(ctx, volume);
  requireApproval(ctx, "volume modify", `-vserver ${volume.svm.name} -volume ${volume.name}`);
  const encrypt = conversion(ctx, volume);
  const apply = attributes(ctx, volume);
  const dry = flagOf(ctx.query, "validate_only", false);
  const run = (): void => {
    if (!cluster.volumes.includes(volume)) throw notFound();
    if (dry) return;
    apply();
    encrypt?.();
  };
  return { job: { kind: "volume", svm: volume.svm, run } };
}

function attributes(ctx: Ctx, volume: VolumeState): () => void {
  const { body, cluster } = ctx;
  const name = has(body, "name") ? checkVolumeName(text(body, "name")) : undefined;
  const bytes = size(body, "size") ?? size(body, "space.size");
  const state = word(body, "state", ["online", "offline", "restricted"]);
  const comment = isNull(body, "comment") ? "" : text(body, "comment");
  const tags = isNull(body, "_tags") ? [] : texts(body, "_tags");
  const policy = policyNameIn(ctx, volume.svm);
  const guarantee = word(body, "guarantee.type", ["none", "volume"]);
  const autosize = autosizeIn(body, volume.autosize);
  const settings = settingsIn(body);
  if (policy !== undefined && volume.type === "dp") {
    throw new ApiError(
      917617,
      "The snapshot policy of a data protection volume cannot be changed.",
      400,
      "snapshot_policy.name",
    );
  }
  return () => {
    if (name !== undefined && name !== volume.name && volumeNamed(cluster, volume.svm.name, name)) {
      throw new ApiError(917526, `Volume name "${name}" is already in use on SVM "${volume.svm.name}".`, 409);
    }
    if (name !== undefined) volume.name = name;
    if (bytes !== undefined) resize(ctx, volume, bytes);
    if (state !== undefined) setState(ctx, volume, state);
    if (comment !== undefined) volume.comment = comment;
    if (tags !== undefined) volume.tags = tags;
    if (policy !== undefined) volume.snapshotPolicy = policy;
    if (guarantee !== undefined) volume.guarantee = guarantee;
    const locking = flag(body, "snapshot_locking_enabled");
    if (locking !== undefined) setLocking(ctx, volume, locking);
    if (has(body, "nas.path")) volume.junctionPath = text(body, "nas.path") || undefined;
    volume.autosize = autosize;
    if (settings) volume.settings = overlaid((volume.settings ?? {}) as Rec, settings);
  };
}

/** In the body, or as arguments of the query. */
const restoreTo = ({ body, query }: Ctx): string | undefined =>
  ["restore_to.snapshot.name", "restore_to.snapshot.uuid"]
    .map((field) => text(body, field) ?? query.get(field) ?? undefined)
    .find((each) => each !== undefined);

function resize({ fabric, cluster }: Ctx, volume: VolumeState, bytes: number): void {
  const aggregate = cluster.aggregates.find((each) => each.name === volume.aggregate);
  const more = bytes - volume.sizeBytes;
  const full = fabric.is(cluster.name, "destinationFull") || (aggregate && freeBytes(cluster, aggregate) < more);
  if (more > 0 && volume.guarantee === "volume" && full)
    throw new ApiError(917508, `Aggregate "${volume.aggregate}" has not enough space for volume "${volume.name}".`);
  volume.sizeBytes = bytes;
}

function setState({ fabric, cluster }: Ctx, volume: VolumeState, state: VolumeState["state"]): void {
  if (state === "online" && volume.encrypted && fabric.is(cluster.name, "keyVaultDown") && volume.state !== "online")
    throw keyVaultDown();
  volume.state = state;
  if (state === "online") volume.offlineForKeys = undefined;
}

/** Cannot be taken away while unexpired locks exist, nor given to a member of a consistency group: reference 9. */
function setLocking({ fabric, cluster }: Ctx, volume: VolumeState, locking: boolean): void {
  const locked = volume.snapshots.some((each) => (each.snaplockExpiresAt ?? 0) > fabric.now);
  if (!locking && locked) throw new ApiError(9437886, `Volume "${volume.name}" holds locked snapshots.`);
  if (locking && cluster.groups.some((each) => each.volumeUuids.includes(volume.uuid)))
    throw new ApiError(918636, `Volume "${volume.name}" is in a consistency group.`);
  volume.snapshotLocking = locking;
}

/** Encryption of a plain volume, or a new key for an encrypted one: reference 10. Runs on after the job. */
function conversion({ body, fabric, cluster }: Ctx, volume: VolumeState): (() => void) | undefined {
  const enabled = flag(body, "encryption.enabled");
  const rekey = flag(body, "encryption.rekey") ?? false;
  if (enabled === false && volume.encrypted) throw badValue("encryption.enabled", false);
  const encrypt = enabled === true && !volume.encrypted;
  if (!encrypt && !rekey) return undefined;
  if (encrypt && !canEncrypt(cluster, volume.svm)) throw noKeys(volume.svm.name);
  if (rekey && !volume.encrypted)
    throw new ApiError(196608022, `Volume "${volume.name}" is not encrypted.`, 400, "encryption.rekey");
  return () => {
    if (fabric.is(cluster.name, "keyVaultDown")) throw keyVaultDown();
    if (volume.converting && volume.converting.until > fabric.now)
      throw new ApiError(rekey ? 196608207 : 196608208, `A conversion or rekey of "${volume.name}" is in progress.`);
    const until = fabric.now + fabric.knobs.encryptMs;
    volume.converting = { what: encrypt ? "encrypting" : "rekeying", from: fabric.now, until };
    fabric.at(until, () => {
      volume.converting = undefined;
      volume.encrypted = true;
      if (rekey) volume.keyGeneration = (volume.keyGeneration ?? 0) + 1;
    });
  };
}

function split(ctx: Ctx, volume: VolumeState): Outcome {
  const { fabric, cluster, body } = ctx;
  if (Object.keys(body).length > 1)
    throw new ApiError(918248, "No other field may be changed together with clone.split_initiated.", 400);
  if (!volume.clone || flag(body, "clone.split_initiated") !== true)
    throw badValue("clone.split_initiated", body["clone"]);
  return {
    job: {
      kind: "volume",
      svm: volume.svm,
      run: () => {
        const { clone } = volume;
        if (!clone || !cluster.volumes.includes(volume)) throw notFound();
        clone.splitStartedAt = fabric.now;
        clone.splitEndsAt = fabric.now + fabric.knobs.splitMs;
        fabric.at(clone.splitEndsAt, () => {
          if (cluster.volumes.includes(volume)) volume.clone = undefined;
        });
      },
    },
  };
}
