import { flag, list, size, text, texts, word } from "../kernel/body.js";
import { ApiError, missing } from "../kernel/errors.js";
import type { Ctx, Outcome } from "../kernel/route.js";
import { ref, svmIn } from "../kernel/scope.js";
import { canEncrypt } from "../security/keys.js";
import { requireApproval } from "../security/mav.js";
import type { VolumeState } from "../state.js";
import { freeBytes } from "./aggregates.js";
import { autosizeIn } from "./autosize.js";
import { cloneVolume } from "./clones.js";
import { volumeNamed } from "./content.js";
import { keyVaultDown, nextMsid, noKeys } from "./lookup.js";
import { settingsIn } from "./settings.js";
import { policyNameIn } from "./snapshotPolicies.js";

const MIN_BYTES = 20 * 2 ** 20;
const MAX_NAME = 203;

/** A volume name that may be given: letters, digits and "_", at most 203. */
export function checkVolumeName(name: string | undefined): string {
  if (name === undefined || name === "") throw missing("name");
  if (name.length > MAX_NAME)
    throw new ApiError(917886, `Volume name "${name}" is longer than ${MAX_NAME} characters.`, 400, "name");
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    throw new ApiError(
      917887,
      `Volume name "${name}" is invalid: it must start with a letter or "_" and hold only letters, digits and "_".`,
      400,
      "name",
    );
  }
  return name;
}

/** POST /storage/volumes: a plain volume or a FlexClone (reference 6.4 and 7.2). */
export function createVolume(ctx: Ctx): Outcome {
  const { body, cluster } = ctx;
  const svm = svmIn(ctx);
  const name = checkVolumeName(text(body, "name"));
  const key = `${svm.uuid}/${name}`;
  if (cluster.creating.has(key))
    throw new ApiError(13107405, `Another volume named "${name}" is being created.`, 409, "name");
  requireApproval(ctx, "volume create", `-vserver ${svm.name} -volume ${name}`);
  const uuid = ctx.fabric.ids.next("volume");
  const make = flag(body, "clone.is_flexclone") ? cloneVolume(ctx, svm, name, uuid) : plainVolume(ctx, name, uuid);
  cluster.creating.add(key);
  return {
    location: `/api/storage/volumes/${uuid}`,
    record: { uuid, name, svm: ref(svm) },
    job: {
      kind: "volume",
      svm,
      run: () => {
        if (volumeNamed(cluster, svm.name, name)) {
          throw new ApiError(917526, `Volume name "${name}" is already in use on SVM "${svm.name}".`, 409, "name");
        }
        const volume = make();
        cluster.volumes.push(volume);
      },
      abandon: () => cluster.creating.delete(key),
    },
  };
}

function plainVolume(ctx: Ctx, name: string, uuid: string): () => VolumeState {
  const { body, cluster, fabric } = ctx;
  const svm = svmIn(ctx);
  const bytes = size(body, "size") ?? size(body, "space.size") ?? MIN_BYTES;
  const type = word(body, "type", ["rw", "dp"]) ?? "rw";
  const [named] = list(body, "aggregates") ?? [];
  const wanted = named && (text(named, "name") ?? text(named, "uuid"));
  const aggregate = cluster.aggregates.find(
    (each) => wanted === undefined || each.name === wanted || each.uuid === wanted,
  );
  if (!aggregate) throw new ApiError(787140, `Aggregate "${wanted ?? ""}" does not exist.`, 400, "aggregates.name");
  const asked = flag(body, "encryption.enabled");
  if (asked && !canEncrypt(cluster, svm)) throw noKeys(svm.name);
  const encrypted = asked ?? (cluster.spec.platform !== "onprem" && canEncrypt(cluster, svm));
  const guarantee = word(body, "guarantee.type", ["none", "volume"]) ?? "volume";
  const given = {
    policy: policyNameIn(ctx, svm),
    comment: text(body, "comment"),
    tags: texts(body, "_tags"),
  };
  const state = word(body, "state", ["online", "offline", "restricted"]) ?? "online";
  const locking = flag(body, "snapshot_locking_enabled") ?? false;
  const autosize = autosizeIn(body);
  const settings = settingsIn(body);
  const language = text(body, "language")?.toLowerCase() ?? "c.utf_8";
  return () => {
    if (
      fabric.is(cluster.name, "destinationFull") ||
      (guarantee === "volume" && freeBytes(cluster, aggregate) < bytes)
    ) {
      throw new ApiError(917508, `Aggregate "${aggregate.name}" has not enough space for volume "${name}".`);
    }
    if (encrypted && fabric.is(cluster.name, "keyVaultDown")) throw keyVaultDown();
    return {
      uuid,
      name,
      svm,
      type,
      state,
      sizeBytes: bytes,
      aggregate: aggregate.name,
      encrypted,
      guarantee,
      snapshotPolicy: given.policy ?? (type === "rw" ? "default" : "none"),
      comment: given.comment ?? "",
      tags: given.tags ?? [],
      language,
      createdAt: fabric.now,
      msid: nextMsid(cluster),
      junctionPath: text(body, "nas.path"),
      snapshotLocking: locking,
      initialized: type === "rw",
      content: { id: fabric.ids.content(`${uuid}/empty`), writtenAt: fabric.now, luns: [] },
      snapshots: [],
      identities: new Map(),
      autosize,
      settings,
    };
  };
}
