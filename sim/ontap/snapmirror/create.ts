import { has, integer, needText, text, word } from "../kernel/body.js";
import { ApiError } from "../kernel/errors.js";
import type { Ctx, Outcome } from "../kernel/route.js";
import { notAuthorized } from "../kernel/errors.js";
import type { End, RelationshipState, SvmState, VolumeState } from "../state.js";
import { makeDestination, type Place, refuseDestination, volumeAtPlace } from "./destination.js";
import { askedPolicy, askedSchedule, wishes } from "./lookup.js";
import { startTransfer } from "./transfers.js";

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

const endOf = (place: Place, volume: VolumeState): End => ({
  cluster: place.cluster.name,
  svmUuid: place.svm.uuid,
  volumeUuid: volume.uuid,
  path: place.path,
});

/** POST /snapmirror/relationships: reference 6.3, and 6.9 with `restore`. */
export function createRelationship(asked: Ctx): Outcome {
  const ctx = fromSource(asked);
  const { body, cluster, fabric } = ctx;
  const { restore, createDestination } = wishes(body);
  const destination = destinationOf(ctx);
  const source = sourceOf(ctx, destination);
  refuseCombinations(ctx, restore, createDestination);
  const policy = policyName(ctx, restore, destination.svm);
  const schedule = askedSchedule(ctx);
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
    if (text(body, "state")?.toLowerCase() === "snapmirrored")
      startTransfer(fabric, relationship, "initialize", { scheduled: false });
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
  const state = text(body, "state");
  if (state !== undefined && state.toLowerCase() !== "snapmirrored")
    throw new ApiError(13303874, `State "${state}" cannot be given at creation.`, 400, "state");
  if (createDestination && has(body, "backoff_level"))
    throw new ApiError(13304132, "backoff_level cannot be used with create_destination.", 400, "backoff_level");
  if (createDestination && has(body, "throttle"))
    throw new ApiError(13303869, "throttle cannot be used with create_destination.", 400);
}

/** The default is `Asynchronous`, with its hourly schedule: reference 5.2. A restore needs none. */
const policyName = (ctx: Ctx, restore: boolean, svm: SvmState): string =>
  askedPolicy(ctx, svm.uuid) ?? (restore ? "XDPDefault" : "Asynchronous");

/**
 * With create_destination the call may also be made on the source's cluster: the destination cluster does it, and the paths are put into
 * its words.
 */
function fromSource(ctx: Ctx): Ctx {
  const { body, cluster, fabric } = ctx;
  const name = text(body, "destination.cluster.name");
  if (name === undefined || name === cluster.name || !wishes(body).createDestination) return ctx;
  const home = fabric.clusters.get(name);
  if (!home || !cluster.peers.some((each) => each.remote === name))
    throw new ApiError(13303877, `Cluster "${name}" is not a peer.`, 400, "destination.cluster.name");
  const source = parsePath(needText(body, "source.path"), "source.path");
  const destination = parsePath(needText(body, "destination.path"), "destination.path");
  const own = cluster.svms.find((each) => each.name === source.svm);
  const peer = cluster.svmPeers.find((each) => each.name === destination.svm && each.svm === own);
  const svm = home.svms.find((each) => each.uuid === peer?.remoteSvmUuid);
  const back = home.svmPeers.find((each) => each.svm === svm && each.remoteSvmUuid === own?.uuid);
  if (!own || !svm || !back)
    throw new ApiError(
      13303886,
      `SVM "${source.svm}" has no peer "${destination.svm}" with SnapMirror permission.`,
      400,
    );
  const paths = {
    source: { path: `${back.name}:${source.name}`, cluster: { name: cluster.name } },
    destination: { path: `${svm.name}:${destination.name}` },
  };
  return { ...ctx, cluster: home, scope: undefined, body: { ...body, ...paths } };
}
