import { accepts, duration, flag, has, list, text, texts, time, word } from "../kernel/body.js";
import { ApiError, notFound, nothingToChange } from "../kernel/errors.js";
import { fieldTable } from "../kernel/fields.js";
import { isoTime } from "../kernel/query.js";
import { isRec, type Rec } from "../kernel/records.js";
import type { Collection, Ctx, Outcome, Write } from "../kernel/route.js";
import type { ClusterPeerState, ClusterState } from "../state.js";
import { versionView } from "./cluster.js";

const HOUR_MS = 3_600_000;
const MAX_EXPIRY_MS = 7 * 24 * HOUR_MS;
const MIN_PASSPHRASE = 8;

const fields = fieldTable(
  "uuid name authentication.{state,in_use,expiry_time} encryption.{proposed,state} remote.{name,ip_addresses,serial_number}",
  "status.{state,update_time} ipspace.{uuid,name} peer_applications version.{full,generation,major,minor} ip_address",
  "initial_allowed_svms.{name,uuid} local_network.interfaces.ip_address",
);

export const clusterPeers: Collection = {
  path: "/cluster/peers",
  keys: ["uuid"],
  clusterOnly: true,
  fields,
  list: (ctx) => ctx.cluster.peers.map((each) => ({ key: each.uuid, view: () => view(ctx, each) })),
};

function view({ fabric, cluster }: Pick<Ctx, "fabric" | "cluster">, peer: ClusterPeerState): Rec {
  const remote = peer.remote === undefined ? undefined : fabric.clusters.get(peer.remote);
  const mutual = remote?.peers.some((each) => each.remote === cluster.name) ?? false;
  const reachable = remote !== undefined && fabric.connected(cluster.name, remote.name);
  const ipspace = cluster.ipspaces.find((each) => each.name === peer.ipspace);
  const expires = peer.expiresAt;
  return {
    uuid: peer.uuid,
    name: peer.name,
    authentication: {
      state: mutual ? "ok" : "pending",
      in_use: mutual ? "ok" : "absent",
      expiry_time: mutual || expires === undefined ? undefined : isoTime(expires),
    },
    encryption: { proposed: peer.encryption, state: mutual ? peer.encryption : "none" },
    remote: remote && { name: remote.name, ip_addresses: peer.addresses, serial_number: "1-80-000011" },
    status: { state: !remote ? "unidentified" : !mutual || !reachable ? "unavailable" : "available" },
    ipspace: { uuid: ipspace?.uuid, name: peer.ipspace },
    peer_applications: peer.applications,
    version: remote && mutual ? versionView(remote) : undefined,
    ip_address: intercluster(cluster, peer.ipspace)[0],
    initial_allowed_svms: peer.allowedSvms.map((name) => ({ name })),
  };
}

const intercluster = (cluster: ClusterState, ipspace: string): string[] =>
  cluster.lifs
    .filter((lif) => lif.kind === "intercluster" && lif.ipspace === ipspace && lif.up)
    .map((lif) => lif.address);

function expiry(ctx: Ctx): number {
  const given = text(ctx.body, "authentication.expiry_time");
  if (given === undefined) return ctx.now + HOUR_MS;
  const at = given.startsWith("P")
    ? ctx.now + (duration(ctx.body, "authentication.expiry_time") ?? 0)
    : (time(ctx.body, "authentication.expiry_time") ?? 0);
  if (at - ctx.now > MAX_EXPIRY_MS) throw new ApiError(4655058, "The passphrase may be valid for at most 7 days.", 400);
  return at;
}

/** One side offers with a generated passphrase, the other accepts with it and the first one's addresses: reference 3. */
function create(ctx: Ctx): Outcome {
  const { body, cluster } = ctx;
  const ipspace = text(body, "ipspace.name") ?? "Default";
  if (!cluster.ipspaces.some((each) => each.name === ipspace))
    throw new ApiError(4653365, `IPspace "${ipspace}" does not exist.`, 400);
  const addresses = texts(body, "remote.ip_addresses") ?? [];
  const passphrase = text(body, "authentication.passphrase");
  const generate = flag(body, "authentication.generate_passphrase") ?? false;
  if (addresses.length === 0 && !generate)
    throw new ApiError(4656077, "Give remote.ip_addresses or authentication.generate_passphrase.", 400);
  if (passphrase !== undefined && addresses.length === 0)
    throw new ApiError(4656069, "A passphrase needs remote.ip_addresses.", 400);
  if (intercluster(cluster, ipspace).length === 0) {
    throw new ApiError(4656095, `There is no intercluster LIF that is up in IPspace "${ipspace}".`, 400);
  }
  return addresses.length === 0 ? offer(ctx, ipspace) : accept(ctx, ipspace, addresses, passphrase, generate);
}

function fresh(ctx: Ctx, ipspace: string): Omit<ClusterPeerState, "uuid" | "name" | "addresses"> {
  const { body } = ctx;
  return {
    ipspace,
    applications: texts(body, "peer_applications") ?? ["snapmirror"],
    allowedSvms: (list(body, "initial_allowed_svms") ?? []).map((each) => text(each, "name") ?? ""),
    encryption: word(body, "encryption.proposed", ["none", "tls_psk"]) ?? "tls_psk",
    createdAt: ctx.now,
  };
}

