/** What Azure knows of an array's network interface: the arrays tell it, Azure shows it. */
export interface CloudNic {
  readonly cluster: string;
  readonly node: string;
  /** As ONTAP names it: `e0a`. */
  readonly port: string;
  /** Of its machine; default `rg-CLUSTER`. */
  readonly resourceGroup?: string | undefined;
  /** Private addresses, the NIC's own first. */
  readonly addresses: readonly string[];
}

/** A resource as Resource Manager keeps it. */
export interface ArmResource {
  readonly id: string;
  readonly name: string;
  /** `Microsoft.Network/routeTables` */
  readonly type: string;
  readonly location?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly identity?: Readonly<Record<string, unknown>>;
  readonly sku?: Readonly<Record<string, unknown>>;
  readonly plan?: Readonly<Record<string, unknown>>;
  readonly properties: Readonly<Record<string, unknown>>;
}

/** Azure as other simulators act on it: BlueXP creates and deletes what a CVO consists of. */
export interface Cloud {
  readonly subscription: string;
  readonly location: string;
  find(id: string): ArmResource | undefined;
  list(type?: string): readonly ArmResource[];
  /** Creates or replaces; the resource group must be there. */
  put(resource: ArmResource): void;
  powerOf(id: string): string;
  setPower(id: string, power: "running" | "deallocated"): void;
  /** Deletes the resource and what hangs on it; a resource group with everything in it. */
  remove(id: string): void;
}
