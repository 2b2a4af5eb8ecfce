import { accepts, text, texts, word } from "../kernel/body.js";
import { ApiError, missing, notFound, nothingToChange } from "../kernel/errors.js";
import { fieldTable } from "../kernel/fields.js";
import { flagOf } from "../kernel/read.js";
import type { Rec } from "../kernel/records.js";
import type { Collection, Ctx, Outcome, Write } from "../kernel/route.js";
import { ref, sees, svmIn } from "../kernel/scope.js";
import { requireApproval } from "../security/mav.js";
import type { ClusterState, PeerPermissionState, SvmPeerState, SvmState } from "../state.js";

const fields = fieldTable("uuid name state applications svm.{uuid,name} peer.{svm.{uuid,name},cluster.{uuid,name}}");

export const svmPeers: Collection = {
  path: "/svm/peers",
  keys: ["uuid"],
  fields,
  list: (ctx) => visible(ctx).map((each) => ({ key: each.uuid, view: () => view(ctx, each) })),
};

const visible = (ctx: Ctx): SvmPeerState[] => ctx.cluster.svmPeers.filter((each) => sees(ctx, each.svm));

function view({ fabric }: Pick<Ctx, "fabric">, peer: SvmPeerState): Rec {
  const remote = fabric.clusters.get(peer.remoteCluster);
  const svm = remote?.svms.find((each) => each.uuid === peer.remoteSvmUuid);
  return {
    uuid: peer.uuid,
    name: peer.name,
    state: peer.state,
    applications: peer.applications,
    svm: ref(peer.svm),
    peer: { svm: { uuid: peer.remoteSvmUuid, name: svm?.name }, cluster: remote && ref(remote) },
  };
}

interface Wanted {
  readonly here: SvmState;
  readonly remote: ClusterState;
  readonly there: SvmState;
  readonly alias: string;
  readonly applications: readonly string[];
}

function wanted(ctx: Ctx): Wanted {
  const { body, cluster, fabric } = ctx;
  const here = svmIn(ctx);
  const clusterName = text(body, "peer.cluster.name") ?? cluster.name;
  const remote = clusterName === cluster.name ? cluster : fabric.clusters.get(clusterName);
  if (!remote || (remote !== cluster && !cluster.peers.some((each) => each.remote === clusterName))) {
    throw new ApiError(26345575, `Cluster "${clusterName}" is not a peer.`, 400, "peer.cluster.name");
  }
  const svmName = text(body, "peer.svm.name");
  if (svmName === undefined) throw missing("peer.svm.name");
  const there = remote.svms.find((each) => each.name === svmName);
  if (!there)
    throw new ApiError(26345580, `SVM "${svmName}" does not exist on cluster "${clusterName}".`, 400, "peer.svm.name");
  if (cluster.svmPeers.some((each) => each.svm === here && each.remoteSvmUuid === there.uuid)) {
    throw new ApiError(1, `SVM "${here.name}" and "${svmName}" are peers already.`, 409);
  }
  const alias = text(body, "name") ?? svmName;
  const taken =
    cluster.svms.some((each) => each.name === alias) ||
    cluster.svmPeers.some((each) => each.name === alias && each.svm === here);
  if (taken)
    throw new ApiError(
      9896086,
      `The name "${alias}" is taken on this cluster: give the peer a local name.`,
      400,
      "name",
    );
  return { here, remote, there, alias, applications: texts(body, "applications") ?? ["snapmirror"] };
}

