import type { San } from "../kit/san.js";
import type { WorldHost } from "../worlds/types.js";
import type { HostKnobs } from "./types.js";

export interface NodeRecord {
  readonly iqn: string;
  readonly address: string;
  readonly port: number;
  readonly tpgt: number;
  readonly settings: Map<string, string>;
}

export interface Session {
  readonly sid: number;
  readonly iqn: string;
  readonly address: string;
  readonly port: number;
  readonly tpgt: number;
  readonly hostNumber: number;
}

/** A SCSI disk as the kernel remembers it. Its identity is the one read when it was found; the array may answer another by now. */
export interface ScsiDisk {
  readonly name: string;
  readonly hostNumber: number;
  readonly lun: number;
  readonly serial: string;
  readonly sizeBytes: number;
}

export interface MultipathMap {
  readonly wwid: string;
  readonly serial: string;
  readonly minor: number;
  readonly sizeBytes: number;
  paths: string[];
  queues: boolean;
}

export interface ActiveVolume {
  readonly vgName: string;
  readonly vgUuid: string;
  readonly lvName: string;
  readonly lvUuid: string;
  readonly minor: number;
  readonly sizeBytes: number;
  /** Block devices under it, in the order of the volume group. */
  readonly devices: readonly string[];
}

export interface Mount {
  readonly mountPoint: string;
  /** Device-mapper name of the logical volume. */
  readonly dm: string;
  readonly uuid: string;
  readonly options: readonly string[];
  readonly readOnly: boolean;
  frozen: boolean;
}

export interface OpenFile {
  readonly path: string;
  readonly pid: number;
  readonly command: string;
  readonly user: string;
  /** Opened by the clustered application: `pcs resource disable` closes it. */
  readonly ofResource: boolean;
}

export interface Lock {
  readonly run: number;
  /** Until when, on the simulator's clock; infinite for a script that hangs. */
  until: number;
}

export interface Resource {
  readonly name: string;
  readonly group: string;
  /** The group stands for the application; file systems are mounted by fstab. */
  enabled: boolean;
  /** The node it runs on; every node of the cluster sees and may stop it. */
  readonly node: Machine;
}

/** A transient timer of systemd, waiting. */
export interface Timer {
  readonly unit: string;
  /** When it fires, on the simulator's clock. */
  readonly at: number;
  readonly words: readonly string[];
}

/** Pacemaker's resources, by group: shared by all hosts that name the group. */
export type PacemakerGroups = Map<string, Resource[]>;

export const FC_FIRST_HOST = 1;
const ISCSI_FIRST_HOST = 2;
const baseServices = ["waagent", "sshd", "chronyd"];
/** What a host that is ready for LUNs has, by system. */
const readyServices = {
  rhel: ["iscsid", "iscsi", "multipathd"],
  debian: ["iscsid", "open-iscsi", "multipathd"],
} as const;
const readyPackages = {
  rhel: ["iscsi-initiator-utils", "device-mapper-multipath", "lvm2", "xfsprogs", "psmisc"],
  debian: ["open-iscsi", "multipath-tools", "lvm2", "xfsprogs", "psmisc"],
} as const;

/** The state of one host. Commands and the virtual file system are functions over it. */
export class Machine {
  power: "on" | "off" = "on";
  boots = 1;
  version = 0;
  readonly records: NodeRecord[] = [];
  readonly sessions: Session[] = [];
  readonly disks: ScsiDisk[] = [];
  readonly maps: MultipathMap[] = [];
  readonly wwids = new Set<string>();
  readonly devicesFile = new Set<string>();
  readonly active: ActiveVolume[] = [];
  readonly mounts: Mount[] = [];
  readonly openFiles: OpenFile[] = [];
  readonly services: Map<string, boolean>;
  readonly enabledUnits: Set<string>;
  readonly packages: Set<string>;
  /** What multipathd goes by; its configuration can say otherwise than the knob once it is read anew. */
  findMultipaths: "yes" | "strict" | "no";
  readonly locks = new Map<string, Lock>();
  /** Which script has each lock from when on, if nobody else has it then. */
  readonly waiting = new Map<string, { readonly run: number; readonly at: number }>();
  readonly resources: Resource[];
  readonly journal: string[] = [];
  readonly timers: Timer[] = [];
  /** Instances of IRIS whose write daemon is suspended, and until when at most. */
  readonly suspended = new Map<string, number>();
  nextSid = 1;
  nextHostNumber: number;
  nextUuid = 1;
  nextPid = 2101;

  constructor(
    readonly host: WorldHost,
    readonly san: San,
    readonly knobs: HostKnobs,
    groups: PacemakerGroups = new Map(),
  ) {
    this.nextHostNumber = ISCSI_FIRST_HOST + host.wwpns.length;
    const units = [...baseServices, ...(knobs.fresh ? [] : readyServices[knobs.os])];
    this.services = new Map(units.map((name) => [name, true]));
    this.enabledUnits = new Set(units);
    this.packages = new Set(knobs.fresh ? ["lvm2", "xfsprogs"] : readyPackages[knobs.os]);
    this.findMultipaths = knobs.findMultipaths;
    const group = host.pacemaker?.group ?? "";
    this.resources = groups.get(group) ?? [];
    if (host.pacemaker) groups.set(group, this.resources);
    if (host.pacemaker?.active) this.resources.push({ name: group, group, enabled: true, node: this });
  }

  /** Forgets what a switched-off kernel forgets. */
  lose(): void {
    for (const list of [this.sessions, this.disks, this.maps, this.active, this.mounts, this.openFiles, this.timers])
      list.length = 0;
    this.suspended.clear();
    this.locks.clear();
    this.waiting.clear();
    this.nextSid = 1;
    this.nextHostNumber = ISCSI_FIRST_HOST + this.host.wwpns.length;
    this.touch();
  }

  /** The kernel's state changed: /sys, /dev and /proc are to be drawn again. */
  touch(): void {
    this.version += 1;
  }

  get bootId(): string {
    return this.madeUuid(`boot/${this.boots}`);
  }

  /** A UUID nobody else has: of host and counter, so that a repeated run of a test sees the same. */
  freshUuid(): string {
    return this.madeUuid(`made/${this.nextUuid++}`);
  }

  private madeUuid(of: string): string {
    const hex = digest(`${this.host.name}/${of}`, 32);
    return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `a${hex.slice(17, 20)}`, hex.slice(20)].join(
      "-",
    );
  }

  /** LVM's form: 6-4-4-4-4-4-6 letters and digits. */
  freshLvmUuid(): string {
    const text = digest(`${this.host.name}/lvm/${this.nextUuid++}`, 32);
    let at = 0;
    return [6, 4, 4, 4, 4, 4, 6].map((size) => text.slice(at, (at += size))).join("-");
  }

  freeMinor(): number {
    const used = new Set([...this.maps, ...this.active].map((each) => each.minor));
    let minor = 0;
    while (used.has(minor)) minor += 1;
    return minor;
  }
}

function digest(text: string, length: number): string {
  let out = "";
  for (let round = 0; out.length < length; round++) {
    let hash = 0x811c9dc5 ^ round;
    for (const char of text) hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193) >>> 0;
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> 0;
    out += (hash ^ (hash >>> 12)).toString(16).padStart(8, "0").slice(-8).replace("-", "0");
  }
  return out.slice(0, length);
}
