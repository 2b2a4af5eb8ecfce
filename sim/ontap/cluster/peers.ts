import { isIP } from "node:net";
import { accepts, duration, flag, has, list, text, texts, time, word } from "../kernel/body.js";
import { ApiError, notFound, nothingToChange } from "../kernel/errors.js";
import { fieldTable } from "../kernel/fields.js";
import { isoTime } from "../kernel/query.js";
import type { Rec } from "../kernel/records.js";
import type { Collection, Ctx, Outcome, Write } from "../kernel/route.js";
import { intercluster, isAlive, isUp, reachOf } from "../network/reach.js";
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
  const mutual = (remote?.peers.some((each) => each.remote === cluster.name) ?? false) && peer.passphrase === undefined;
  const fresh = (peer.availableAt ?? 0) > fabric.now;
  const ipspace = cluster.ipspaces.find((each) => each.name === peer.ipspace);
  const expires = peer.expiresAt;
  const authenticated = mutual && !fresh;
  return {
    uuid: peer.uuid,
    name: peer.name,
    authentication: {
      state: authenticated ? "ok" : "pending",
      in_use: mutual ? "ok" : "absent",
      expiry_time: mutual || expires === undefined ? undefined : isoTime(expires),
    },
    encryption: { proposed: peer.encryption, state: mutual ? peer.encryption : "none" },
    remote: remote && { name: remote.name, ip_addresses: peer.addresses, serial_number: "1-80-000011" },
    status: {
      state: !remote ? "unidentified" : mutual && fresh ? "pending" : reachOf(fabric, cluster, peer),
      update_time: isoTime(fabric.now),
    },
    ipspace: { uuid: ipspace?.uuid, name: peer.ipspace },
    peer_applications: peer.applications,
    version: remote && mutual ? versionView(remote) : undefined,
    ip_address: addressesOf(cluster, peer.ipspace)[0],
    initial_allowed_svms: peer.allowedSvms.length > 0 ? peer.allowedSvms.map((name) => ({ name })) : undefined,
    local_network: { interfaces: addressesOf(cluster, peer.ipspace).map((ip_address) => ({ ip_address })) },
  };
}

/** Addresses the cluster offers in an IPspace: those ONTAP thinks are up, dead ones in Azure among them. */
const addressesOf = (cluster: ClusterState, ipspace: string): string[] =>
  intercluster(cluster, ipspace)
    .filter((lif) => isUp(cluster, lif))
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
  const named = text(body, "ipspace.name") ?? text(body, "ipspace.uuid") ?? "Default";
  const ipspace = cluster.ipspaces.find((each) => each.name === named || each.uuid === named)?.name;
  if (ipspace === undefined) throw new ApiError(4653365, `IPspace "${named}" does not exist.`, 400, "ipspace");
  const addresses = addressesIn(ctx);
  const passphrase = text(body, "authentication.passphrase");
  const generate = flag(body, "authentication.generate_passphrase") ?? false;
  if (passphrase !== undefined && addresses.length === 0)
    throw new ApiError(4656069, "A passphrase needs remote.ip_addresses.", 400);
  if (addresses.length === 0 && !generate)
    throw new ApiError(4656077, "Give remote.ip_addresses or authentication.generate_passphrase.", 400);
  if (addressesOf(cluster, ipspace).length === 0)
    throw new ApiError(4656095, `There is no intercluster LIF that is up in IPspace "${ipspace}".`, 400);
  const name = text(body, "name");
  if (name === cluster.name) throw new ApiError(4653058, "A cluster cannot be its own peer.", 400, "name");
  if (name !== undefined && cluster.peers.some((each) => each.name === name))
    throw new ApiError(4653075, `A cluster peer named "${name}" exists already.`, 409, "name");
  return addresses.length === 0 ? offer(ctx, ipspace) : accept(ctx, ipspace, addresses, passphrase, generate);
}

/** `remote.ip_addresses`: addresses of one family, none of them local. Names are not resolved here. */
function addressesIn({ body, cluster }: Ctx): readonly string[] {
  const given = texts(body, "remote.ip_addresses") ?? [];
  for (const each of given) {
    if (isIP(each) > 0) continue;
    if (/^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*$/.test(each) && /[A-Za-z]/.test(each))
      throw new ApiError(8847365, `Unknown host "${each}".`, 400, "remote.ip_addresses");
    throw new ApiError(4653368, `"${each}" is no valid address.`, 400, "remote.ip_addresses");
  }
  if (new Set(given.map(isIP)).size > 1)
    throw new ApiError(4653708, "The addresses are of different address families.", 400, "remote.ip_addresses");
  const own = given.find((each) => cluster.lifs.some((lif) => lif.address === each));
  if (own !== undefined)
    throw new ApiError(4656100, `The address ${own} is one of this cluster.`, 400, "remote.ip_addresses");
  return given;
}

