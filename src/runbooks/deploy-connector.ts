import { z } from "zod";
import type { ConnectorDeployment } from "../config/types.js";
import { Refusal } from "../core/problems.js";
import {
  accountIsThere,
  mayDo,
  placeIsThere,
  quotaSuffices,
  refuseMissing,
  subscriptionId,
  subscriptionWorks,
  termsAccepted,
  vnetId,
} from "./cloud/checks.js";
import { connectorPlan } from "./cloud/connectorTemplate.js";
import { adoptConnector, assignRole, createGroup, defineRole, deployMachine, guidOf } from "./cloud/connectorSteps.js";
import { defineRunbook, type AnyRunbook, type EndedStep, type Planner } from "./define.js";
import type { ReadTools, RunFacts } from "./tools.js";

const request = z.strictObject({});
const steps = { createGroup, defineRole, deployMachine, assignRole, adoptConnector };
const roleName = "Sluice BlueXP Connector";

interface Facts {
  readonly deploy: ConnectorDeployment;
  readonly subscription: string;
  readonly network: string;
  readonly groupIsThere: boolean;
  /** Id of the role, where it is defined already. */
  readonly role: string | undefined;
  readonly run: RunFacts;
}

/** Deploys the BlueXP Connector. Everything that has to be there first is looked at first, and what is missing is named with its text. */
export const deployConnector = defineRunbook({
  name: "deploy-connector",
  version: 1,
  title: () => "Deploy the BlueXP Connector",
  request,
  steps,
  observe,
  plan,
  closing,
  example: { say: "deploy connector", world: "bare" },
});

async function observe(_asked: z.infer<typeof request>, on: ReadTools): Promise<Facts> {
  const deploy = on.inventory.bluexp?.deploy;
  if (!deploy)
    throw new Refusal("The configuration does not say where a Connector is to be deployed.", {
      next: 'Write it under "bluexp.deploy" (docs/operating.md). Nothing was changed.',
    });
  const scope = subscriptionId(on);
  await refuseMissing("The Connector", [
    accountIsThere(on),
    subscriptionWorks(on),
    placeIsThere(on, deploy.vnet, deploy.subnet, deploy.region),
    termsAccepted(on, connectorPlan),
    quotaSuffices(on, deploy.region, deploy.size, 1),
    mayDo(on, scope, [
      "Microsoft.Resources/deployments/write",
      "Microsoft.Compute/virtualMachines/write",
      "Microsoft.Authorization/roleDefinitions/write",
      "Microsoft.Authorization/roleAssignments/write",
    ]),
  ]);
  const twin = (await on.bluexp().agents.list()).find((each) => each.name === deploy.name);
  if (twin?.active)
    throw new Refusal(`There is a Connector called ${deploy.name} already, and it runs (client id ${twin.clientId}).`, {
      next: "Name it as bluexp.connector in the configuration, or another name under bluexp.deploy. Nothing was changed.",
    });
  const group = await on.azure().groups.find(deploy.resourceGroup);
  if (!group) {
    const create = `az group create --name ${deploy.resourceGroup} --location ${deploy.region}`;
    await refuseMissing("The Connector", [
      async () =>
        (await mayDo(on, scope, ["Microsoft.Resources/subscriptions/resourceGroups/write"])()).map(() => ({
          what: `There is no resource group ${deploy.resourceGroup}, and Sluice may not create one.`,
          text: create,
        })),
    ]);
  }
  const role = await on.azure().roles.findDefinition(scope, roleName);
  return {
    deploy,
    subscription: scope,
    network: vnetId(on, deploy.vnet),
    groupIsThere: group !== undefined,
    role: role?.id,
    run: on.run,
  };
}

function plan(_asked: z.infer<typeof request>, facts: Facts, p: Planner<typeof steps>): void {
  const { deploy, subscription, network, run } = facts;
  const { name, company, region, resourceGroup, size, adminUser, adminKey } = deploy;
  p.warn(
    "The Connector's identity may create and delete machines, disks and networks in the whole subscription: it is what deploys and runs Cloud Volumes ONTAP.",
  );
  if (!facts.groupIsThere) p.step.createGroup({ name: resourceGroup, location: region, tag: run.tag });
  const role =
    facts.role ?? p.step.defineRole({ scope: subscription, roleName, guid: guidOf(`${subscription}/${roleName}`) }).id;
  const made = p.step.deployMachine({
    name,
    company,
    region,
    resourceGroup,
    network,
    subnet: `${network}/subnets/${deploy.subnet}`,
    size,
    adminUser,
    adminKey,
    machine: `${subscription}/resourceGroups/${resourceGroup}/providers/Microsoft.Compute/virtualMachines/${name}`,
    tag: run.tag,
  });
  p.step.assignRole({
    scope: subscription,
    role,
    roleName,
    guid: guidOf(`${run.tag}/${name}`),
    principal: made.principal,
    name,
  });
  p.step.adoptConnector({ clientId: made.clientId, name });
}

function closing(ended: readonly EndedStep[]): ReturnType<NonNullable<AnyRunbook["closing"]>> {
  const made = z
    .object({ clientId: z.string(), name: z.string() })
    .safeParse(ended.find((each) => each.uses === "adoptConnector")?.output);
  if (!made.success) return { sentences: [], choices: [] };
  return {
    sentences: [
      `The Connector ${made.data.name} runs.`,
      `Its client id is ${made.data.clientId}: write it into the configuration as bluexp.connector, so that it is known even if Sluice's own store is lost.`,
    ],
    choices: [{ label: "Deploy CVO", say: "deploy cvo" }],
  };
}
