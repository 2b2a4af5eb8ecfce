import { createHash } from "node:crypto";
import { z } from "zod";
import { Rejected } from "../../core/problems.js";
import { defineStep, shown, type Past, type Probe } from "../define.js";
import { changes } from "../resources.js";
import type { ReadTools, Tools } from "../tools.js";
import { connectorActions } from "./connectorRole.js";
import { connectorTemplate } from "./connectorTemplate.js";
import { connectorNote } from "./console.js";
import { connectorResource, groupResource, roleResource } from "./resources.js";

/** The tag our Azure objects carry. */
const runTag = "sluice-run";
const connectorTag = "sluice-connector";
const nothing = z.object({}).strict();

/** A GUID of ours, made again after a crash as it was before. */
export function guidOf(text: string): string {
  const hash = createHash("sha256").update(text).digest("hex");
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-4${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
}

const groupInput = z.object({ name: z.string(), location: z.string(), tag: z.string() });

export const createGroup = defineStep({
  effect: "change",
  input: groupInput,
  output: nothing,
  describe: ({ name, location }) => `Create the resource group ${shown(name, "?")} in ${shown(location, "?")}`,
  touches: ({ name }) => [changes(groupResource(shown(name, "?")))],
  probe: async ({ name, tag }, on): Promise<Probe<z.infer<typeof nothing>>> => {
    const found = await on.azure().groups.find(name);
    if (!found || found.state === "Deleting") return { found: "absent" };
    if (found.tags[runTag] === tag) return { found: "done", output: {} };
    return { found: "foreign", what: `The resource group ${name} was made by somebody else meanwhile` };
  },
  run: ({ name, location, tag }, on) => on.azure().groups.create(name, location, { [runTag]: tag }),
  undo: {
    describe: ({ name }) => `the resource group ${shown(name, "?")} is deleted, if nothing lies in it`,
    run: async ({ name }, _past, on) => {
      const inside = await on.azure().groups.resources(name);
      if (inside.length > 0)
        throw new Rejected(`${name} is not empty (${inside.map((each) => each.name).join(", ")}), so it was left`, {
          from: "Sluice",
        });
      await on.azure().groups.remove(name);
    },
  },
});

const roleInput = z.object({ scope: z.string(), roleName: z.string(), guid: z.string() });
const roleOutput = z.object({ id: z.string() });

export const defineRole = defineStep({
  effect: "change",
  input: roleInput,
  output: roleOutput,
  describe: ({ roleName }) =>
    `Define the Azure role "${shown(roleName, "?")}" in the subscription (${connectorActions.length} actions: what a Connector needs to deploy and run Cloud Volumes ONTAP)`,
  touches: ({ roleName }) => [changes(roleResource(shown(roleName, "?")))],
  probe: async ({ scope, roleName, guid }, on): Promise<Probe<z.infer<typeof roleOutput>>> => {
    const found = await on.azure().roles.findDefinition(scope, roleName);
    if (!found) return { found: "absent" };
    if (found.name.toLowerCase() === guid) return { found: "done", output: { id: found.id } };
    return { found: "foreign", what: `A role called "${roleName}" is there already` };
  },
  run: ({ scope, roleName, guid }, on) =>
    on.azure().roles.define(scope, guid, {
      roleName,
      description: "What a BlueXP Connector needs to deploy and run Cloud Volumes ONTAP",
      actions: connectorActions,
    }),
  undo: {
    describe: ({ roleName }) => `the role "${shown(roleName, "?")}" is removed again`,
    run: ({ scope, guid }, _past, on) => on.azure().roles.removeDefinition(scope, guid),
  },
});

const machineInput = z.object({
  name: z.string(),
  company: z.string(),
  region: z.string(),
  resourceGroup: z.string(),
  network: z.string(),
  subnet: z.string(),
  size: z.string(),
  adminUser: z.string(),
  adminKey: z.string(),
  /** Id of its machine. */
  machine: z.string(),
  tag: z.string(),
});
type MachineInput = z.infer<typeof machineInput>;
const machineOutput = z.object({ clientId: z.string(), principal: z.string() });
type MachineOutput = z.infer<typeof machineOutput>;
const agentsBefore = z.object({ agents: z.array(z.string()) });

const deploymentOf = ({ name, tag }: MachineInput): string => `${name}-${tag}`.slice(0, 64);

async function probeMachine(given: MachineInput, on: ReadTools): Promise<Probe<MachineOutput>> {
  const [machine, deployment] = await Promise.all([
    on.azure().resources.find(given.machine),
    on.azure().deployments.find(given.resourceGroup, deploymentOf(given)),
  ]);
  if (deployment && !/^(Succeeded|Failed|Canceled)$/.test(deployment.state))
    return {
      found: "running",
      watch: { kind: "deployment", resourceGroup: given.resourceGroup, name: deploymentOf(given) },
    };
  if (!machine) {
    if (deployment?.state === "Failed")
      return {
        found: "absent",
        because: `Azure could not deploy ${given.name}: ${deployment.problem ?? "it does not say why"}`,
      };
    return { found: "absent" };
  }
  if (machine.tags[runTag] !== given.tag)
    return { found: "foreign", what: `There is a machine ${given.name} in ${given.resourceGroup} already` };
  const clientId = machine.tags[connectorTag] ?? "";
  if (machine.principal === undefined || !(await on.bluexp().agents.find(clientId)))
    return { found: "partial", why: `The machine ${given.name} is there, but not what belongs to it.` };
  return { found: "done", output: { clientId, principal: machine.principal } };
}

/** Registrations of that name that came since the step began: ours, also one whose answer was lost. */
async function removeAgents(given: MachineInput, past: Past, on: Tools): Promise<void> {
  const before = agentsBefore.safeParse(past.before);
  if (!before.success) return;
  const all = await on.bluexp().agents.list();
  for (const each of all.filter((agent) => agent.name === given.name && !before.data.agents.includes(agent.clientId)))
    await on.bluexp().agents.remove(each.clientId);
}

/** The registration's secret is given once and goes straight into the machine's protected parameter: it is in no plan, journal or log. */
export const deployMachine = defineStep<MachineInput, MachineOutput>({
  effect: "change",
  input: machineInput,
  output: machineOutput,
  describe: ({ name, size, subnet, resourceGroup }) =>
    `Register the Connector ${shown(name, "?")} with BlueXP and deploy its machine: ${shown(size, "?")} in ${shown(resourceGroup, "?")}, subnet ${shown(subnet, "?").replace(/^.*\//, "")}, no public address`,
  touches: ({ name, resourceGroup }) => [
    changes(connectorResource(shown(name, "?"))),
    changes(groupResource(shown(resourceGroup, "?"))),
  ],
  before: async (given, on) => ({
    agents: (await on.bluexp().agents.list()).filter((each) => each.name === given.name).map((each) => each.clientId),
  }),
  probe: (given, on) => probeMachine(given, on),
  run: async (given, on, past) => {
    if (past.attempt > 1) await removeAgents(given, past, on);
    const { name, company, region, network, subnet, size, adminUser, adminKey, tag } = given;
    const { clientId, customData } = await on.bluexp().agents.register({ name, company, region, network, subnet });
    await on.note({ agent: clientId });
    await on.azure().deployments.start(given.resourceGroup, deploymentOf(given), connectorTemplate, {
      name,
      subnet,
      size,
      adminUser,
      adminKey,
      customData,
      tags: { [runTag]: tag, [connectorTag]: clientId },
    });
  },
  undo: {
    describe: ({ name }) => `the machine ${shown(name, "?")} is deleted and its registration taken back`,
    run: async (given, past, on) => {
      await on.azure().resources.remove(given.machine);
      await removeAgents(given, past, on);
    },
  },
});

const assignInput = z.object({
  scope: z.string(),
  role: z.string(),
  roleName: z.string(),
  guid: z.string(),
  principal: z.string(),
  name: z.string(),
});
const lastOf = (id: string): string => id.slice(id.lastIndexOf("/") + 1).toLowerCase();

export const assignRole = defineStep({
  effect: "change",
  input: assignInput,
  output: nothing,
  describe: ({ roleName, name }) =>
    `Give the identity of ${shown(name, "?")} the role "${shown(roleName, "?")}" in the subscription`,
  touches: ({ roleName, name }) => [
    changes(roleResource(shown(roleName, "?"))),
    changes(connectorResource(shown(name, "?"))),
  ],
  probe: async ({ scope, role, principal }, on): Promise<Probe<z.infer<typeof nothing>>> => {
    const all = await on.azure().roles.listAssignments(scope, principal);
    return all.some((each) => lastOf(each.role) === lastOf(role)) ? { found: "done", output: {} } : { found: "absent" };
  },
  run: ({ scope, role, guid, principal }, on) => on.azure().roles.assign(scope, guid, role, principal),
  undo: {
    describe: ({ name }) => `the identity of ${shown(name, "?")} loses it again`,
    run: ({ scope, guid }, _past, on) => on.azure().roles.removeAssignment(scope, guid),
  },
});

const adoptInput = z.object({ clientId: z.string(), name: z.string() });

export const adoptConnector = defineStep({
  effect: "change",
  input: adoptInput,
  output: adoptInput,
  describe: ({ name }) => `Wait until the Connector ${shown(name, "?")} reports to BlueXP, and use it from then on`,
  touches: ({ name }) => [changes(connectorResource(shown(name, "?")))],
  probe: async (given, on): Promise<Probe<z.infer<typeof adoptInput>>> => {
    const agent = await on.bluexp().agents.find(given.clientId);
    if (!agent) return { found: "unclear", why: `BlueXP no longer knows the Connector ${given.name}.` };
    if (!agent.active) return { found: "running", watch: { kind: "agent", clientId: given.clientId } };
    if ((await on.recall(connectorNote)) !== given.clientId) return { found: "absent" };
    return { found: "done", output: given };
  },
  run: ({ clientId }, on) => on.remember(connectorNote, clientId),
  undo: { describe: () => "it is no longer used", run: (_given, _past, on) => on.remember(connectorNote, "") },
});
