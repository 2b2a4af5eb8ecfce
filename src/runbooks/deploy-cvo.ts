import { z } from "zod";
import type { MarketplacePlan } from "../azure/index.js";
import type { ClusterConfig, CvoDeployment } from "../config/types.js";
import { Refusal } from "../core/problems.js";
import {
  accountIsThere,
  keyIsFit,
  lookAtPlace,
  placeIsThere,
  quotaSuffices,
  refuseMissing,
  subscriptionWorks,
  termsAccepted,
  type Check,
} from "./cloud/checks.js";
import { connectorOf, cvoOf, findByName } from "./cloud/console.js";
import { createSystem, seeOntap } from "./cloud/systemSteps.js";
import { defineRunbook, type AnyRunbook, type EndedStep, type Planner } from "./define.js";
import type { ReadTools, RunFacts } from "./tools.js";

const request = z.strictObject({
  cluster: z.string().optional(),
  /** "as HA", "as a single node": said, it has to be what the configuration says. */
  ha: z.literal(true).optional(),
  single: z.literal(true).optional(),
});
type Request = z.infer<typeof request>;
const steps = { createSystem, seeOntap };

interface Facts {
  readonly cluster: ClusterConfig;
  readonly deploy: CvoDeployment;
  readonly connector: string;
  readonly workspace: string;
  readonly subscription: string;
  readonly vnet: string;
  readonly subnet: string;
  readonly cidr: string;
  readonly run: RunFacts;
}

/** Deploys Cloud Volumes ONTAP as the configuration describes it, in a resource group of its own. */
export const deployCvo = defineRunbook({
  name: "deploy-cvo",
  version: 1,
  title: (asked: Request) => `Deploy ${asked.cluster ?? "Cloud Volumes ONTAP"}`,
  request,
  steps,
  observe,
  plan,
  closing,
  example: { say: "deploy cvo", world: "bare", first: ["deploy connector"] },
});

/** The marketplace image of Cloud Volumes ONTAP; every package by capacity runs from the one that brings its own licence. */
const systemPlan = ({ profile }: ClusterConfig, { marketplacePlan }: CvoDeployment): MarketplacePlan => ({
  publisher: "netapp",
  offer: "netapp-ontap-cloud",
  plan: marketplacePlan ?? (profile === "cvo-ha" ? "ontap_cloud_byol_ha" : "ontap_cloud_byol"),
});

async function observe(asked: Request, on: ReadTools): Promise<Facts> {
  const cluster = cvoOf(on.inventory, asked.cluster);
  const { deploy, name, profile } = cluster;
  if (!deploy)
    throw new Refusal(`The configuration does not say how ${name} is to be deployed.`, {
      next: `Write it under "deploy" of that cluster (docs/operating.md). Nothing was changed.`,
    });
  refuseOtherShape(asked, cluster);
  const connector = await connectorOf(on);
  const through = on.bluexp().through(connector);
  const agent = await on.bluexp().agents.find(connector);
  const connectorRuns: Check = () =>
    Promise.resolve(
      agent?.active === true
        ? []
        : [
            {
              what: `The Connector ${agent?.name ?? connector} does not report to BlueXP.`,
              text: "Start its machine in Azure, or name the one that manages the systems now as bluexp.connector.",
            },
          ],
    );
  await refuseMissing(name, [
    accountIsThere(on),
    connectorRuns,
    subscriptionWorks(on),
    placeIsThere(on, deploy.vnet, deploy.subnet, deploy.region),
    termsAccepted(on, systemPlan(cluster, deploy)),
    quotaSuffices(on, deploy.region, deploy.size, profile === "cvo-ha" ? 2 : 1),
    keyIsFit(on, deploy.encryptionKey, deploy.region),
  ]);
  if (await findByName(through, name))
    throw new Refusal(`BlueXP has a working environment called ${name} already.`, { next: "Nothing was changed." });
  if (await on.azure().groups.find(deploy.resourceGroup))
    throw new Refusal(
      `The resource group ${deploy.resourceGroup} is there already, and a system gets one of its own: it is deleted with it.`,
      { next: `Name another one, or remove it if nothing is in it. Nothing was changed.` },
    );
  const workspaces = await through.workspaces();
  const wanted = on.inventory.bluexp?.workspace;
  const [first, ...others] = wanted === undefined ? workspaces : workspaces.filter((each) => each.id === wanted);
  if (!first || others.length > 0)
    throw new Refusal(
      `${first ? "The account has several workspaces" : `The account has no workspace ${wanted ?? ""}`.trim()}: ${workspaces.map((each) => `${each.id} (${each.name})`).join(", ")}.`,
      { next: "Name one as bluexp.workspace. Nothing was changed." },
    );
  const { vnet, subnet } = await lookAtPlace(on, deploy.vnet, deploy.subnet);
  return {
    cluster,
    deploy,
    connector,
    workspace: first.id,
    subscription: on.azure().subscriptionId,
    vnet: vnet?.id ?? "",
    subnet: subnet?.id ?? "",
    cidr: vnet?.prefixes[0] ?? "",
    run: on.run,
  };
}

/** A pair or a single node is a matter of the licence, the network and the price: a sentence does not decide it against the configuration. */
function refuseOtherShape({ ha, single }: Request, { name, profile }: ClusterConfig): void {
  const isPair = profile === "cvo-ha";
  if (!(isPair ? single : ha)) return;
  throw new Refusal(`The configuration has ${name} as ${isPair ? "an HA pair" : "a single node"}.`, {
    next: "Nothing was changed. Change its profile there if it is to be the other.",
    detail: { choices: [{ label: `Deploy it as ${isPair ? "a pair" : "a single node"}`, say: `deploy ${name}` }] },
  });
}

function plan(_asked: Request, facts: Facts, p: Planner<typeof steps>): void {
  const { cluster, deploy, connector, workspace, subscription, vnet, subnet, cidr, run } = facts;
  const {
    region,
    resourceGroup,
    svm,
    adminPassword,
    size,
    package: licence,
    saasSubscription,
    supportAccount,
    diskTb,
    storage,
    encryptionKey,
    zones,
    tags,
  } = deploy;
  const { name } = cluster;
  p.warn(
    "A Cloud Volumes ONTAP costs money from the moment it is made: machines, disks and NetApp's capacity licence.",
  );
  const made = p.step.createSystem({
    cluster: name,
    connector,
    wanted: {
      name,
      ha: cluster.profile === "cvo-ha",
      workspace,
      region,
      subscription,
      vnet,
      subnet,
      cidr,
      resourceGroup,
      svm,
      password: { $secret: adminPassword },
      size,
      package: licence,
      ...(saasSubscription === undefined ? {} : { saasSubscription }),
      ...(supportAccount === undefined ? {} : { supportAccount }),
      diskTb,
      storage,
      ...(encryptionKey === undefined ? {} : { key: encryptionKey }),
      zones: [...zones],
      tags: { ...tags, "sluice-run": run.tag },
    },
  });
  p.step.seeOntap({ cluster: name, address: made.address });
}

function closing(ended: readonly EndedStep[]): ReturnType<NonNullable<AnyRunbook["closing"]>> {
  const see = z.object({ cluster: z.string() }).safeParse(ended.find((each) => each.uses === "seeOntap")?.input);
  const made = z.object({ address: z.string() }).safeParse(ended.find((each) => each.uses === "createSystem")?.output);
  if (!see.success || !made.success) return { sentences: [], choices: [] };
  return {
    sentences: [`${see.data.cluster} runs, and its ONTAP answers. Its management address is ${made.data.address}.`],
    choices: [{ label: "Connect the clusters", say: "connect clusters" }],
  };
}
