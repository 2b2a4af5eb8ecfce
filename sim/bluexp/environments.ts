import { createHash } from "node:crypto";
import type { Cloud } from "../kit/cloud.js";
import type { World, WorldBluexp, WorldCluster } from "../worlds/types.js";
import { deployInAzure, systemOf } from "./build.js";
import { checkCreate, type CreateBody } from "./check.js";
import type { Task, Tasks } from "./tasks.js";
import { BluexpError, type BluexpKnobs, type Yard } from "./types.js";

type Status = "INITIALIZING" | "ON" | "OFF" | "STARTING" | "STOPPING" | "DELETING" | "FAILED";

interface Environment {
  readonly id: string;
  readonly name: string;
  readonly ha: boolean;
  readonly body: CreateBody;
  status: Status;
  message: string;
  spec?: WorldCluster;
  /** What it is on the way to, and when it is there. */
  due?: { readonly at: number; readonly act: () => void };
}

/** ONTAP of a system made new. */
const LATEST = { generation: 9, major: 16, minor: 1 } as const;

/** Working environments: Cloud Volumes ONTAP in Azure, single and HA. */
export class Environments {
  private readonly all = new Map<string, Environment>();
  /** Names of those a call deleted, oldest first. */
  readonly deleted: string[] = [];
  private count = 0;

  constructor(
    private readonly world: World,
    private readonly account: WorldBluexp,
    private readonly yard: Yard,
    private readonly cloud: Cloud,
    private readonly tasks: Tasks,
    private readonly knobs: BluexpKnobs,
    private readonly now: () => number,
  ) {
    this.reset();
  }

  reset(): void {
    this.all.clear();
    this.deleted.length = 0;
    this.count = 0;
    for (const spec of this.world.clusters.filter((each) => each.platform !== "onprem")) {
      const id = this.newId(spec.name);
      const body = { name: spec.name, region: this.cloud.location, resourceGroup: `rg-${spec.name}` };
      this.all.set(id, { id, name: spec.name, ha: spec.platform === "cvo-ha", body, status: "ON", message: "", spec });
    }
  }

  secrets(): string[] {
    return [...this.all.values()].flatMap((each) => each.body.svmPassword ?? []);
  }

  settle(): void {
    for (const each of this.all.values()) {
      const { due } = each;
      if (!due || this.now() < due.at) continue;
      delete each.due;
      due.act();
    }
  }

  snapshot(): unknown {
    const there = [...this.all.values()].filter(({ status }) => status !== "DELETING");
    // on its way counts as there
    const settled: Partial<Record<Status, Status>> = { STARTING: "ON", STOPPING: "OFF" };
    return there.map(({ name, ha, status }) => ({ name, ha, status: settled[status] ?? status }));
  }

  list(): object {
    const view = (each: Environment): object => this.view(each);
    return {
      vsaWorkingEnvironments: [],
      azureVsaWorkingEnvironments: [...this.all.values()].map(view),
      gcpVsaWorkingEnvironments: [],
      onPremWorkingEnvironments: [],
    };
  }

  exists(name: string): boolean {
    return [...this.all.values()].some((each) => each.name.toLowerCase() === name.toLowerCase());
  }

  show(id: string, ha: boolean | undefined): object {
    return this.view(this.find(id, ha));
  }

  create(body: CreateBody, ha: boolean): { task: Task; view: object } {
    const { name } = checkCreate(body, ha, this.account, this.cloud);
    if (this.exists(name)) throw new BluexpError(400, `A working environment named ${name} already exists.`);
    const id = this.newId(name);
    const takes = ha ? this.knobs.createHaMs : this.knobs.createMs;
    const fails = this.knobs.creationFails;
    const giveUp = this.knobs.givesUpAfterMs;
    const made: Environment = { id, name, ha, body, status: "INITIALIZING", message: "" };
    const task = this.tasks.begin("Create Vsa Working Environment", giveUp > 0 ? giveUp : takes, {
      error: giveUp > 0 ? "Taking too long to deploy the system." : fails,
    });
    made.due = { at: this.now() + takes, act: () => this.made(made, fails) };
    this.all.set(id, made);
    return { task, view: this.view(made) };
  }

  private made(environment: Environment, fails: string | undefined): void {
    if (fails !== undefined) {
      environment.status = "FAILED";
      environment.message = fails;
      return;
    }
    const spec = systemOf(environment.body, environment.ha, LATEST, this.cloud);
    environment.spec = spec;
    environment.status = "ON";
    if (!this.yard.has(spec.name)) this.yard.addCluster(spec);
    deployInAzure(spec, environment.body, this.cloud);
  }

