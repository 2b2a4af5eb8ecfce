import { has, integer, needText, text, word } from "../kernel/body.js";
import { ApiError } from "../kernel/errors.js";
import type { Ctx, Outcome } from "../kernel/route.js";
import { notAuthorized } from "../kernel/errors.js";
import type { ClusterState, End, RelationshipState, SvmState, VolumeState } from "../state.js";
import { volumeNamed } from "../storage/content.js";
import { freeBytes } from "../storage/aggregates.js";
import { nextMsid } from "../storage/lookup.js";
import { checkSchedule, wishes } from "./lookup.js";
import { startTransfer } from "./transfers.js";

interface Place {
  readonly cluster: ClusterState;
  readonly svm: SvmState;
  readonly name: string;
  readonly path: string;
}

function parsePath(path: string, field: string): { svm: string; name: string } {
  const colon = path.indexOf(":");
  if (colon < 0) throw new ApiError(13303852, `The path "${path}" lacks ":".`, 400, field);
  return { svm: path.slice(0, colon), name: path.slice(colon + 1) };
}

function destinationOf(ctx: Ctx): Place {
  const path = needText(ctx.body, "destination.path");
  const { svm: svmName, name } = parsePath(path, "destination.path");
  const svm = ctx.cluster.svms.find((each) => each.name === svmName);
  if (!svm)
    throw new ApiError(
      13303841,
      `SVM "${svmName}" of the destination is not on this cluster.`,
      400,
      "destination.path",
    );
  if (ctx.scope && ctx.scope !== svm) throw notAuthorized();
  return { cluster: ctx.cluster, svm, name, path };
}

/** The remote SVM goes by its local alias, and must be peered for SnapMirror: reference 4. */
function sourceOf(ctx: Ctx, destination: Place): Place {
  const { cluster, fabric, body } = ctx;
  const path = needText(body, "source.path");
  const { svm: alias, name } = parsePath(path, "source.path");
  const clusterName = text(body, "source.cluster.name");
  if (
    clusterName !== undefined &&
    clusterName !== cluster.name &&
    !cluster.peers.some((each) => each.remote === clusterName)
  ) {
    throw new ApiError(13303877, `Cluster "${clusterName}" is not a peer.`, 400, "source.cluster.name");
  }
  const local = cluster.svms.find((each) => each.name === alias);
  if (local && (clusterName === undefined || clusterName === cluster.name)) return { cluster, svm: local, name, path };
  const peer = cluster.svmPeers.find(
    (each) =>
      each.name === alias &&
      each.svm === destination.svm &&
      (clusterName === undefined || each.remoteCluster === clusterName),
  );
  if (!peer || peer.state !== "peered" || !peer.applications.includes("snapmirror")) {
    throw new ApiError(
      13303886,
      `SVM "${destination.svm.name}" has no peer "${alias}" with SnapMirror permission.`,
      400,
      "source.path",
    );
  }
  const home = fabric.cluster(peer.remoteCluster);
  const svm = home.svms.find((each) => each.uuid === peer.remoteSvmUuid);
  if (!svm) throw new ApiError(13303892, `Failed to fetch information about SVM "${alias}".`, 400);
  return { cluster: home, svm, name, path };
}

function volumeAtPlace(place: Place): VolumeState | undefined {
  return volumeNamed(place.cluster, place.svm.name, place.name);
}

const endOf = (place: Place, volume: VolumeState): End => ({
  cluster: place.cluster.name,
  svmUuid: place.svm.uuid,
  volumeUuid: volume.uuid,
  path: place.path,
});

/** POST /snapmirror/relationships: reference 6.3, and 6.9 with `restore`. */
export function createRelationship(ctx: Ctx): Outcome {
  const { body, cluster, fabric } = ctx;
  const { restore, createDestination } = wishes(body);
  const destination = destinationOf(ctx);
  const source = sourceOf(ctx, destination);
  refuseCombinations(ctx, restore, createDestination);
  const policy = policyName(ctx, restore);
  const schedule =
    text(body, "transfer_schedule.name") ??
    cluster.schedules.find((each) => each.uuid === text(body, "transfer_schedule.uuid"))?.name;
  checkSchedule(ctx, schedule);
  const throttle = integer(body, "throttle") ?? 0;
  const backoff = word(body, "backoff_level", ["high", "medium", "none"]) ?? "high";
  const uuid = fabric.ids.next("relationship");
  const run = (): void => {
    if (source.cluster !== cluster && !fabric.connected(source.cluster.name, cluster.name)) {
      throw new ApiError(
        13303892,
        `Failed to fetch information about volume "${source.path}": the peer cluster is not reachable.`,
      );
    }
    const from = volumeAtPlace(source);
    if (!from) throw new ApiError(13303892, `Failed to fetch information about volume "${source.path}".`);
    const to = createDestination ? makeDestination(ctx, destination, from) : volumeAtPlace(destination);
    if (!to) throw new ApiError(13303892, `Failed to fetch information about volume "${destination.path}".`);
    refuseDestination(cluster, from, to, restore);
    const relationship: RelationshipState = {
      uuid,
      source: endOf(source, from),
      destination: endOf(destination, to),
      restore,
      state: to.type === "rw" && !restore ? fabric.knobs.createOnRw : "uninitialized",
      policy,
      schedule,
      throttle,
      healthy: true,
      unhealthy: [],
      past: [],
      totalBytes: 0,
      totalMs: 0,
      visibleAt: fabric.now + fabric.ids.between(...fabric.knobs.visibilityMs),
      backoff,
    };
    cluster.relationships.push(relationship);
    source.cluster.releases.push({
      relationshipUuid: uuid,
      source: relationship.source,
      destination: relationship.destination,
    });
    if (text(body, "state") === "snapmirrored") startTransfer(fabric, relationship, "initialize", { scheduled: false });
  };
  return {
    location: `/api/snapmirror/relationships/${uuid}`,
    record: {
      uuid,
      source: { path: source.path },
      destination: { path: destination.path },
      restore: restore || undefined,
    },
    job: { kind: "mirror", svm: destination.svm, run },
  };
}

