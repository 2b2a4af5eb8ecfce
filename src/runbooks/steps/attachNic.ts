import { z } from "zod";
import type { Resource } from "../../core/resource.js";
import type { Nic } from "../../azure/index.js";
import { Refusal, Rejected } from "../../core/problems.js";
import { defineStep, type HandOff, type Probe } from "../define.js";
import { cliWord } from "../handOff.js";
import { portNamed } from "../network/look.js";
import { changes, clusterResource } from "../resources.js";
import type { ReadTools } from "../tools.js";

const input = z.object({
  cluster: z.string(),
  node: z.string(),
  /** What ONTAP will call it. */
  port: z.string(),
  address: z.string(),
  /** Full ids in Azure. */
  subnet: z.string(),
  machine: z.string(),
  /** The node that serves its disks meanwhile; null: there is none. */
  partner: z.string().nullable(),
});
export type AttachNic = z.infer<typeof input>;

/** A machine's id in parts, as the Azure command line takes them. */
function partsOf(id: string): { subscription: string; group: string; name: string } {
  const [, subscription = "", , group = "", , , , name = ""] = id.split("/").slice(1);
  return { subscription, group, name };
}
export const nicName = ({ machine, port }: Pick<AttachNic, "machine" | "port">): string =>
  `${partsOf(machine).name}-nic-${port}`;

/** Beside the machine, in its resource group. */
const nicId = (of: Pick<AttachNic, "machine" | "port">): string =>
  of.machine.replace(/\/providers\/.*$/, `/providers/Microsoft.Network/networkInterfaces/${nicName(of)}`);
const nicResource = (id: string): Resource => ({
  kind: "nic",
  id: id.toLowerCase(),
  name: id.slice(id.lastIndexOf("/") + 1),
  environment: "infrastructure",
  labels: {},
});

const newNic = z.object({ ...input.shape, location: z.string(), tag: z.string() });
const runTag = "sluice-run";

/** The interface itself, made while its node still serves: what is left for the person is attaching it. */
export const createNic = defineStep<z.infer<typeof newNic>, Record<string, never>>({
  effect: "change",
  input: newNic,
  output: z.object({}).strict(),
  describe: (given) =>
    `Make the network interface ${nicName(of(given))} with ${String(given.address)} in Azure, for ${String(given.node)} of ${String(given.cluster)}`,
  touches: (given) => [changes(nicResource(nicId(of(given))))],
  probe: async (given, on): Promise<Probe<Record<string, never>>> => {
    const found = await on.azure().resources.find(nicId(given));
    if (!found) return { found: "absent" };
    if (found.tags[runTag] === given.tag) return { found: "done", output: {} };
    return { found: "foreign", what: `The network interface ${nicName(given)} is there already, and not of this run` };
  },
  run: (given, on) => {
    const { location, subnet, address, tag } = given;
    return on.azure().networks.createNic(nicId(given), { location, subnet, address, tags: { [runTag]: tag } });
  },
  undo: {
    describe: (given) => `the network interface ${nicName(of(given))} is deleted again, if it is on no machine`,
    run: async (given, _past, on) => {
      const nic = (await on.azure().networks.listNics()).find(
        ({ id }) => id.toLowerCase() === nicId(given).toLowerCase(),
      );
      if (!nic) return;
      if (nic.machine !== undefined)
        throw new Rejected(`${nic.name} is attached to a machine by now, so it was left`, { from: "Sluice" });
      await on.azure().resources.remove(nic.id);
    },
  },
});
/** What the plan holds is what the step is given: nothing of it is a Ref. */
const of = (given: { readonly machine: unknown; readonly port: unknown }): Pick<AttachNic, "machine" | "port"> => ({
  machine: String(given.machine),
  port: String(given.port),
});

/** The NIC of that address, on the machine it should be on; undefined: no NIC has the address. */
export function nicOf(nics: readonly Nic[], address: string): Nic | undefined {
  return nics.find((nic) => nic.addresses.some((each) => each.address === address));
}

const isOn = (nic: Nic, machine: string): boolean => nic.machine?.toLowerCase() === machine.toLowerCase();

