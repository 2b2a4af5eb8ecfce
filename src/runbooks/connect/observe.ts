import type { ClusterConfig } from "../../config/types.js";
import { Refusal } from "../../core/problems.js";
import { interoperability, type OntapReader } from "../../ontap/index.js";
import { unlessHidden } from "../hidden.js";
import { getCluster, listed } from "../inventory.js";
import { portName, wantedNetwork, type NetworkItem } from "../network/items.js";
import { lookFor, portNamed } from "../network/look.js";
import type { ReadTools } from "../tools.js";
import { azureBetween } from "./azure.js";
import type { Facts, Side } from "./facts.js";
import { findHalf, standingOf } from "./peering.js";

const nothing = "Nothing was changed.";
export interface ConnectRequest {
  readonly clusters?: readonly string[] | undefined;
}

/** The two that are meant: named, or the only two there are. An array comes before Cloud Volumes ONTAP. */
export function whichClusters(asked: ConnectRequest, on: Pick<ReadTools, "inventory">): [ClusterConfig, ClusterConfig] {
  const { clusters } = on.inventory;
  const named = (asked.clusters ?? []).map((name) => getCluster(on.inventory, name));
  const [only] = named;
  const two = named.length === 1 && only ? partners(only, clusters) : named.length === 0 ? clusters : named;
  const [one, other, third] = two;
  if (!one || !other || third || one === other) throw notTwo(asked, clusters);
  return one.profile !== "onprem" && other.profile === "onprem" ? [other, one] : [one, other];
}

/** One is named: the other is the only one there is beside it. */
const partners = (one: ClusterConfig, all: readonly ClusterConfig[]): ClusterConfig[] => [
  one,
  ...all.filter((each) => each !== one),
];

function notTwo(asked: ConnectRequest, clusters: readonly ClusterConfig[]): Refusal {
  const pairs = clusters.flatMap((one, i) => clusters.slice(i + 1).map((other) => [one.name, other.name] as const));
  const choices = pairs
    .slice(0, 5)
    .map(([one, other]) => ({ label: `${one} and ${other}`, say: `connect ${one} and ${other}` }));
  const why =
    clusters.length < 2
      ? "There is only one cluster in the configuration"
      : `${(asked.clusters ?? []).length > 2 ? "Two clusters are connected at a time" : "Which two clusters should be connected"}`;
  return new Refusal(`${why}${clusters.length < 2 ? "." : `: ${listed(clusters.map(({ name }) => name))}?`}`, {
    next: nothing,
    detail: { choices },
  });
}

/** Looks at both sides. Throws a Refusal where they cannot be connected, or where something is there and is not what the file says. */
export async function observe(asked: ConnectRequest, on: ReadTools): Promise<Facts> {
  const [one, other] = whichClusters(asked, on);
  if (on.inventory.secrets?.["derivation"] === undefined)
    throw new Refusal(
      "The configuration has no secret called derivation, and the passphrase of a peering is made from it.",
      { next: `Add it under "secrets". ${nothing}` },
    );
  const sides: readonly [Side, Side] = [await viewSide(one, on), await viewSide(other, on)];
  const warnings = releases(sides);
  const partial = sides.some((side) => !side.everyNode);
  const connected = await alreadyConnected(sides, partial, on);
  return {
    sides,
    connected,
    warnings: [...warnings, ...(await uncovered(sides, on))],
    azure: connected ? [] : await azureBetween(sides, on),
    run: on.run,
  };
}

/** Which releases mirror to each other comes first: without it nothing of the rest is of use (reference 0). */
function releases([one, other]: readonly [Side, Side]): string[] {
  const pair = interoperability(
    { cluster: one.cluster.name, release: one.release },
    { cluster: other.cluster.name, release: other.release },
  );
  if (pair.works === "no") throw new Refusal(pair.says, { next: nothing });
  return pair.works === "unknown" ? [pair.says] : [];
}

async function viewSide(cluster: ClusterConfig, on: ReadTools): Promise<Side> {
  const array = on.ontap(cluster.name);
  const version = await array.cluster.version();
  const release = version.assumed ? undefined : version.short;
  const ipspace = cluster.intercluster?.ipspace ?? "Default";
  const wanted = wantedNetwork(cluster);
  const looked = await unlessHidden(() => lookAround(cluster, wanted, array));
  if (looked !== "hidden") return { cluster, ipspace, hidden: false, release, ...looked };
  const addresses = (cluster.intercluster?.interfaces ?? []).map((each) => each.address);
  if (addresses.length === 0)
    throw new Refusal(
      `The login may not see the network of ${cluster.name}, and the configuration does not say its intercluster addresses.`,
      { next: `Write them down as clusters.${cluster.name}.intercluster.interfaces. ${nothing}` },
    );
  return { cluster, ipspace, hidden: true, release, missing: wanted, there: [], addresses, everyNode: true };
}