function refuseCombinations(ctx: Ctx, restore: boolean, createDestination: boolean): void {
  const { body } = ctx;
  if (restore && createDestination)
    throw new ApiError(13303869, "create_destination cannot be used with restore.", 400);
  if (has(body, "state") && !createDestination)
    throw new ApiError(13303873, "state needs create_destination.", 400, "state");
  if (restore && (has(body, "transfer_schedule") || has(body, "throttle"))) {
    throw new ApiError(13303869, "transfer_schedule and throttle cannot be used with restore.", 400);
  }
  if (createDestination && has(body, "throttle"))
    throw new ApiError(13303869, "throttle cannot be used with create_destination.", 400);
}

/** The default is `Asynchronous`, with its hourly schedule: reference 5.2. It is made when first used. */
function policyName(ctx: Ctx, restore: boolean): string {
  const { body, cluster, fabric } = ctx;
  const asked =
    text(body, "policy.name") ?? cluster.policies.find((each) => each.uuid === text(body, "policy.uuid"))?.name;
  const name = asked ?? (restore ? "XDPDefault" : "Asynchronous");
  if (cluster.policies.some((each) => each.name === name)) return name;
  if (asked !== undefined)
    throw new ApiError(13303821, `SnapMirror policy "${asked}" does not exist.`, 400, "policy.name");
  cluster.policies.push({
    uuid: fabric.ids.uuid(`${cluster.name}/policy/${name}`),
    name,
    type: "async",
    comment: "built in",
    throttle: 0,
    compression: false,
    retention: restore
      ? [
          { label: "daily", count: 7 },
          { label: "weekly", count: 52 },
        ]
      : [],
    copyAll: !restore,
    copyLatest: false,
    createOnSource: !restore,
  });
  return name;
}

function refuseDestination(cluster: ClusterState, from: VolumeState, to: VolumeState, restore: boolean): void {
  if (from === to) throw new ApiError(6619441, "Source and destination are the same volume.");
  if (cluster.relationships.some((each) => each.destination.volumeUuid === to.uuid)) {
    throw new ApiError(6619637, `Volume "${to.name}" is already the destination of a SnapMirror relationship.`);
  }
  if (to.state !== "online") throw new ApiError(13303938, `Volume "${to.name}" is not online.`);
  if (restore) return;
  if (to.type === "dp" && to.sizeBytes < from.sizeBytes)
    throw new ApiError(13303841, `Destination volume "${to.name}" is smaller than its source.`);
}

function makeDestination(ctx: Ctx, place: Place, from: VolumeState): VolumeState {
  const { fabric, cluster } = ctx;
  if (volumeAtPlace(place))
    throw new ApiError(13303868, `Creating the destination failed: volume "${place.name}" exists.`);
  const aggregate = [...cluster.aggregates].sort((a, b) => freeBytes(cluster, b) - freeBytes(cluster, a))[0];
  if (!aggregate || fabric.is(cluster.name, "destinationFull"))
    throw new ApiError(13303875, "No aggregate has space for the destination.");
  const uuid = fabric.ids.next("volume");
  const volume: VolumeState = {
    uuid,
    name: place.name,
    svm: place.svm,
    type: "dp",
    state: "online",
    sizeBytes: from.sizeBytes,
    aggregate: aggregate.name,
    encrypted: cluster.spec.platform !== "onprem",
    guarantee: "none",
    snapshotPolicy: "none",
    comment: "",
    tags: [],
    language: from.language,
    createdAt: fabric.now,
    msid: nextMsid(cluster),
    snapshotLocking: false,
    initialized: false,
    content: { id: fabric.ids.content(`${uuid}/empty`), writtenAt: fabric.now, luns: [] },
    snapshots: [],
    identities: new Map(),
  };
  cluster.volumes.push(volume);
  return volume;
}