function fresh(
  ctx: Ctx,
  ipspace: string,
): Omit<ClusterPeerState, "uuid" | "name" | "addresses" | "passphrase" | "expiresAt"> {
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
  cluster.peers.push({ ...fresh(ctx, ipspace), uuid, name, addresses: [], passphrase, expiresAt });
  const authentication = { passphrase, expiry_time: isoTime(expiresAt) };
  return {
    done: true,
    location: `/api/cluster/peers/${uuid}`,
    record: { uuid, name, authentication, ip_address: addressesOf(cluster, ipspace)[0] },
  };
}

/** The cluster that answers at one of the addresses; an introduction that reaches nobody is 4653215. */
function reached(ctx: Pick<Ctx, "fabric" | "cluster">, ipspace: string, addresses: readonly string[]): ClusterState {
  const { fabric, cluster } = ctx;
  const remote = [...fabric.clusters.values()].find((each) =>
    each.lifs.some((lif) => lif.kind === "intercluster" && addresses.includes(lif.address) && isAlive(each, lif)),
  );
  const alive = intercluster(cluster, ipspace).some((lif) => isAlive(cluster, lif));
  if (!remote || !alive || !fabric.cabled(cluster.name, remote.name))
    throw new ApiError(4653215, `No cluster answers the introduction at ${addresses.join(", ")}.`, 400);
  return remote;
}

const wrongPassphrase = (remote: ClusterState): ApiError =>
  new ApiError(
    4653219,
    `Cluster "${remote.name}" refused the introduction: the passphrase is wrong or has expired.`,
    400,
  );

/** Does a record wait for that cluster, or for anybody, to come with its passphrase? */
const awaits = (peer: ClusterPeerState, cluster: ClusterState): boolean =>
  peer.passphrase !== undefined && (peer.remote === undefined || peer.remote === cluster.name);

/** The other side's record that waits for this passphrase. */
function offeredBy(
  remote: ClusterState,
  cluster: ClusterState,
  passphrase: string | undefined,
  now: number,
): ClusterPeerState {
  const found = remote.peers.find(
    (each) => awaits(each, cluster) && each.passphrase === passphrase && (each.expiresAt ?? 0) > now,
  );
  if (!found) throw wrongPassphrase(remote);
  return found;
}

function checkLength(passphrase: string | undefined): void {
  if (passphrase !== undefined && passphrase.length < MIN_PASSPHRASE)
    throw new ApiError(4653236, `The passphrase is shorter than ${MIN_PASSPHRASE} characters.`, 400);
}

/**
 * Answers the other side's offer; or, where nobody waits for this cluster yet, is the first of two that were told the same passphrase, and
 * stays pending till the other comes: how `cluster peer create` and NetApp's Ansible module go about it.
 */
function accept(
  ctx: Ctx,
  ipspace: string,
  addresses: readonly string[],
  passphrase: string | undefined,
  generate: boolean,
): Outcome {
  const { fabric, cluster } = ctx;
  checkLength(passphrase);
  const remote = reached(ctx, ipspace, addresses);
  if (cluster.peers.some((each) => each.remote === remote.name))
    throw new ApiError(4653075, `Cluster "${remote.name}" is a peer already.`, 409);
  const name = text(ctx.body, "name") ?? remote.name;
  const made: ClusterPeerState = { ...fresh(ctx, ipspace), uuid: remote.uuid, name, remote: remote.name, addresses };
  const location = `/api/cluster/peers/${made.uuid}`;
  if (generate && passphrase === undefined) {
    const secret = fabric.ids.hex(`${cluster.name}/${remote.name}/passphrase`, 24);
    cluster.peers.push({ ...made, passphrase: secret, expiresAt: expiry(ctx) });
    return { done: true, location, record: { uuid: made.uuid, name, authentication: { passphrase: secret } } };
  }
  if (passphrase !== undefined && !remote.peers.some((each) => awaits(each, cluster))) {
    cluster.peers.push({ ...made, passphrase, expiresAt: expiry(ctx) });
    return { done: true, location, record: { uuid: made.uuid, name } };
  }
  const offered = offeredBy(remote, cluster, passphrase, ctx.now);
  if (offered.encryption !== made.encryption)
    throw new ApiError(4653220, "The two sides propose different encryption.", 400);
  const [from, to] = fabric.knobs.peeringMs;
  const availableAt = ctx.now + fabric.ids.between(from, to);
  cluster.peers.push({ ...made, availableAt });
  Object.assign(offered, {
    uuid: cluster.uuid,
    name: offered.remote === undefined && /^Clus_/.test(offered.name) ? cluster.name : offered.name,
    remote: cluster.name,
    addresses: addressesOf(cluster, ipspace),
    passphrase: undefined,
    availableAt,
  });
  permit(cluster, remote.name, made.allowedSvms);
  permit(remote, cluster.name, offered.allowedSvms);
  return { done: true, location, record: { uuid: made.uuid, name } };
}

