import { execFileSync } from "node:child_process";
import type { ShownLun, ShownTarget, Targets } from "./bytes.js";

/** A running tgtd that serves one initiator. It masks LUNs per target only, so every host has one of its own. */
export interface TgtServer {
  readonly initiator: string;
  readonly pid: number;
  /** `tgtd -C`: its control port. */
  readonly control: number;
  /** What leads tgtadm to it: `TGT_IPC_SOCKET`. */
  readonly env?: Readonly<Record<string, string>>;
}

/** What multipath and udev call the LUN, without their leading 3: NetApp's registered number and the hex of the serial. */
export const naaOf = (serial: string): string => `600a0980${Buffer.from(serial, "latin1").toString("hex")}`;

interface Standing {
  readonly tid: number;
  luns: ShownLun[];
}

/** LUN files served by tgt. LUN 0 of every target is tgt's own controller: numbers begin with 1. */
export class TgtTargets implements Targets {
  private readonly standing = new Map<string, Map<string, Standing>>();

  constructor(private readonly servers: readonly TgtServer[]) {
    for (const { initiator } of servers) this.standing.set(initiator, new Map());
  }

  get initiators(): readonly string[] {
    return this.servers.map((each) => each.initiator);
  }

  show(initiator: string, targets: readonly ShownTarget[]): void {
    const server = this.servers.find((each) => each.initiator === initiator);
    const there = this.standing.get(initiator);
    if (!server || !there) return;
    for (const { iqn, luns } of targets) {
      let target = there.get(iqn);
      if (!target) {
        const tid = there.size + 1;
        admin(server, "target", "new", tid, ["-T", iqn]);
        admin(server, "target", "bind", tid, ["-Q", initiator]);
        target = { tid, luns: [] };
        there.set(iqn, target);
      }
      match(server, target, luns);
    }
    const kept = new Set(targets.map((each) => each.iqn));
    for (const [iqn, target] of there) if (!kept.has(iqn)) match(server, target, []);
  }

  still<T>(act: () => T): T {
    const signal = (name: "SIGSTOP" | "SIGCONT"): void => {
      for (const { pid } of this.servers) process.kill(pid, name);
    };
    signal("SIGSTOP");
    try {
      return act();
    } finally {
      signal("SIGCONT");
    }
  }
}

function match(server: TgtServer, target: Standing, wanted: readonly ShownLun[]): void {
  const same = (one: ShownLun, other: ShownLun): boolean =>
    one.number === other.number &&
    one.file === other.file &&
    one.serial === other.serial &&
    one.readOnly === other.readOnly;
  for (const each of target.luns.filter((one) => !wanted.some((other) => same(one, other)))) {
    remove(server, target.tid, each.number);
    target.luns = target.luns.filter((one) => one !== each);
  }
  for (const each of wanted.filter((one) => !target.luns.some((other) => same(one, other)))) {
    add(server, target.tid, each);
    target.luns = [...target.luns, each];
  }
}

function add(server: TgtServer, tid: number, { number, file, serial, readOnly }: ShownLun): void {
  const lun = ["--lun", String(number)];
  admin(server, "logicalunit", "new", tid, [...lun, "-b", file]);
  // a comma ends a parameter, and serials may hold one: the identity is the hex form
  const params = [
    "vendor_id=NETAPP",
    "product_id=LUN C-Mode",
    "product_rev=9161",
    `scsi_id=naa.${naaOf(serial)}`,
    ...(/[,=\s]/.test(serial) ? [] : [`scsi_sn=${serial}`]),
    "thin_provisioning=1",
    `readonly=${readOnly ? 1 : 0}`,
  ];
  admin(server, "logicalunit", "update", tid, [...lun, "--params", params.join(",")]);
}

const BUSY_TRIES = 50;

/** A command in flight keeps tgt from letting go: it is asked again for a moment, as short as the command is. */
function remove(server: TgtServer, tid: number, number: number): void {
  for (let tries = 1; ; tries += 1) {
    try {
      admin(server, "logicalunit", "delete", tid, ["--lun", String(number)]);
      return;
    } catch (error) {
      if (tries >= BUSY_TRIES) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    }
  }
}

function admin(server: TgtServer, mode: string, op: string, tid: number, more: readonly string[]): string {
  const args = [
    "-C",
    String(server.control),
    "--lld",
    "iscsi",
    "--mode",
    mode,
    "--op",
    op,
    "--tid",
    String(tid),
    ...more,
  ];
  return execFileSync("tgtadm", args, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 20_000,
    env: { ...process.env, ...server.env },
  });
}
