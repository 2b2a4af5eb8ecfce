import { z } from "zod";
import type { Nic, Subnet } from "../azure/index.js";
import type { ClusterConfig } from "../config/types.js";
import { Refusal } from "../core/problems.js";
import { cvoOf } from "./cloud/console.js";
import { refuseInUse } from "./cloud/inUse.js";
import { defineRunbook, type Planner } from "./define.js";
import { listed } from "./inventory.js";
import { holds } from "./network/addresses.js";
import { attachNic as attach, createNic, lookForNic, nicName, nicOf, type AttachNic } from "./steps/attachNic.js";
import type { ReadTools, RunFacts } from "./tools.js";

const request = z.strictObject({ cluster: z.string().optional() });
type Request = z.infer<typeof request>;
const steps = { createNic, attachNic: attach };
const nothing = "Nothing was changed.";

type Wanted = AttachNic & {
  readonly location: string;
  /** The interface is there and on no machine: an earlier run got so far. */
  readonly made: boolean;
};

interface Facts {
  readonly cluster: ClusterConfig;
  /** What is to be attached, one node after the other. */
  readonly missing: readonly Wanted[];
  readonly there: readonly string[];
  readonly subnet: string;
  readonly run: RunFacts;
}

/**
 * A network interface of its own for replication on every node of a Cloud Volumes ONTAP (reference 2; NetApp: "Segregate SnapMirror traffic in Azure"). Each node is stopped for it, one at a
 * time, and only while nothing on it is used; a person does it, and Sluice sees that the node is back before it asks for the next.
 */
export const attachNic = defineRunbook({
  name: "attach-nic",
  version: 1,
  title: (asked: Request) => `Attach the replication NICs of ${asked.cluster ?? "Cloud Volumes ONTAP"}`,
  request,
  steps,
  observe,
  plan,
  closing: () => ({
    sentences: [
      "Every node has its network interface and serves again. What replication needs on it is made by connecting the clusters.",
    ],
    choices: [{ label: "Connect the clusters", say: "connect clusters" }],
  }),
  example: { say: "attach the replication nic", world: "apart-nic" },
});

async function observe(asked: Request, on: ReadTools): Promise<Facts> {
  const cluster = cvoOf(on.inventory, asked.cluster);
  const { name, intercluster } = cluster;
  const wanted = intercluster?.interfaces ?? [];
  if (wanted.length === 0)
    throw new Refusal(`The configuration names no intercluster interface of its own for ${name}.`, {
      next: `Write node, port and address of each down as clusters.${name}.intercluster.interfaces. ${nothing}`,
    });
  const array = on.ontap(name);
  const nodes = await array.cluster.listNodes();
  const unknown = wanted.filter(({ node }) => !nodes.some((each) => each.name === node));
  if (unknown.length > 0)
    throw new Refusal(
      `${name} has no node ${listed(unknown.map(({ node }) => node))}; it has ${listed(nodes.map((each) => each.name))}.`,
      {
        next: `Correct clusters.${name}.intercluster.interfaces. ${nothing}`,
      },
    );
  refuseSeveral(name, wanted);
  refusePorts(cluster, wanted);
  const down = nodes.filter(({ state }) => state !== undefined && state !== "up");
  if (down.length > 0)
    throw new Refusal(
      `${listed(down.map((each) => `${each.name} is ${each.state ?? "?"}`))}: while a node of ${name} does not serve, no other may be stopped.`,
      { next: `Bring it back first. ${nothing}` },
    );
  const nics = await on.azure().networks.listNics();
  const items: Wanted[] = [];
  let subnet: Subnet | undefined;
  for (const { node, port, address } of wanted) {
    const machine = await machineOf(name, node, nics, on);
    const place = await subnetOf(address, machine.near, on);
    subnet = place.subnet;
    const partner = nodes.find((each) => each.name !== node)?.name ?? null;
    items.push({
      cluster: name,
      node,
      port,
      address,
      subnet: subnet.id,
      machine: machine.id,
      partner,
      location: place.location,
      made: nicOf(nics, address) !== undefined,
    });
  }
  const missing: Wanted[] = [];
  for (const item of items) {
    const seen = await lookForNic(item, on);
    if (seen.found === "foreign") throw new Refusal(`${seen.what}.`, { next: `Name another address. ${nothing}` });
    if (seen.found !== "done") missing.push(item);
  }
  if (missing.length === 0)
    throw new Refusal(`Every node of ${name} has its network interface already.`, {
      next: nothing,
      detail: { choices: [{ label: "Connect the clusters", say: "connect clusters" }] },
    });
  refuseHalf(missing, nics);
  await refuseInUse(name, on, "the application would lose half of its paths, or all of them");
  return {
    cluster,
    missing,
    there: items.filter((item) => !missing.includes(item)).map(({ node }) => node),
    subnet: subnet?.name ?? "",
    run: on.run,
  };
}