/** `initial_allowed_svms` are permissions: SVM peering with them needs no accepting. */
function permit(cluster: ClusterState, peer: string, svms: readonly string[]): void {
  for (const svm of svms) {
    if (cluster.permissions.some((each) => each.clusterPeer === peer && each.svm === svm)) continue;
    cluster.permissions.push({ clusterPeer: peer, svm, applications: ["snapmirror"] });
  }
}

function peerAt(ctx: Ctx): ClusterPeerState {
  const found = ctx.cluster.peers.find((each) => each.uuid === ctx.params["uuid"]);
  if (!found) throw notFound();
  return found;
}

function change(ctx: Ctx): Outcome {
  const { body, cluster } = ctx;
  const peer = peerAt(ctx);
  if (Object.keys(body).length === 0) throw nothingToChange();
  const name = text(body, "name") ?? peer.name;
  if (cluster.peers.some((each) => each !== peer && each.name === name))
    throw new ApiError(4653075, `A cluster peer named "${name}" exists already.`, 409, "name");
  const addresses = has(body, "remote.ip_addresses") ? addressesIn(ctx) : undefined;
  if (addresses && reached(ctx, peer.ipspace, addresses).name !== peer.remote)
    throw new ApiError(4653216, "The addresses are those of another cluster.", 400, "remote.ip_addresses");
  const secret = authentication(ctx, peer);
  peer.name = name;
  peer.addresses = addresses ?? peer.addresses;
  peer.applications = texts(body, "peer_applications") ?? peer.applications;
  peer.encryption = word(body, "encryption.proposed", ["none", "tls_psk"]) ?? peer.encryption;
  const allowed = list(body, "initial_allowed_svms")?.map((each) => text(each, "name") ?? "");
  if (allowed) {
    peer.allowedSvms = allowed;
    if (peer.remote !== undefined) permit(cluster, peer.remote, allowed);
  }
  return { done: true, ...(secret ? { record: { uuid: peer.uuid, name, authentication: secret } } : {}) };
}

/** Authenticates anew: one side has a passphrase generated, the other gives it. Until then both are pending. */
function authentication(ctx: Ctx, peer: ClusterPeerState): Rec | undefined {
  const { body, cluster, fabric, now } = ctx;
  const passphrase = text(body, "authentication.passphrase");
  const generate = flag(body, "authentication.generate_passphrase") ?? false;
  if (passphrase === undefined && !generate) return undefined;
  const remote = peer.remote === undefined ? undefined : fabric.clusters.get(peer.remote);
  if (passphrase !== undefined) {
    checkLength(passphrase);
    if (!remote || !fabric.cabled(cluster.name, remote.name))
      throw new ApiError(4653215, `No cluster answers the introduction of "${peer.name}".`, 400);
    const offered = offeredBy(remote, cluster, passphrase, now);
    Object.assign(offered, { passphrase: undefined, expiresAt: undefined });
    Object.assign(peer, { passphrase: undefined, expiresAt: undefined });
    return undefined;
  }
  const secret = fabric.ids.hex(`${fabric.ids.next("passphrase")}`, 24);
  const expiresAt = expiry(ctx);
  Object.assign(peer, { passphrase: secret, expiresAt });
  return { passphrase: secret, expiry_time: isoTime(expiresAt) };
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
      4653058, 4653075, 4653215, 4653219, 4653220, 4653236, 4653365, 4653368, 4653708, 4655058, 4656069, 4656077,
      4656095, 4656100, 8847365,
    ],
    run: create,
  },
  {
    method: "PATCH",
    path: "/cluster/peers/{uuid}",
    reply: "sync",
    clusterOnly: true,
    body: accepts(
      "name authentication.{generate_passphrase,passphrase,expiry_time} encryption.proposed remote.{name,ip_addresses}",
      "initial_allowed_svms.{name,uuid} peer_applications",
    ),
    readable: fields,
    errors: [4653075, 4653215, 4653216, 4653219, 4653236, 4653368, 4653708, 4655058, 4656100, 8847365],
    run: change,
  },
  { method: "DELETE", path: "/cluster/peers/{uuid}", reply: "sync", clusterOnly: true, errors: [4653079], run: remove },
];
