import { copyFile, mkdir, rm } from "node:fs/promises";
import { constants, existsSync, readFileSync } from "node:fs";
import { createServer, connect, type Server } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { execFile } from "node:child_process";
import { Agent, type Asked, type Ran } from "./agent.js";
import { monitor } from "./monitor.js";
import { Space, type Beside } from "./space.js";

const run = promisify(execFile);

/** One path of a guest to the arrays: a link of its own, with the portals that are reached over it. */
export interface Path {
  readonly portals: readonly string[];
}

export interface GuestOptions {
  readonly name: string;
  readonly iqn: string;
  /** Where `build.sh` and `keepBooted` put what guests boot from. */
  readonly image: string;
  /** A folder of this guest's own, made here. Short, for unix sockets lie in it. */
  readonly folder: string;
  readonly paths: readonly Path[];
  /** tgtd's control number; unique among the guests of a lab. */
  readonly control: number;
  /** Boot anew instead of going on from the kept state. */
  readonly cold?: boolean;
}

const memoryMb = 512;
const processors = 1;
const cmdline =
  "console=ttyS0 quiet net.ifnames=0 mitigations=off random.trust_cpu=on nokaslr audit=0 selinux=0 apparmor=0 tsc=reliable";
const port = 3260;
const bootMs = 900_000;

/** The disk with the kept state: a change of the machine's shape makes another. */
export const keptDisk = (image: string): string => join(image, `booted-${memoryMb}-${processors}.qcow2`);

/** A Debian guest under qemu with two links, and the tgtd that is all it sees of the arrays. */
export class Guest {
  private space!: Space;
  private machine: Beside | undefined;
  private tgtd: Beside | undefined;
  private relay: Beside | undefined;
  private door: Server | undefined;
  readonly agent: Agent;

  constructor(readonly options: GuestOptions) {
    this.agent = new Agent(join(options.folder, "agent"));
  }

  get name(): string {
    return this.options.name;
  }

  private file(name: string): string {
    return join(this.options.folder, name);
  }

  /** Environment that leads tgtd and tgtadm to the same socket. */
  get tgtEnvironment(): { TGT_IPC_SOCKET: string } {
    return { TGT_IPC_SOCKET: this.file("tgt") };
  }

  get tgtPid(): number {
    return this.tgtd?.pid ?? 0;
  }

  get isOn(): boolean {
    return this.machine?.alive() ?? false;
  }

  /** Links and target; no machine yet. */
  async wire(): Promise<void> {
    const { folder, paths, control } = this.options;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    this.space = await Space.open(this.file("space.log"));
    await this.space.run("ip", "link", "set", "lo", "up");
    for (const [i, path] of paths.entries()) {
      const link = `path${i + 1}`;
      await this.space.run("ip", "tuntap", "add", link, "mode", "tap");
      await this.space.run("ip", "address", "add", `10.61.${i + 1}.1/24`, "dev", link);
      for (const portal of path.portals) await this.space.run("ip", "address", "add", `${portal}/32`, "dev", link);
      await this.space.run("ip", "link", "set", link, "up");
    }
    const portals = paths.flatMap((path) => path.portals).map((each) => `portal=${each}:${port}`);
    const args = ["-f", "-C", String(control), "--iscsi", portals.join(",")];
    if (portals.length === 0) return;
    this.tgtd = this.space.start("tgtd", args, this.file("tgtd.log"), this.tgtEnvironment);
    await this.untilTgtd();
  }

  private async untilTgtd(): Promise<void> {
    const args = ["-C", String(this.options.control), "--lld", "iscsi", "--mode", "target", "--op", "show"];
    for (let tries = 0; ; tries += 1) {
      const failed = await run("tgtadm", args, { env: { ...process.env, ...this.tgtEnvironment } }).then(
        () => undefined,
        (error: unknown) => error,
      );
      if (failed === undefined) return;
      if (tries > 50 || this.tgtd?.alive() !== true)
        throw new Error(`tgtd does not start: ${readFileSync(this.file("tgtd.log"), "utf8").slice(-500)}`);
      await pause(100);
    }
  }

  /** Power on: from the kept state the first time, cold after that. Resolves when the agent answers. */
  async start(): Promise<void> {
    const { image, cold = false } = this.options;
    const disk = this.file("disk.qcow2");
    let kept: string[] = [];
    if (!existsSync(disk)) {
      if (cold)
        await run("qemu-img", ["create", "-q", "-f", "qcow2", "-b", join(image, "root.qcow2"), "-F", "qcow2", disk]);
      else {
        await copyFile(keptDisk(image), disk, constants.COPYFILE_FICLONE);
        // the folder may have been moved since
        await run("qemu-img", ["rebase", "-u", "-F", "qcow2", "-b", join(image, "root.qcow2"), disk]);
        kept = ["-loadvm", "booted"];
      }
    }
    await rm(this.file("agent"), { force: true });
    await rm(this.file("monitor"), { force: true });
    this.machine = this.space.start(
      "qemu-system-x86_64",
      [...this.machineArguments(disk), ...kept],
      this.file("qemu.log"),
    );
    await this.untilAnswers();
    if (kept.length > 0) await this.wakeUp();
    if (!cold) await this.nameIt();
  }