/** Exactly one more NIC a machine (reference 2). */
function refuseSeveral(cluster: string, wanted: readonly { readonly node: string }[]): void {
  const twice = wanted.filter(({ node }, i) => wanted.findIndex((each) => each.node === node) < i);
  if (twice.length === 0) return;
  throw new Refusal(
    `A node of ${cluster} takes one network interface more, and ${twice[0]?.node ?? "?"} is to have several.`,
    {
      next: `Correct clusters.${cluster}.intercluster.interfaces. ${nothing}`,
    },
  );
}

/** What ONTAP calls a further NIC: e0b on a single node, e0d (managed disks) or e0e (page blobs) on a pair. */
function refusePorts(
  { name, profile }: ClusterConfig,
  wanted: readonly { readonly port: string; readonly node: string }[],
): void {
  const names = profile === "cvo-single" ? ["e0b"] : ["e0d", "e0e"];
  const wrong = wanted.find(({ port }) => !names.includes(port));
  if (!wrong) return;
  throw new Refusal(
    `ONTAP calls a further network interface of ${profile === "cvo-single" ? "a single node" : "a pair's node"} ${names.join(" or ")}, and the configuration says ${wrong.port} for ${wrong.node}.`,
    { next: `Correct clusters.${name}.intercluster.interfaces. ${nothing}` },
  );
}

/** A NIC of that address which is on no machine: somebody is at it, or left it. */
function refuseHalf(missing: readonly AttachNic[], nics: readonly Nic[]): void {
  for (const item of missing) {
    const nic = nicOf(nics, item.address);
    if (nic && nic.machine === undefined && nic.name !== nicName(item))
      throw new Refusal(`The network interface ${nic.name} has ${item.address} already and is on no machine.`, {
        next: `Attach it to the machine of ${item.node} yourself, or delete it, and ask again. ${nothing}`,
      });
  }
}

/** The machine a node runs on, known by the addresses it has. */
async function machineOf(
  cluster: string,
  node: string,
  nics: readonly Nic[],
  on: ReadTools,
): Promise<{ readonly id: string; readonly near: string }> {
  const lifs = (await on.ontap(cluster).interfaces.list()).filter((lif) => lif.node === node);
  for (const lif of lifs) {
    const nic = nicOf(nics, lif.address);
    const near = nic?.addresses.find(({ address }) => address === lif.address)?.subnet;
    if (nic?.machine !== undefined && near !== undefined && near !== "") return { id: nic.machine, near };
  }
  throw new Refusal(
    `No network interface in Azure has an address of ${node} of ${cluster}, so its machine is not known.`,
    {
      next: `Look whether Sluice may read the network interfaces of its resource group. ${nothing}`,
    },
  );
}

/** The subnet of the node's network the address lies in. */
async function subnetOf(address: string, near: string, on: ReadTools): Promise<{ subnet: Subnet; location: string }> {
  const [, group = "", vnetName = ""] =
    /\/resourceGroups\/([^/]+)\/providers\/Microsoft\.Network\/virtualNetworks\/([^/]+)\//i.exec(near) ?? [];
  const vnet = await on.azure().networks.findVnet(group, vnetName);
  const subnet = vnet?.subnets.find(({ prefixes }) => prefixes.some((prefix) => holds(prefix, address)));
  if (vnet && subnet) {
    if (subnet.id.toLowerCase() === near.toLowerCase())
      throw new Refusal(
        `${address} lies in ${subnet.name}, where the node has its other addresses: replication would not be apart from anything.`,
        { next: `Name an address of another subnet of ${vnetName}. ${nothing}` },
      );
    return { subnet, location: vnet.location };
  }
  throw new Refusal(`No subnet of ${vnetName === "" ? "the node's network" : vnetName} holds ${address}.`, {
    next: `Make one for replication, or name another address. ${nothing}`,
  });
}

function plan(_asked: Request, { cluster, missing, there, subnet, run }: Facts, p: Planner<typeof steps>): void {
  const single = cluster.profile === "cvo-single";
  p.warn(
    single
      ? `${cluster.name} is a single node: while it is stopped nothing of it is served, and its mirrors are not updated.`
      : `While one node of ${cluster.name} is stopped the other serves alone: a fault of it then stops everything.`,
  );
  p.show(
    "Where",
    `${listed(missing.map(({ node, port, address }) => `${address} as ${port} of ${node}`))}, in the subnet ${subnet}${there.length > 0 ? `; ${listed(there)} has its own already` : ""}`,
  );
  for (const { made, ...item } of missing) if (!made) p.step.createNic({ ...item, tag: run.tag });
  for (const { made: _made, location: _location, ...item } of missing) p.step.attachNic({ ...item }, { handOff: true });
}