  power(id: string, ha: boolean, to: "start" | "stop"): Task {
    const found = this.find(id, ha);
    this.mustRest(found, to === "start" ? "Start" : "Stop");
    const wanted = to === "start" ? "ON" : "OFF";
    if (found.status === wanted) throw new BluexpError(400, `Working environment is already ${wanted}.`);
    found.status = to === "start" ? "STARTING" : "STOPPING";
    if (to === "stop") this.yard.setPower(found.name, "off");
    found.due = {
      at: this.now() + this.knobs.powerMs,
      act: () => {
        found.status = wanted;
        if (to === "start") this.yard.setPower(found.name, "on");
        for (const node of found.spec?.nodes ?? [])
          this.cloud.setPower(this.machine(found, node), to === "start" ? "running" : "deallocated");
      },
    };
    return this.tasks.begin(`${to === "start" ? "Start" : "Stop"} Vsa Working Environment`, this.knobs.powerMs, {});
  }

  remove(id: string, ha: boolean): Task {
    const found = this.find(id, ha);
    if (found.status !== "FAILED") this.mustRest(found, "Delete");
    found.status = "DELETING";
    found.due = {
      at: this.now() + this.knobs.deleteMs,
      act: () => this.all.delete(id),
    };
    // machines and disks go first; the record stays until the task is over
    this.yard.removeCluster(found.name);
    if (found.body.resourceGroup !== undefined)
      this.cloud.remove(`/subscriptions/${this.cloud.subscription}/resourceGroups/${found.body.resourceGroup}`);
    this.deleted.push(found.name);
    return this.tasks.begin("Delete Vsa Working Environment", this.knobs.deleteMs, {});
  }

  /** Throws what BlueXP answers while another operation runs. */
  private mustRest(found: Environment, action: string): void {
    if (found.due)
      throw new BluexpError(
        409,
        `Couldn't perform action ${action}, because there are ongoing operations which might interfere with it`,
      );
  }

  private find(id: string, ha: boolean | undefined): Environment {
    const found = this.all.get(id);
    if (!found) throw new BluexpError(404, `Working environment ${id} was not found.`);
    if (ha !== undefined && found.ha !== ha)
      throw new BluexpError(400, `Working environment ${id} is ${found.ha ? "an HA" : "a single node"} system.`);
    return found;
  }

  private view(each: Environment): object {
    const ready = each.spec !== undefined;
    const on = each.status === "ON";
    return {
      publicId: each.id,
      name: each.name,
      tenantId: this.account.workspace,
      workingEnvironmentType: "VSA",
      cloudProviderName: "Azure",
      isHA: each.ha,
      svmName: ready ? (each.spec?.svms[0]?.name ?? null) : null,
      status: {
        status: each.status,
        message: each.message,
        failureCauses: {
          invalidOntapCredentials: false,
          noCloudProviderConnection: false,
          invalidCloudProviderCredentials: false,
        },
        extendedFailureReason: each.message === "" ? null : each.message,
      },
      providerProperties: ready
        ? {
            regionName: each.body.region ?? this.cloud.location,
            resourceGroup: { name: each.body.resourceGroup },
            instanceType: each.body.vsaMetadata?.instanceType ?? null,
          }
        : null,
      svms: ready && on ? each.spec?.svms.map(({ name }) => ({ name, state: "running" })) : null,
      ontapClusterProperties: ready
        ? {
            ontapVersion: `${LATEST.generation}.${LATEST.major}.${LATEST.minor}`,
            nodes: each.spec?.nodes.map((name) => ({
              name,
              health: on,
              lifs: each.spec?.lifs
                .filter((lif) => lif.node === name && lif.kind !== "fc")
                .map((lif) => ({
                  ip: lif.address,
                  lifType:
                    lif.name === "cluster_mgmt"
                      ? "Cluster Management"
                      : lif.kind === "intercluster"
                        ? "Inter Cluster"
                        : "Data",
                  dataProtocols: lif.kind === "iscsi" ? ["iscsi"] : [],
                  nodeName: name,
                  netmask: "255.255.255.0",
                })),
            })),
          }
        : null,
    };
  }

  private machine(environment: Environment, node: string): string {
    return `/subscriptions/${this.cloud.subscription}/resourceGroups/${environment.body.resourceGroup ?? ""}/providers/Microsoft.Compute/virtualMachines/${node}`;
  }

  private newId(name: string): string {
    this.count += 1;
    const hash = createHash("sha256").update(`${this.world.name}/${name}/${this.count}`).digest("base64url");
    return `VsaWorkingEnvironment-${hash.replace(/[^A-Za-z0-9]/g, "").slice(0, 8)}`;
  }
}
