import { createHash } from "node:crypto";
import type { Hosts } from "../host/index.js";
import type { World, WorldHost } from "../worlds/types.js";
import { iso, type Operation, type Operations } from "./operations.js";
import { RunCommands } from "./run-commands.js";
import { ArmError, type AzureKnobs } from "./types.js";

type Power = "running" | "stopped" | "deallocated";
export type PowerAction = "start" | "deallocate" | "powerOff" | "restart";

const BUSY: Readonly<Record<PowerAction, string>> = {
  start: "starting",
  deallocate: "deallocating",
  powerOff: "stopping",
  restart: "starting",
};
const AFTER: Readonly<Record<PowerAction, Power>> = {
  start: "running",
  deallocate: "deallocated",
  powerOff: "stopped",
  restart: "running",
};
const SHOWN: Readonly<Record<string, string>> = {
  running: "VM running",
  stopped: "VM stopped",
  deallocated: "VM deallocated",
  starting: "VM starting",
  stopping: "VM stopping",
  deallocating: "VM deallocating",
};

/** One virtual machine in front of a virtual host. */
export class Vm {
  readonly commands: RunCommands;
  private power: Power;
  private change: { readonly action: PowerAction; readonly endsAt: number } | undefined;

  constructor(
    readonly host: WorldHost,
    private readonly world: World,
    private readonly hosts: Hosts,
    private readonly operations: Operations,
    private readonly knobs: AzureKnobs,
    private readonly now: () => number,
  ) {
    this.power = hosts.power(host.name) === "on" ? "running" : "deallocated";
    this.commands = new RunCommands(host.name, hosts, operations, knobs, now);
  }

  /** Brings the machine to now: a power change whose time has come takes effect on the host. */
  async settle(): Promise<void> {
    this.commands.settle();
    if (!this.change || this.now() < this.change.endsAt) return;
    const { action } = this.change;
    this.change = undefined;
    this.power = AFTER[action];
    if (action === "restart") await this.hosts.reboot(this.host.name);
    else await this.hosts.setPower(this.host.name, this.power === "running" ? "on" : "off");
  }

  act(action: PowerAction): Operation {
    const now = this.now();
    if (this.change)
      throw new ArmError(
        409,
        "OperationNotAllowed",
        `The request failed due to conflict with a concurrent request on VM '${this.host.name}'.`,
      );
    if (action === "restart" && this.power !== "running")
      throw new ArmError(
        409,
        "OperationNotAllowed",
        "Operation 'restart' is not allowed on VM since the VM is not running.",
      );
    if (AFTER[action] !== this.power || action === "restart") {
      this.change = { action, endsAt: now + this.knobs.powerMs };
      if (action !== "start") this.commands.orphan();
    }
    return this.operations.create(this.host.name, now, this.change ? now + this.knobs.powerMs : now);
  }

  /** @throws ArmError 409 unless scripts can be sent to it. */
  assertRunning(): void {
    if (this.power !== "running" || this.change)
      throw new ArmError(409, "OperationNotAllowed", "Cannot modify extensions in the VM when the VM is not running.");
  }

  powerCode(): string {
    return this.change ? BUSY[this.change.action] : this.power;
  }

  get id(): string {
    return `/subscriptions/${this.world.azure.subscription}/resourceGroups/${this.host.resourceGroup}/providers/Microsoft.Compute/virtualMachines/${this.host.name}`;
  }

  resource(withView: boolean): object {
    const hash = createHash("sha1").update(this.host.name).digest("hex");
    return {
      id: this.id,
      name: this.host.name,
      type: "Microsoft.Compute/virtualMachines",
      location: this.world.azure.location,
      tags: {},
      properties: {
        vmId: `${hash.slice(0, 8)}-${hash.slice(8, 12)}-4${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20, 32)}`,
        provisioningState: this.change ? "Updating" : "Succeeded",
        hardwareProfile: { vmSize: "Standard_E16ds_v5" },
        storageProfile: {
          osDisk: { osType: "Linux", name: `${this.host.name}-os`, createOption: "FromImage" },
          dataDisks: [],
        },
        osProfile: { computerName: this.host.name, adminUsername: "azureuser" },
        networkProfile: { networkInterfaces: [] },
        ...(withView ? { instanceView: this.instanceView() } : {}),
      },
    };
  }

  instanceView(): object {
    const code = this.powerCode();
    const time = iso(this.now());
    const isUp = this.power === "running" && !this.change;
    const isReady = isUp && this.hosts.agentIsReady(this.host.name);
    const agent = isReady
      ? {
          code: "ProvisioningState/succeeded",
          level: "Info",
          displayStatus: "Ready",
          message: "Guest Agent is running",
          time,
        }
      : {
          code: "ProvisioningState/Unavailable",
          level: "Warning",
          displayStatus: "Not Ready",
          message: "VM status blob is found but not yet populated.",
          time,
        };
    return {
      ...(isUp
        ? {
            computerName: this.host.name,
            osName: "redhat",
            osVersion: "9.5",
            vmAgent: { vmAgentVersion: isReady ? "2.11.1.4" : "Unknown", statuses: [agent] },
          }
        : {}),
      hyperVGeneration: "V2",
      statuses: [
        {
          code: this.change ? "ProvisioningState/updating" : "ProvisioningState/succeeded",
          level: "Info",
          displayStatus: this.change ? "Updating" : "Provisioning succeeded",
          time,
        },
        { code: `PowerState/${code}`, level: "Info", displayStatus: SHOWN[code] ?? code },
      ],
    };
  }
}
