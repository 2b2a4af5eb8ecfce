import { createHosts, type HostKnobs, type Hosts } from "../../../sim/host/index.js";
import { ManualClock, type SimClock } from "../../../sim/kit/clock.js";
import { epic } from "../../../sim/worlds/epic.js";
import type { World } from "../../../sim/worlds/types.js";
import type { RawOutcome, ScriptCall, ScriptTransport, TicketState } from "../../../src/core/script.js";
import {
  createHost,
  wwidOf,
  type AttachInput,
  type DetachInput,
  type HostRunner,
  type QuiesceInput,
} from "../../../src/host/index.js";
import { formatted, MemorySan } from "../../sim/host/support/memory-san.js";

const GiB = 2 ** 30;
export const clones = ["80Abc+LUN003", "80Abc+LUN004"] as const;
const production = ["80Abc+PRD001", "80Abc+PRD002"] as const;

/** Two hosts over one small array: the training VM sees two cloned LUNs over iSCSI, the production server its own over Fibre Channel. */
export interface Place {
  readonly world: World;
  readonly hosts: Hosts;
  readonly san: MemorySan;
  readonly transport: DirectTransport;
  readonly host: HostRunner;
}

export function place(
  name: "epic-trn-01" | "epic-prd-01",
  knobs: Partial<HostKnobs> = {},
  clock: SimClock = new ManualClock(Date.UTC(2026, 10, 22)),
): Place {
  const san = new MemorySan();
  const disks = formatted("vg_epicprd", "lv_db", [GiB, GiB]);
  [...clones, ...production].forEach((serial, i) => san.create(serial, GiB, disks[i % 2] ?? null, "nightly.1"));
  clones.forEach((serial, i) => san.maps.set(3 + i, serial));
  production.forEach((serial, i) => san.fcMaps.set(i, serial));
  const world = {
    ...epic,
    hosts: epic.hosts
      .filter((each) => each.name === name)
      .map((each) => ({ ...each, mounts: each.mounts.filter((mount) => mount.volumeGroup === "vg_epicprd") })),
  };
  const hosts = createHosts({ world, clock, san, knobs });
  const transport = new DirectTransport(hosts, name);
  return { world, hosts, san, transport, host: createHost(transport) };
}

/** A transport without a wire: what a script answers is known at once, or lost with its shell. */
export class DirectTransport implements ScriptTransport {
  private readonly tickets = new Map<string, TicketState<RawOutcome>>();
  constructor(
    private readonly hosts: Hosts,
    readonly host: string,
  ) {}

  async start(call: ScriptCall, ticket: string): Promise<void> {
    if (this.tickets.has(ticket)) return;
    const run = await this.hosts.run(this.host, call.script, call.env);
    run.release();
    this.tickets.set(
      ticket,
      run.end === "exited" ? { state: "ended", outcome: run } : { state: "lost", why: `the shell was ${run.end}` },
    );
  }

  ticket(ticket: string): Promise<TicketState<RawOutcome>> {
    return Promise.resolve(this.tickets.get(ticket) ?? { state: "absent" });
  }

  /** As when the reply is dropped on its way. */
  lose(ticket: string): void {
    this.tickets.set(ticket, { state: "lost", why: "the reply was dropped" });
  }

  async read(call: ScriptCall): Promise<RawOutcome> {
    return this.hosts.run(this.host, call.script, call.env);
  }
}

export const attachInput = (san: MemorySan, more: Partial<AttachInput> = {}): AttachInput => ({
  tag: "sluice_r1",
  initiator: "iqn.1994-05.com.redhat:epic-trn-01",
  target: san.iqn,
  portals: ["10.8.1.21", "10.8.1.22"],
  luns: clones.map((serial, i) => ({ number: 3 + i, wwid: wwidOf(serial) })),
  sourceVg: "vg_epicprd",
  vg: "vg_trn",
  lv: "lv_db",
  mount: "/epic/trn",
  fileSystem: "xfs",
  options: "noatime,nodev",
  ...more,
});

export const detachInput = (san: MemorySan, more: Partial<DetachInput> = {}): DetachInput => {
  const { tag, target, portals, luns, vg, lv, mount } = attachInput(san);
  return { tag, target, portals, wwids: luns.map((each) => each.wwid), vg, lv, mount, logout: true, ...more };
};

export const quiesceInput = (more: Partial<QuiesceInput> = {}): QuiesceInput => ({
  tag: "sluice_r2",
  vgs: ["vg_epicprd"],
  wwids: production.map((serial) => wwidOf(serial)),
  ...more,
});