/** With a permission on the other side it is peered at once; without, it waits there to be accepted: reference 4. */
function create(ctx: Ctx): Outcome {
  const { cluster, fabric } = ctx;
  const { here, remote, there, alias, applications } = wanted(ctx);
  const uuid = fabric.ids.next("svmpeer");
  return {
    location: `/api/svm/peers/${uuid}`,
    record: { uuid, name: alias, svm: ref(here) },
    job: {
      kind: "mirror",
      svm: here,
      run: () => {
        if (!fabric.connected(cluster.name, remote.name))
          throw new ApiError(13434889, `Cluster "${remote.name}" does not answer.`);
        const allowed = remote.permissions.some(
          (each) => each.clusterPeer === cluster.name && (each.svm === "*" || each.svm === there.name),
        );
        const base = { applications, state: allowed ? ("peered" as const) : ("initiated" as const) };
        cluster.svmPeers.push({
          ...base,
          uuid,
          name: alias,
          svm: here,
          remoteCluster: remote.name,
          remoteSvmUuid: there.uuid,
        });
        const theirAlias = remote.svms.some((each) => each.name === here.name) ? `${here.name}.1` : here.name;
        remote.svmPeers.push({
          uuid: fabric.ids.next("svmpeer"),
          name: theirAlias,
          svm: there,
          remoteCluster: cluster.name,
          remoteSvmUuid: here.uuid,
          state: allowed ? "peered" : "pending",
          applications,
        });
      },
    },
  };
}

function peerAt(ctx: Ctx): SvmPeerState {
  const found = visible(ctx).find((each) => each.uuid === ctx.params["uuid"]);
  if (!found) throw notFound();
  return found;
}

/** The record of the same peering on the other cluster. */
function counterpart(ctx: Ctx, peer: SvmPeerState): SvmPeerState | undefined {
  return ctx.fabric.clusters
    .get(peer.remoteCluster)
    ?.svmPeers.find((each) => each.remoteSvmUuid === peer.svm.uuid && each.svm.uuid === peer.remoteSvmUuid);
}

function change(ctx: Ctx): Outcome {
  const { body } = ctx;
  const peer = peerAt(ctx);
  if (Object.keys(body).length === 0) throw nothingToChange();
  const state = word(body, "state", ["peered", "rejected", "suspended"]);
  const applications = texts(body, "applications");
  const name = text(body, "name");
  return {
    job: {
      kind: "mirror",
      svm: peer.svm,
      run: () => {
        if (state === "peered" && peer.state === "initiated")
          throw new ApiError(26345576, "The peering waits for the other side.");
        const other = counterpart(ctx, peer);
        for (const each of [peer, other]) {
          if (!each) continue;
          each.state = state ?? each.state;
          each.applications = applications ?? each.applications;
        }
        peer.name = name ?? peer.name;
      },
    },
  };
}

function remove(ctx: Ctx): Outcome {
  const { cluster, fabric } = ctx;
  const peer = peerAt(ctx);
  const force = flagOf(ctx.query, "force", false);
  requireApproval(ctx, "vserver peer delete", `-vserver ${peer.svm.name} -peer-vserver ${peer.name}`);
  return {
    job: {
      kind: "mirror",
      svm: peer.svm,
      run: () => {
        const uses = (uuid: string): boolean => uuid === peer.remoteSvmUuid || uuid === peer.svm.uuid;
        const used = [...cluster.relationships, ...cluster.releases].some(
          (each) => uses(each.source.svmUuid) && uses(each.destination.svmUuid),
        );
        if (used)
          throw new ApiError(9895956, `The peering of "${peer.svm.name}" and "${peer.name}" is in use by SnapMirror.`);
        if (!force && !fabric.connected(cluster.name, peer.remoteCluster))
          throw new ApiError(13434889, `Cluster "${peer.remoteCluster}" does not answer.`);
        const other = counterpart(ctx, peer);
        const remote = fabric.clusters.get(peer.remoteCluster);
        if (remote) remote.svmPeers = remote.svmPeers.filter((each) => each !== other);
        cluster.svmPeers = cluster.svmPeers.filter((each) => each !== peer);
      },
    },
  };
}

const permissionFields = fieldTable("cluster_peer.{uuid,name} svm.{uuid,name} applications");

export const peerPermissions: Collection = {
  path: "/svm/peer-permissions",
  keys: ["cluster_peer.uuid", "svm.uuid"],
  shown: ["cluster_peer.name", "svm.name"],
  clusterOnly: true,
  fields: permissionFields,
  list: ({ cluster, fabric }) =>
    cluster.permissions.map((each) => {
      const svm = cluster.svms.find((one) => one.name === each.svm);
      const peer = fabric.clusters.get(each.clusterPeer);
      return {
        key: `${peer?.uuid ?? each.clusterPeer}/${svm?.uuid ?? each.svm}`,
        view: () => ({
          cluster_peer: { uuid: peer?.uuid, name: each.clusterPeer },
          svm: { uuid: svm?.uuid, name: each.svm },
          applications: each.applications,
        }),
      };
    }),
};