async function lookAround(
  cluster: ClusterConfig,
  wanted: readonly NetworkItem[],
  array: OntapReader,
): Promise<Pick<Side, "missing" | "there" | "addresses" | "everyNode">> {
  const { name } = cluster;
  const nodes = (await array.cluster.listNodes()).map((node) => node.name);
  const own = await array.cluster.name();
  if (own !== name)
    throw new Refusal(`The configuration calls it ${name}, and the cluster calls itself ${own}.`, {
      next: `Peers know it by its own name: correct the configuration. ${nothing}`,
    });
  const missing: NetworkItem[] = [];
  const there: NetworkItem[] = [];
  for (const item of await asTheyStand(name, nodes, wanted, array)) {
    const seen = await lookFor(item, array);
    if (seen.is === "wrong")
      throw new Refusal(`${seen.what}, on ${name}. What is there is left alone.`, {
        next: `Correct it there, or what the configuration says of it. ${nothing}`,
      });
    (seen.is === "right" ? there : missing).push(item);
  }
  const ipspace = cluster.intercluster?.ipspace ?? "Default";
  const lifs = (await array.interfaces.listIntercluster(ipspace)).filter((lif) => lif.enabled && lif.state === "up");
  const wantedLifs = wanted.filter((item) => item.kind === "interface");
  const addresses = wantedLifs.length > 0 ? wantedLifs.map((each) => each.address) : lifs.map((lif) => lif.address);
  if (addresses.length === 0) throw noInterfaces(cluster);
  if (cluster.profile !== "onprem") await refuseLargeFrames(name, lifs, array);
  const covered = new Set([...lifs.map((lif) => lif.node), ...wantedLifs.map((each) => each.node)]);
  return { missing, there, addresses: addresses.sort(), everyNode: nodes.every((node) => covered.has(node)) };
}

/** Azure carries frames of 1500 bytes; larger ones are lost on the way, and a transfer hangs without a word (reference 2). */
async function refuseLargeFrames(
  cluster: string,
  lifs: readonly { readonly node: string | undefined; readonly port: string | undefined }[],
  array: OntapReader,
): Promise<void> {
  const carrying = new Set(lifs.map((lif) => `${lif.node ?? "?"}:${lif.port ?? "?"}`));
  const large = (await array.ports.list({})).filter(
    (port) => carrying.has(`${port.node}:${port.name}`) && (port.mtu ?? 0) > AZURE_MTU,
  );
  const [first] = large;
  if (!first) return;
  throw new Refusal(
    `${listed(large.map((port) => `${port.name} of ${port.node}`))} on ${cluster} ${large.length === 1 ? "sends" : "send"} frames of ${first.mtu ?? "?"} bytes, and Azure carries ${AZURE_MTU}.`,
    { next: `Give broadcast domain ${first.broadcastDomain?.name ?? "?"} an MTU of ${AZURE_MTU}. ${nothing}` },
  );
}
const AZURE_MTU = 1500;

function noInterfaces({ name, profile }: ClusterConfig): Refusal {
  const why = `${name} has no intercluster interface that is up`;
  return profile === "onprem"
    ? new Refusal(`${why}, and the configuration does not say where one should be.`, {
        next: `Write it down as clusters.${name}.intercluster. ${nothing}`,
      })
    : new Refusal(`${why}. On Cloud Volumes ONTAP BlueXP makes them, one a node.`, {
        next: `Look at the system in BlueXP. ${nothing}`,
      });
}

/** Items with what only the array knows: which broadcast domain a port is taken from, and that a VLAN is there without one. Throws a Refusal for what is not there at all. */
async function asTheyStand(
  cluster: string,
  nodes: readonly string[],
  wanted: readonly NetworkItem[],
  array: OntapReader,
): Promise<NetworkItem[]> {
  return Promise.all(
    wanted.map(async (item): Promise<NetworkItem> => {
      if (item.kind !== "vlan" && item.kind !== "port") return item;
      if (!nodes.includes(item.node))
        throw new Refusal(`${cluster} has no node ${item.node}; it has ${listed(nodes)}.`, {
          next: `Correct clusters.${cluster}.intercluster.interfaces. ${nothing}`,
        });
      const base = await portNamed(array, item.node, item.port);
      if (!base) throw noPort(cluster, item, await array.cluster.findPlatform());
      const port = item.kind === "vlan" ? await portNamed(array, item.node, portName(item.port, item.tag)) : base;
      if (!port) return item;
      if (item.kind === "vlan" && port.broadcastDomain) return item;
      const from = port.broadcastDomain;
      return {
        kind: "port",
        node: item.node,
        port: port.name,
        domain: item.domain,
        ...(from?.ipspace !== undefined ? { from: { name: from.name, ipspace: from.ipspace } } : {}),
      };
    }),
  ).then((items) => refuseBusyPorts(cluster, items, array));
}