  private machineArguments(disk: string): string[] {
    const { image, paths } = this.options;
    const links = paths.flatMap((_, i) => [
      ...["-netdev", `tap,id=n${i},ifname=path${i + 1},script=no,downscript=no`],
      ...["-device", `virtio-net-pci,netdev=n${i},mac=52:54:00:61:0${i + 1}:05,romfile=`],
    ]);
    return [
      ...["-accel", "tcg,thread=multi,tb-size=256", "-cpu", "max", "-smp", String(processors), "-m", String(memoryMb)],
      ...["-nodefaults", "-display", "none"],
      ...["-kernel", join(image, "vmlinuz"), "-initrd", join(image, "initrd.img"), "-append", cmdline],
      ...["-serial", `file:${this.file("console.log")}`],
      ...["-drive", `file=${disk},if=none,id=d0,cache=unsafe`, "-device", "virtio-blk-pci,drive=d0"],
      ...links,
      ...["-device", "virtio-rng-pci", "-device", "virtio-serial"],
      ...["-chardev", `socket,path=${this.file("agent")},server=on,wait=off,id=a0`],
      ...["-device", "virtserialport,chardev=a0,name=org.qemu.guest_agent.0"],
      ...["-qmp", `unix:${this.file("monitor")},server=on,wait=off`],
    ];
  }

  private async untilAnswers(): Promise<void> {
    const until = Date.now() + bootMs;
    while (!(existsSync(this.file("agent")) && (await this.agent.answers(2_000)))) {
      if (!this.isOn) throw new Error(`${this.name} does not start: ${tail(this.file("qemu.log"))}`);
      if (Date.now() > until) throw new Error(`${this.name} does not come up: ${tail(this.file("console.log"))}`);
      await pause(200);
    }
  }

  /** A kept state remembers its time and its random numbers, and every guest has the same. */
  private async wakeUp(): Promise<void> {
    const seed = crypto.randomUUID();
    await this.must(`
      date -s @${Math.floor(Date.now() / 1000)} >/dev/null
      echo ${seed} >/dev/urandom
      perl -e 'open my $f, ">", "/dev/urandom" or die $!; ioctl $f, 0x5207, 0 or die $!'
      networkctl reconfigure eth0 eth1`);
  }

  private async nameIt(): Promise<void> {
    const { name, iqn } = this.options;
    await this.must(`
      echo ${name} >/etc/hostname; hostname ${name}; printf '127.0.0.1 localhost ${name}\\n' >/etc/hosts
      if ! grep -qx 'InitiatorName=${iqn}' /etc/iscsi/initiatorname.iscsi; then
        echo 'InitiatorName=${iqn}' >/etc/iscsi/initiatorname.iscsi
        systemctl restart iscsid
      fi`);
  }

  /** Runs a script as root through the agent. */
  run(script: string, asked: Asked = {}): Promise<Ran> {
    return this.agent.run(script, asked);
  }

  /** Runs one that must succeed; gives what it printed. */
  async must(script: string, asked: Asked = {}): Promise<string> {
    const ran = await this.run(`set -e\n${script}`, { limitMs: 900_000, ...asked });
    if (ran.end !== "exited" || ran.exitCode !== 0)
      throw new Error(
        `on ${this.name} (${ran.end} ${ran.exitCode}): ${ran.stderr.trim() || ran.stdout.trim()}\n${script.trim()}`,
      );
    return ran.stdout;
  }

  /** A path goes or comes back: its link, as a cable would. */
  async link(path: 1 | 2, state: "up" | "down"): Promise<void> {
    await this.space.run("ip", "link", "set", `path${path}`, state);
  }

  /** The reset button; resolves when it has booted. */
  async reset(): Promise<void> {
    this.agent.close();
    await monitor(this.file("monitor"), "system_reset");
    await pause(2_000);
    await this.untilAnswers();
    await this.nameIt();
  }

  async powerOff(): Promise<void> {
    this.agent.close();
    await this.machine?.kill();
  }

  /** Saves the machine as it is now into its disk. */
  async keep(): Promise<void> {
    await this.must("timeout 60 systemctl is-system-running --wait >/dev/null || true; sync");
    this.agent.close();
    await monitor(this.file("monitor"), "stop");
    await monitor(this.file("monitor"), "savevm booted");
    await this.powerOff();
  }

  get disk(): string {
    return this.file("disk.qcow2");
  }

  /** A port of 127.0.0.1 behind which the guest's sshd is. */
  async ssh(): Promise<{ address: "127.0.0.1"; port: number }> {
    const path = this.file("ssh");
    this.relay = this.space.start("socat", [`UNIX-LISTEN:${path},fork`, "TCP:10.61.1.5:22"], this.file("relay.log"));
    this.door = createServer((from) => {
      const to = connect(path);
      for (const each of [from, to]) each.on("error", () => (from.destroy(), to.destroy()));
      from.on("close", () => to.destroy());
      to.on("close", () => from.destroy());
      from.pipe(to).pipe(from);
    });
    await new Promise<void>((listening) => this.door?.listen(0, "127.0.0.1", listening));
    return { address: "127.0.0.1", port: (this.door.address() as AddressInfo).port };
  }

  /** Everything of it ends. */
  async close(): Promise<void> {
    this.agent.close();
    this.door?.close();
    await Promise.all([this.machine?.kill(), this.relay?.kill(), this.tgtd?.kill()]);
    await (this.space as Space | undefined)?.close();
  }
}

function tail(file: string): string {
  try {
    return readFileSync(file, "utf8").slice(-600);
  } catch {
    return "nothing was said";
  }
}
