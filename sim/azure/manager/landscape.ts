import { createHash } from "node:crypto";
import type { ArmResource, Cloud, CloudNic } from "../../kit/cloud.js";
import type { World } from "../../worlds/types.js";
import { NETWORK_GROUP, seedResources, VNET } from "./seed.js";

/** What a world that says nothing has accepted: the Connector and Cloud Volumes ONTAP, single and HA. */
const TERMS = [
  "netapp/netapp-oncommand-cloud-manager/occm-byol",
  "netapp/netapp-ontap-cloud/ontap_cloud_byol",
  "netapp/netapp-ontap-cloud/ontap_cloud_byol_ha",
];

const keyOf = (id: string): string => id.toLowerCase().replace(/\/+$/, "");

interface Profile {
  readonly networkInterfaces?: readonly {
    readonly id: string;
    readonly properties?: { readonly deleteOption?: string };
  }[];
}

/** A GUID made of a text: the same text, the same GUID. */
export function guidOf(text: string): string {
  const hash = createHash("sha1").update(text).digest("hex");
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-4${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
}

/** Everything in the subscription that is no virtual machine with a guest of its own. Ids are compared without regard to case, as there. */
export class Landscape implements Cloud {
  private all = new Map<string, ArmResource>();
  private readonly power = new Map<string, string>();
  /** Marketplace terms accepted, by `publisher/offer/plan`. */
  readonly terms = new Set<string>();
  /** What calls deleted, oldest first. */
  readonly deleted: string[] = [];

  constructor(
    private readonly world: World,
    private readonly nics: () => readonly CloudNic[],
  ) {
    this.reset();
  }

  get subscription(): string {
    return this.world.azure.subscription;
  }
  get location(): string {
    return this.world.azure.location;
  }

  find(id: string): ArmResource | undefined {
    return this.ofArrays().find((each) => keyOf(each.id) === keyOf(id)) ?? this.all.get(keyOf(id));
  }

  list(type?: string): readonly ArmResource[] {
    const attached = this.ofArrays();
    const taken = new Set(attached.map((each) => keyOf(each.id)));
    const all = [...[...this.all].flatMap(([key, each]) => (taken.has(key) ? [] : [each])), ...attached];
    return type === undefined ? all : all.filter((each) => each.type.toLowerCase() === type.toLowerCase());
  }

  /** What lies directly or deeper below an id. */
  below(id: string): readonly ArmResource[] {
    return this.list().filter((each) => keyOf(each.id).startsWith(`${keyOf(id)}/`));
  }

  put(resource: ArmResource): void {
    this.all.set(keyOf(resource.id), resource);
  }

  remove(id: string): void {
    const key = keyOf(id);
    const attached = (this.all.get(key)?.properties["networkProfile"] as Profile | undefined)?.networkInterfaces ?? [];
    for (const nic of attached) if (nic.properties?.deleteOption === "Delete") this.all.delete(keyOf(nic.id));
    for (const each of [...this.all.keys()]) if (each === key || each.startsWith(`${key}/`)) this.all.delete(each);
    this.deleted.push(id);
  }

  /** Power of a machine that has no guest here; BlueXP switches those of a CVO. */
  powerOf(id: string): string {
    return this.power.get(keyOf(id)) ?? "running";
  }
  setPower(id: string, power: "running" | "deallocated"): void {
    this.power.set(keyOf(id), power);
  }

  group(name: string): ArmResource | undefined {
    return this.find(`/subscriptions/${this.subscription}/resourceGroups/${name}`);
  }

  reset(): void {
    this.all = new Map(seedResources(this.world).map((each) => [keyOf(each.id), each]));
    this.power.clear();
    this.terms.clear();
    for (const each of this.world.azure.terms ?? TERMS) this.terms.add(each);
    this.deleted.length = 0;
  }

  /** Equal before and after means nothing was left behind; deployments are a record, not a thing. */
  snapshot(leaving: readonly string[] = []): unknown {
    const isLeaving = (id: string): boolean =>
      leaving.some((name) => `${keyOf(id)}/`.includes(`/resourcegroups/${name}/`));
    const kept = [...this.all.values()].filter((each) => !isLeaving(each.id));
    return {
      resources: Object.fromEntries(kept.map((each) => [keyOf(each.id), each]).sort(([a], [b]) => (a! < b! ? -1 : 1))),
      terms: [...this.terms].sort(),
    };
  }

  /** Network interfaces of the arrays in Azure: one a node and port, with the addresses the array has there. */
  private ofArrays(): ArmResource[] {
    const subnets = [...this.all.values()].filter((each) => each.type === "Microsoft.Network/virtualNetworks/subnets");
    return this.nics().flatMap((nic): ArmResource[] => {
      const group = this.all.get(
        keyOf(`/subscriptions/${this.subscription}/resourceGroups/${nic.resourceGroup ?? `rg-${nic.cluster}`}`),
      );
      if (!group) return [];
      const name = `${nic.node}-nic-${nic.port}`;
      const id = `${group.id}/providers/Microsoft.Network/networkInterfaces/${name}`;
      const inside = (address: string): string =>
        subnets.find((each) => holds(String(each.properties["addressPrefix"]), address))?.id ??
        `/subscriptions/${this.subscription}/resourceGroups/${NETWORK_GROUP}/providers/Microsoft.Network/virtualNetworks/${VNET}/subnets/snet-cvo`;
      return [
        {
          id,
          name,
          type: "Microsoft.Network/networkInterfaces",
          location: this.location,
          // made by a call, then attached to the node's machine
          tags: this.all.get(keyOf(id))?.tags ?? {},
          properties: {
            provisioningState: "Succeeded",
            macAddress: "00-0D-3A-00-00-01",
            primary: nic.port === "e0a",
            enableIPForwarding: true,
            enableAcceleratedNetworking: true,
            virtualMachine: { id: `${group.id}/providers/Microsoft.Compute/virtualMachines/${nic.node}` },
            ipConfigurations: nic.addresses.map((address, i) => ({
              id: `${id}/ipConfigurations/ipconfig${i + 1}`,
              name: `ipconfig${i + 1}`,
              type: "Microsoft.Network/networkInterfaces/ipConfigurations",
              properties: {
                provisioningState: "Succeeded",
                privateIPAddress: address,
                privateIPAllocationMethod: "Static",
                privateIPAddressVersion: "IPv4",
                primary: i === 0,
                subnet: { id: inside(address) },
              },
            })),
          },
        },
      ];
    });
  }
}

const number = (address: string): number => address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);

/** Is the address inside `10.8.0.0/22`? */
export function holds(prefix: string, address: string): boolean {
  const [base = "", bits = "32"] = prefix.split("/");
  const size = 2 ** (32 - Number(bits));
  return Math.floor(number(base) / size) === Math.floor(number(address) / size);
}
