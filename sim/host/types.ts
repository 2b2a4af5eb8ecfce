import type { San } from "../kit/san.js";
import type { SimClock } from "../kit/clock.js";
import type { ScriptMemory } from "./memory.js";
import type { World } from "../worlds/types.js";

/** How a host differs from the default: RHEL 9, LVM 2.03.24 with a devices file, ONTAP's ALUA, `find_multipaths yes`. */
export interface HostKnobs {
  /** Below 2.03.19, `vgimportclone` onto the group's present name waits for itself for ever. Default [2, 3, 24]. */
  readonly lvm: readonly [number, number, number];
  /** RHEL 9: only devices listed in /etc/lvm/devices/system.devices are seen. Default true. */
  readonly devicesFile: boolean;
  /** ALUA priorities 50/10 as ONTAP answers them; false: one group of equal paths (the lab's target). Default true. */
  readonly alua: boolean;
  /** "yes": two paths make a map, one alone does not. "strict": known WWIDs only. "no": every path. Default "yes". */
  readonly findMultipaths: "yes" | "strict" | "no";
  /** Name of the disk the system boots from. Default "sda". */
  readonly osDisk: "sda" | "vda";
  /** Does the SCSI layer look for LUNs itself when a session comes up (node.session.scan)? Default true, as iscsid.conf. */
  readonly scanAtLogin: boolean;
  /** RHEL 9 or Debian 12: packages, their units and tools. Default "rhel". */
  readonly os: "rhel" | "debian";
  /** Nothing installed or set for LUNs yet. Default false. */
  readonly fresh: boolean;
  /** Virtual time one external command takes. Default 20 ms. */
  readonly commandMs: number;
}

/** How a script came to its end. `hung`: it never does, nobody will hear of it. `killed`/`rebooted`: it was cut off. */
export type ScriptEnd = "exited" | "hung" | "killed" | "rebooted";

export interface HostRun {
  readonly end: ScriptEnd;
  /** Only means something when `end` is "exited". */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Virtual time the script took: sleeps, waits and commands. Its effects are there already; its end is to be shown when this has passed. */
  readonly tookMs: number;
  /** Lets go of what a hung script still holds (its locks), as killing its shell would. */
  release(): void;
}

/** A script that is running on a host that takes its own time. */
export interface BegunRun {
  /** Its end, as it came. `tookMs` is real time. */
  readonly done: Promise<HostRun>;
  /** Ends the script's shell. */
  kill(): void;
}

/** Thrown by `run` when nothing answers at that host: switched off, or a fault says so. */
export class HostUnreachable extends Error {
  constructor(readonly host: string) {
    super(`host ${host} does not answer`);
    this.name = "HostUnreachable";
  }
}

/** What can be made to go wrong on a host. `script`: a regular expression over the script's text and environment values. */
export type HostFault =
  /** Stays until cleared. */
  | { readonly kind: "unreachable" }
  /** The Azure guest agent reports "Not Ready". Stays until cleared. */
  | { readonly kind: "agentNotReady" }
  | { readonly kind: "hang"; readonly script?: string; readonly times?: number }
  /** The script's shell dies right after its `afterCommand`-th external command (counted from 1). */
  | { readonly kind: "kill"; readonly afterCommand: number; readonly script?: string; readonly times?: number }
  | { readonly kind: "reboot"; readonly afterCommand: number; readonly script?: string; readonly times?: number }
  /**
   * The script waits for the first lock it wants, which somebody else holds `forMs` long; for `gapMs` after that nobody holds it (the kernel has not woken the one
   * who waits), and then the script does. It is under way until its limit.
   */
  | {
      readonly kind: "waits";
      readonly forMs: number;
      readonly gapMs: number;
      readonly script?: string;
      readonly times?: number;
    }
  /** One external command answers this. `when: "after"`: it takes effect first. */
  | {
      readonly kind: "command";
      readonly command: string;
      readonly args?: string;
      readonly when?: "before" | "after";
      readonly exitCode: number;
      readonly stdout?: string;
      readonly stderr?: string;
      readonly times?: number;
    };

export interface HostsOptions {
  readonly world: World;
  readonly clock: SimClock;
  readonly san: San;
  readonly knobs?: Partial<HostKnobs> | ((host: string) => Partial<HostKnobs>);
  /** Scripts seen before, on the same host in the same state, are not interpreted again. Default: every script is. */
  readonly memory?: ScriptMemory | undefined;
}

export interface ShownHost {
  readonly power: "on" | "off";
  readonly bootId: string;
  readonly mounts: readonly {
    readonly mountPoint: string;
    readonly source: string;
    readonly fsType: "xfs";
    readonly options: string;
    readonly uuid: string;
    /** Content id of the volume under it now; null when its LUN is gone. */
    readonly content: string | null;
  }[];
  readonly sessions: readonly { readonly sid: number; readonly target: string; readonly portal: string }[];
  readonly devices: readonly {
    readonly name: string;
    readonly wwid: string;
    readonly serial: string;
    readonly lun: number;
    /** "gone": the array answers nothing there any more; "stale": it answers another LUN. */
    readonly state: "live" | "gone" | "stale";
    readonly map: string | null;
  }[];
  readonly vgs: readonly {
    readonly name: string;
    readonly uuid: string;
    readonly tags: readonly string[];
    readonly wwids: readonly string[];
    readonly active: boolean;
  }[];
  readonly services: Readonly<Record<string, boolean>>;
}