/** The passphrase is in this answer only. An anonymous offer changes its uuid when it is accepted. */
function offer(ctx: Ctx, ipspace: string): Outcome {
  const { fabric, cluster, body } = ctx;
  const uuid = fabric.ids.next("offer");
  const passphrase = fabric.ids.hex(`${uuid}/passphrase`, 24);
  const name = text(body, "name") ?? `Clus_${fabric.ids.hex(uuid, 6)}`;
  const expiresAt = expiry(ctx);
  const peer: ClusterPeerState = { ...fresh(ctx, ipspace), uuid, name, addresses: [], passphrase, expiresAt };
  cluster.peers.push(peer);
  const authentication = { passphrase, expiry_time: isoTime(expiresAt) };
  return {
    done: true,
    location: `/api/cluster/peers/${uuid}`,
    record: { uuid, name, authentication, ip_address: intercluster(cluster, ipspace)[0] },
  };
}

function accept(
  ctx: Ctx,
  ipspace: string,
  addresses: readonly string[],
  passphrase: string | undefined,
  generate: boolean,
): Outcome {
  const { fabric, cluster } = ctx;
  const remote = [...fabric.clusters.values()].find((each) =>
    each.lifs.some((lif) => lif.kind === "intercluster" && addresses.includes(lif.address)),
  );
  if (!remote) throw new ApiError(8847365, `None of ${addresses.join(", ")} answers.`, 400);
  if (remote === cluster) throw new ApiError(4653058, "A cluster cannot be its own peer.", 400);
  if (cluster.peers.some((each) => each.remote === remote.name))
    throw new ApiError(4653075, `Cluster "${remote.name}" is a peer already.`, 409);
  if (!fabric.connected(cluster.name, remote.name))
    throw new ApiError(4653215, `Cluster "${remote.name}" does not answer the introduction.`, 400);
  if (passphrase !== undefined && passphrase.length < MIN_PASSPHRASE)
    throw new ApiError(4653236, "The passphrase is too short.", 400);
  const name = text(ctx.body, "name") ?? remote.name;
  const made: ClusterPeerState = { ...fresh(ctx, ipspace), uuid: remote.uuid, name, remote: remote.name, addresses };
  if (generate && passphrase === undefined) {
    const secret = fabric.ids.hex(`${cluster.name}/${remote.name}/passphrase`, 24);
    cluster.peers.push({ ...made, passphrase: secret, expiresAt: expiry(ctx) });
    return {
      done: true,
      location: `/api/cluster/peers/${made.uuid}`,
      record: { uuid: made.uuid, name, authentication: { passphrase: secret } },
    };
  }
  const offered = remote.peers.find(
    (each) =>
      each.passphrase === passphrase &&
      (each.expiresAt ?? 0) > ctx.now &&
      (each.remote === undefined || each.remote === cluster.name),
  );
  if (!offered)
    throw new ApiError(
      4653219,
      `Cluster "${remote.name}" refused the introduction: the passphrase is wrong or has expired.`,
      400,
    );
  if (offered.encryption !== made.encryption)
    throw new ApiError(4653220, "The two sides propose different encryption.", 400);
  cluster.peers.push(made);
  Object.assign(offered, {
    uuid: cluster.uuid,
    name: cluster.name,
    remote: cluster.name,
    addresses: intercluster(cluster, ipspace),
    passphrase: undefined,
  });
  permit(cluster, remote.name, made.allowedSvms);
  permit(remote, cluster.name, offered.allowedSvms);
  return { done: true, location: `/api/cluster/peers/${made.uuid}`, record: { uuid: made.uuid, name } };
}

/** `initial_allowed_svms` are permissions: SVM peering with them needs no accepting. */
function permit(cluster: ClusterState, peer: string, svms: readonly string[]): void {
  for (const svm of svms) cluster.permissions.push({ clusterPeer: peer, svm, applications: ["snapmirror"] });
}

function peerAt(ctx: Ctx): ClusterPeerState {
  const found = ctx.cluster.peers.find((each) => each.uuid === ctx.params["uuid"]);
  if (!found) throw notFound();
  return found;
}

function change(ctx: Ctx): Outcome {
  const peer = peerAt(ctx);
  if (Object.keys(ctx.body).length === 0) throw nothingToChange();
  peer.name = text(ctx.body, "name") ?? peer.name;
  if (isRec(ctx.body["remote"]) && has(ctx.body, "remote.ip_addresses"))
    peer.addresses = texts(ctx.body, "remote.ip_addresses") ?? [];
  return { done: true };
}

function remove(ctx: Ctx): Outcome {
  const { cluster } = ctx;
  const peer = peerAt(ctx);
  if (cluster.svmPeers.some((each) => each.remoteCluster === peer.remote)) {
    throw new ApiError(4653079, `Cluster peer "${peer.name}" is used by SVM peers.`, 409);
  }
  cluster.peers = cluster.peers.filter((each) => each !== peer);
  cluster.permissions = cluster.permissions.filter((each) => each.clusterPeer !== peer.remote);
  return { done: true };
}

export const clusterPeerWrites: readonly Write[] = [
  {
    method: "POST",
    path: "/cluster/peers",
    reply: "sync",
    clusterOnly: true,
    body: accepts(
      "name authentication.{generate_passphrase,passphrase,expiry_time} encryption.proposed remote.{name,ip_addresses} ipspace.{name,uuid}",
      "initial_allowed_svms.{name,uuid} peer_applications",
    ),
    readable: fields,
    errors: [
      4653058, 4653075, 4653215, 4653219, 4653220, 4653236, 4653365, 4655058, 4656069, 4656077, 4656095, 8847365,
    ],
    run: create,
  },
  {
    method: "PATCH",
    path: "/cluster/peers/{uuid}",
    reply: "sync",
    clusterOnly: true,
    body: accepts("name remote.{name,ip_addresses}"),
    readable: fields,
    errors: [262190],
    run: change,
  },
  { method: "DELETE", path: "/cluster/peers/{uuid}", reply: "sync", clusterOnly: true, errors: [4653079], run: remove },
];