/** Does the node have the port, and does Azure deliver its address there? A node that is stopped does not say, and has not got it yet. */
export async function lookForNic(
  given: Pick<AttachNic, "cluster" | "node" | "port" | "address" | "machine">,
  on: ReadTools,
): Promise<Probe<Record<string, never>>> {
  const nic = nicOf(await on.azure().networks.listNics(), given.address);
  if (nic?.machine !== undefined && !isOn(nic, given.machine))
    return { found: "foreign", what: `${given.address} is the address of ${nic.name}, on another machine` };
  const array = on.ontap(given.cluster);
  const node = (await array.cluster.listNodes()).find(({ name }) => name === given.node);
  if (node?.state !== "up")
    return { found: "absent", because: `${given.node} does not serve (it is ${node?.state ?? "not there"})` };
  if (!nic) return { found: "absent", because: `no network interface in Azure has ${given.address} yet` };
  if (nic.machine === undefined) return { found: "absent", because: `${nic.name} is attached to no machine` };
  if (!(await portNamed(array, given.node, given.port)))
    return { found: "absent", because: `${given.node} has no port ${given.port} yet` };
  return { found: "done", output: {} };
}

/**
 * One more network interface for one node of Cloud Volumes ONTAP (reference 2; NetApp: "Segregate SnapMirror traffic in Azure"). The node is stopped and its machine deallocated for it,
 * which no login of Sluice's may do: a person does it, with the exact text.
 */
export const attachNic = defineStep<AttachNic, Record<string, never>>({
  effect: "change",
  input,
  output: z.object({}).strict(),
  describe: (given) => {
    const { cluster, node, port, address, partner } = given;
    const meanwhile =
      typeof partner === "string"
        ? `${partner} serves its disks meanwhile, and its hosts lose half of their paths`
        : "nothing is served meanwhile";
    return `Stop ${String(node)} of ${String(cluster)}, attach the network interface ${nicName(of(given))} (${String(address)}) to its machine, start it again; ONTAP calls it ${String(port)}. ${meanwhile}`;
  },
  touches: (given) => [changes(clusterResource(String(given.cluster)))],
  probe: (given, on) => lookForNic(given, on),
  run: ({ node }) =>
    Promise.reject(
      new Refusal(`${node} is stopped, and its network interface attached, by a person.`, {
        next: "Nothing was changed.",
      }),
    ),
  handOff: (given) => textFor(input.parse(given)),
  undo: {
    stays:
      "the network interface stays: it carries nothing until something is put on it, and taking it away stops the node once more",
  },
});

const COMPUTE = "2024-07-01";

function textFor(given: AttachNic): HandOff {
  const { node, machine, partner, port } = given;
  const { group, name } = partsOf(machine);
  const nic = nicName(given);
  const vm = `--resource-group ${cliWord(group)} --name ${cliWord(name)}`;
  const pair = partner === null ? [] : [`storage failover show -node ${cliWord(node)} -fields possible`];
  const back = partner === null ? [] : [`storage failover giveback -ofnode ${cliWord(node)}`];
  return {
    note: `${node}, and only ${node}${partner === null ? "" : `: the next node is asked for when this one serves again. First see that a takeover by ${partner} is possible; the giveback at the end is needed only where it does not happen by itself`}. The size of the machine ${name} must have room for one more network interface. Lines that begin with "az" are for the Azure command line.`,
    cli: [
      ...pair,
      `system node halt -node ${cliWord(node)}`,
      `az vm stop ${vm}`,
      `az vm deallocate ${vm}`,
      `az vm nic add --resource-group ${cliWord(group)} --vm-name ${cliWord(name)} --nics ${cliWord(nic)}`,
      `az vm start ${vm}`,
      ...back,
      `network port show -node ${cliWord(node)} -port ${cliWord(port)}`,
    ].join("\n"),
    rest: [
      `POST /api/private/cli/system/node/halt`,
      JSON.stringify({ node }),
      "",
      "then at management.azure.com, each when the one before is over:",
      `POST ${machine}/deallocate?api-version=${COMPUTE}`,
      `PATCH ${machine}?api-version=${COMPUTE}`,
      `with properties.networkProfile.networkInterfaces as GET shows them, and { "id": "${nicId(given)}", "properties": { "primary": false } } behind them`,
      `POST ${machine}/start?api-version=${COMPUTE}`,
    ].join("\n"),
  };
}