function permissionAt({ cluster, fabric, params }: Ctx): PeerPermissionState {
  const found = cluster.permissions.find((each) => {
    const svm = cluster.svms.find((one) => one.name === each.svm);
    const peer = fabric.clusters.get(each.clusterPeer);
    return (
      (peer?.uuid ?? each.clusterPeer) === params["cluster_peer.uuid"] && (svm?.uuid ?? each.svm) === params["svm.uuid"]
    );
  });
  if (!found) throw notFound("svm.uuid");
  return found;
}

function changePermission(ctx: Ctx): Outcome {
  const found = permissionAt(ctx);
  if (Object.keys(ctx.body).length === 0) throw nothingToChange();
  found.applications = texts(ctx.body, "applications") ?? found.applications;
  return { done: true };
}

function removePermission(ctx: Ctx): Outcome {
  const found = permissionAt(ctx);
  ctx.cluster.permissions = ctx.cluster.permissions.filter((each) => each !== found);
  return { done: true };
}

function createPermission(ctx: Ctx): Outcome {
  const { body, cluster } = ctx;
  const clusterPeer =
    text(body, "cluster_peer.name") ??
    cluster.peers.find((each) => each.uuid === text(body, "cluster_peer.uuid"))?.remote;
  if (clusterPeer === undefined || !cluster.peers.some((each) => each.remote === clusterPeer)) {
    throw new ApiError(26345575, `Cluster "${clusterPeer ?? ""}" is not a peer.`, 400, "cluster_peer");
  }
  const svm = text(body, "svm.name") ?? "*";
  if (cluster.permissions.some((each) => each.clusterPeer === clusterPeer && each.svm === svm)) {
    throw new ApiError(9896057, "The permission exists already.", 409);
  }
  cluster.permissions.push({ clusterPeer, svm, applications: texts(body, "applications") ?? ["snapmirror"] });
  const keys = [
    ctx.fabric.clusters.get(clusterPeer)?.uuid ?? clusterPeer,
    cluster.svms.find((each) => each.name === svm)?.uuid ?? svm,
  ];
  return { done: true, location: `/api/svm/peer-permissions/${keys.map(encodeURIComponent).join("/")}` };
}

export const svmPeerWrites: readonly Write[] = [
  {
    method: "POST",
    path: "/svm/peers",
    reply: "async",
    body: accepts("name svm.{name,uuid} peer.{svm.{name,uuid},cluster.{name,uuid}} applications"),
    readable: fields,
    errors: [1, 9896086, 13434889, 26345575, 26345580],
    run: create,
  },
  {
    method: "PATCH",
    path: "/svm/peers/{uuid}",
    reply: "async",
    body: accepts("state applications name"),
    readable: fields,
    errors: [26345576],
    run: change,
  },
  {
    method: "DELETE",
    path: "/svm/peers/{uuid}",
    reply: "async",
    flags: ["force"],
    errors: [9895956, 13434889, 262325],
    run: remove,
  },
  {
    method: "POST",
    path: "/svm/peer-permissions",
    reply: "sync",
    clusterOnly: true,
    body: accepts("cluster_peer.{name,uuid} svm.{name,uuid} applications"),
    readable: permissionFields,
    errors: [9896057, 26345575],
    run: createPermission,
  },
  {
    method: "PATCH",
    path: "/svm/peer-permissions/{cluster_peer.uuid}/{svm.uuid}",
    reply: "sync",
    clusterOnly: true,
    body: accepts("applications"),
    readable: permissionFields,
    errors: [4],
    run: changePermission,
  },
  {
    method: "DELETE",
    path: "/svm/peer-permissions/{cluster_peer.uuid}/{svm.uuid}",
    reply: "sync",
    clusterOnly: true,
    errors: [4],
    run: removePermission,
  },
];