/** On Cloud Volumes ONTAP a port is a NIC of the virtual machine, and one more is attached while its node is stopped (reference 2). */
function noPort(cluster: string, item: { node: string; port: string }, platform: string | undefined): Refusal {
  const nic =
    platform === "cvo-ha" || platform === "cvo-single"
      ? ` If it is to be a network interface of its own: one node at a time, the node is stopped and its virtual machine deallocated, the network interface (accelerated networking on) is attached, and the machine started; ONTAP calls it e0b on a single node, e0d or e0e on a pair.`
      : "";
  return new Refusal(`${item.node} of ${cluster} has no port ${item.port}.`, {
    next: `Correct clusters.${cluster}.intercluster.interfaces.${nic} ${nothing}`,
    ...(nic === ""
      ? {}
      : {
          detail: {
            choices: [{ label: "Attach it, one node at a time", say: `attach the replication nic to ${cluster}` }],
          },
        }),
  });
}

/** A port that carries an interface cannot change its IPspace (1377608), and whoever uses it would be cut off. */
async function refuseBusyPorts(
  cluster: string,
  items: readonly NetworkItem[],
  array: OntapReader,
): Promise<NetworkItem[]> {
  const moved = items.filter(
    (item) =>
      item.kind === "port" &&
      item.from &&
      (item.from.name !== item.domain.name || item.from.ipspace !== item.domain.ipspace),
  );
  if (moved.length === 0) return [...items];
  const lifs = await array.interfaces.list();
  for (const item of moved) {
    if (item.kind !== "port") continue;
    const on = lifs.filter((lif) => lif.node === item.node && lif.port === item.port);
    if (on.length > 0)
      throw new Refusal(
        `Port ${item.port} of ${item.node} carries ${listed(on.map((lif) => lif.name))}, and moving it to broadcast domain ${item.domain.name} would cut that off, on ${cluster}.`,
        { next: `Use a VLAN over it (intercluster.vlan), or another port. ${nothing}` },
      );
  }
  return [...items];
}

/** Good on every side that can be seen. Throws a Refusal for a peering that is half made or does not work. */
async function alreadyConnected(
  [one, other]: readonly [Side, Side],
  partial: boolean,
  on: ReadTools,
): Promise<boolean> {
  const halves = await Promise.all([
    findHalf({ cluster: one.cluster.name, peer: other.cluster.name, addresses: other.addresses }, on),
    findHalf({ cluster: other.cluster.name, peer: one.cluster.name, addresses: one.addresses }, on),
  ]);
  const names = [one.cluster.name, other.cluster.name] as const;
  const seen = halves.flatMap((half, i) => (half === "hidden" ? [] : [{ cluster: names[i] ?? "", half }]));
  if (seen.length === 0)
    throw new Refusal(`The peerings of neither ${names[0]} nor ${names[1]} can be seen with these logins.`, {
      next: nothing,
    });
  if (seen.every(({ half }) => half === undefined)) return false;
  for (const { cluster, half } of seen) {
    const peer = names.find((each) => each !== cluster) ?? "";
    if (half === undefined) throw halfMade(peer, cluster, "the other side knows nothing of it");
    const standing = standingOf(cluster, half, partial);
    if (standing.is === "pending") throw halfMade(cluster, peer, "it waits for the other side");
    if (standing.is === "bad")
      throw new Refusal(`They are peered, and it does not work: ${standing.why}`, { next: nothing });
  }
  return true;
}

const halfMade = (cluster: string, peer: string, why: string): Refusal =>
  new Refusal(`${cluster} has a peering with ${peer} that is half made: ${why}.`, {
    next: `It was not made by this request, so it is left alone: finish it, or delete it there (cluster peer delete -cluster ${peer}), and ask again. ${nothing}`,
  });

/** Nodes the mirrored volumes live on need an interface; two of many are enough if they live there. Throws a Refusal for one that has none. */
async function uncovered(sides: readonly [Side, Side], on: ReadTools): Promise<string[]> {
  const warnings: string[] = [];
  for (const side of sides) {
    if (side.everyNode || side.hidden) continue;
    const { name } = side.cluster;
    const nodesWith = new Set((side.cluster.intercluster?.interfaces ?? []).map((each) => each.node));
    const array = on.ontap(name);
    const aggregates = new Map((await array.aggregates.list()).map((each) => [each.name, each.node]));
    const refs = on.inventory.sets
      .flatMap(({ members }) => members.flatMap(({ source, mirror }) => [source, mirror]))
      .filter(({ cluster }) => cluster === name);
    for (const svm of new Set(refs.map((ref) => ref.svm))) {
      for (const volume of await array.volumes.list({ svm })) {
        if (!refs.some((ref) => ref.svm === svm && ref.volume === volume.name)) continue;
        const node = aggregates.get(volume.aggregate?.name ?? "");
        if (node !== undefined && !nodesWith.has(node))
          throw new Refusal(`${volume.name} lives on ${node} of ${name}, which gets no intercluster interface.`, {
            next: `Add one for ${node} to clusters.${name}.intercluster.interfaces. ${nothing}`,
          });
      }
    }
    warnings.push(
      `Not every node of ${name} takes part: only volumes on ${listed([...nodesWith])} can be mirrored, and ONTAP calls the peering partial.`,
    );
  }
  return warnings;
}
