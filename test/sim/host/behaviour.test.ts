import { beforeEach, describe, expect, test } from "@jest/globals";
import { createHosts, HostUnreachable, wwidOf, type HostKnobs, type Hosts } from "../../../sim/host/index.js";
import { ManualClock } from "../../../sim/kit/clock.js";
import { epic } from "../../../sim/worlds/epic.js";
import { formatted, MemorySan } from "./support/memory-san.js";

const TiB = 2 ** 40;
const VM = "epic-trn-01";
const PRD = "epic-prd-01";
const [A, B, C, D] = ["80Abc+LUN001", "80Abc+LUN002", "80Abc+LUN003", "80Abc+LUN004"] as const;
const [WA, WB, WC, WD] = [A, B, C, D].map(wwidOf) as [string, string, string, string];

let san: MemorySan;
let clock: ManualClock;
let hosts: Hosts;

/** Two LUNs of vg_epicprd seen by the production hosts over Fibre Channel, and two copies of them mapped to the VM as 0 and 1. */
function build(knobs: Partial<HostKnobs> = {}): void {
  san = new MemorySan();
  clock = new ManualClock(Date.UTC(2026, 10, 20, 12));
  formatted("vg_epicprd", "lv_db", [3 * TiB, 3 * TiB]).forEach((disk, i) => {
    san.create([A, B][i] ?? "", 3 * TiB, disk, "nightly content");
    san.fcMaps.set(i, [A, B][i] ?? "");
  });
  epic.hosts
    .filter((host) => host.kind === "bare-metal")
    .forEach((host) => host.wwpns.forEach((wwpn) => san.fcInitiators.add(wwpn)));
  san.clone(A, C);
  san.clone(B, D);
  san.maps.set(0, C);
  san.maps.set(1, D);
  hosts = createHosts({ world: epic, clock, san, knobs });
}
beforeEach(() => build());

const sh = async (script: string, host = VM) => hosts.run(host, script);
const out = async (script: string, host = VM): Promise<string> => {
  const run = await sh(script, host);
  expect({ end: run.end, exitCode: run.exitCode, stderr: run.stderr }).toEqual({
    end: "exited",
    exitCode: 0,
    stderr: "",
  });
  return run.stdout;
};

const LOGIN = `set -e
for p in 10.8.1.21 10.8.1.22; do
  iscsiadm -m discoverydb -t sendtargets -p $p:3260 -o new --discover
  iscsiadm -m node -T "$(iscsiadm -m node | head -n 1 | cut -d' ' -f2)" -p $p:3260 --login
done >/dev/null`;
const ATTACH = `${LOGIN}
vgimportclone --importdevices --basevgname vg_trn /dev/mapper/${WC} /dev/mapper/${WD}
vgchange --addtag t1 --setautoactivation n vg_trn >/dev/null
vgchange -ay vg_trn >/dev/null
mkdir -p /epic/trn
mount -t xfs -o nouuid /dev/vg_trn/lv_db /epic/trn`;

describe("a host and the arrays agree", () => {
  test("production starts mounted over Fibre Channel; its partner sees the LUNs and uses nothing", () => {
    const { hosts: shown } = hosts.state();
    expect(shown[PRD]?.mounts).toMatchObject([
      { mountPoint: "/epic/prd", source: "/dev/mapper/vg_epicprd-lv_db", content: "nightly content" },
    ]);
    expect(shown[PRD]?.devices.map((each) => each.map)).toEqual([WA, WB, WA, WB]);
    expect(shown["epic-prd-02"]).toMatchObject({ mounts: [], vgs: [{ name: "vg_epicprd", active: false }] });
    expect(shown[VM]).toMatchObject({ mounts: [], sessions: [], devices: [], vgs: [] });
  });

  test("a clone is imported, mounted, and shows the content of its volume", async () => {
    await out(ATTACH);
    expect(
      await out("cat /epic/trn/.sluice-content; findmnt -n -o SOURCE /epic/trn; vgs --noheadings -o vg_name @t1"),
    ).toBe("nightly content\n/dev/mapper/vg_trn-lv_db\n  vg_trn\n");
    expect(hosts.state().hosts[VM]).toMatchObject({
      vgs: [{ name: "vg_trn", tags: ["t1"], active: true, wwids: [WC, WD] }],
      sessions: [{}, {}],
    });
    // Only the copies were renamed.
    expect(hosts.state().hosts[PRD]?.vgs[0]?.name).toBe("vg_epicprd");
    await out("echo new >/epic/trn/file; mkdir /epic/trn/dir; cat /epic/trn/file; ls -A /epic/trn");
    expect(san.contentId(C)).not.toBe("nightly content");
    expect(san.contentId(A)).toBe("nightly content");
  });

  test("attached and detached again, the host is as it was", async () => {
    const before = hosts.snapshot();
    await out(ATTACH);
    expect(hosts.snapshot()).not.toEqual(before);
    await out(`set -e
umount /epic/trn; rmdir /epic/trn; vgchange -an vg_trn >/dev/null
for w in ${WC} ${WD}; do
  lvmdevices --deldev /dev/mapper/$w
  sds=$(ls /sys/block/$(basename "$(readlink -f /dev/mapper/$w)")/slaves)
  multipath -f $w
  for s in $sds; do multipath -w /dev/$s >/dev/null || true; echo 1 >/sys/block/$s/device/delete; done
done
iscsiadm -m node --logout >/dev/null; iscsiadm -m node -o delete`);
    expect(hosts.snapshot()).toEqual(before);
  });

  test("the devices file hides new LUNs from LVM until they are imported", async () => {
    await out(LOGIN);
    expect(await out("pvs; vgs")).toBe("");
    expect(await out(`pvs --noheadings -o vg_name --devices /dev/mapper/${WC},/dev/mapper/${WD}`)).toBe(
      "  vg_epicprd\n  vg_epicprd\n",
    );
    const refused = await sh(`vgimportclone --basevgname vg_trn /dev/mapper/${WC} /dev/mapper/${WD}`);
    expect(refused).toMatchObject({ exitCode: 5, stderr: `  Failed to find device /dev/mapper/${WC}.\n` });
  });

  test("a single path makes no map until its identity is known", async () => {
    await out(
      `iscsiadm -m discoverydb -t sendtargets -p 10.8.1.21:3260 -o new --discover >/dev/null; iscsiadm -m node -p 10.8.1.21 --login >/dev/null`,
    );
    const sd = hosts.state().hosts[VM]?.devices[0]?.name ?? "";
    expect(await out("ls /dev/mapper")).toBe("control\n");
    await out(
      `multipath -a /dev/${sd} >/dev/null; multipathd add path ${sd} >/dev/null; multipathd add map ${WC} >/dev/null; test -e /dev/disk/by-id/dm-uuid-mpath-${WC}`,
    );
  });

  test("a dead portal: discovery and login end as the tools do, after their time", async () => {
    await out(LOGIN.replace("--login", "-o show"));
    san.portals.get("10.8.1.22")!.up = false;
    const login = await sh(
      "iscsiadm -m node -p 10.8.1.22 -o update -n node.session.initial_login_retry_max -v 1; timeout 25 iscsiadm -m node -p 10.8.1.22 --login",
    );
    expect(login).toMatchObject({ exitCode: 8 });
    expect(login.tookMs).toBeGreaterThan(14_000);
    expect(await sh("timeout 5 iscsiadm -m discoverydb -t sendtargets -p 10.8.1.22 -o new --discover")).toMatchObject({
      exitCode: 124,
    });
  });
});

describe("a LUN that goes away", () => {
  test("swallows whoever touches it, timeout or not, until queueing is switched off", async () => {
    await out(ATTACH);
    san.maps.clear();
    expect(await out(`multipath -ll ${WC} | grep -c 'failed faulty running'; mountpoint /epic/trn`)).toBe(
      "2\n/epic/trn is a mountpoint\n",
    );
    expect(await sh("timeout -k 5 10 umount /epic/trn; echo after")).toMatchObject({ end: "hung" });
    expect(await sh("timeout -k 5 10 pvs; echo after")).toMatchObject({ end: "hung" });
    await out(
      `multipathd disablequeueing map ${WC} >/dev/null; multipathd disablequeueing map ${WD} >/dev/null; umount /epic/trn; mountpoint -q /epic/trn || true`,
    );
    expect(hosts.state().hosts[VM]).toMatchObject({
      mounts: [],
      devices: [{ state: "gone" }, { state: "gone" }, { state: "gone" }, { state: "gone" }],
    });
  });

  test("its number given to another LUN: the old identity stays until the kernel is told to look again, or the device is found anew", async () => {
    await out(LOGIN);
    san.create("80Abc+LUN009", TiB);
    san.maps.set(0, "80Abc+LUN009");
    const stale = hosts.state().hosts[VM]?.devices.find((each) => each.state === "stale");
    expect(stale?.serial).toBe(C);
    const wwid = await out(
      `d=/sys/block/${stale?.name}/device; cat $d/wwid; echo 1 >$d/rescan; cat $d/wwid; multipath -f ${WC}; h=$(readlink -f $d | grep -o 'host[0-9]*'); echo 1 >$d/delete; echo "0 0 0" >/sys/class/scsi_host/$h/scan; cat /sys/class/scsi_device/\${h#host}:0:0:0/device/wwid`,
    );
    const anew = `naa.${wwidOf("80Abc+LUN009").slice(1)}\n`;
    expect(wwid).toBe(`naa.${WC.slice(1)}\n${anew}${anew}`);
  });

  test("under restore it is read-only", async () => {
    await out("umount /epic/prd", PRD);
    san.get(A).readOnly = true;
    expect(await sh("mount -t xfs /dev/vg_epicprd/lv_db /epic/prd", PRD)).toMatchObject({
      exitCode: 0,
      stderr: "mount: /epic/prd: WARNING: source write-protected, mounted read-only.\n",
    });
    expect(await sh("set -e; echo x >/epic/prd/x; echo on", PRD)).toMatchObject({
      end: "exited",
      exitCode: 1,
      stderr: "bash: x: Read-only file system\n",
    });
  });
});

describe("scripts", () => {
  test("bash where just-bash differs: statuses after assignments, -b", async () => {
    expect(
      await out(`set -euo pipefail
f() { return 3; }
rc=0; f || rc=$?; echo $rc
if f; then :; else rc=$?; fi; echo $rc
${LOGIN}
[[ -b /dev/mapper/${WC} ]] && [ -b /dev/mapper/${WC} ] && test ! -b /dev/nope && echo block`),
    ).toBe("3\n3\nblock\n");
  });

  test("one lock, two scripts: the second waits in its own time, or gives up", async () => {
    const locked = "exec 9>/run/lock/x.lock; flock -w 300 9 || exit 75; sleep 100";
    expect((await sh(locked)).tookMs).toBeLessThan(101_000);
    const second = await sh(locked);
    expect(second.tookMs).toBeGreaterThan(199_000);
    clock.advance(50_000);
    expect(await sh("exec 9>/run/lock/x.lock; flock -w 10 9 || exit 75")).toMatchObject({ exitCode: 75 });
    clock.advance(200_000);
    expect(await sh("exec 9>/run/lock/x.lock; flock -n 9 || exit 75")).toMatchObject({ exitCode: 0 });
  });

  test("a hung script keeps its lock until its shell is killed", async () => {
    await out(ATTACH);
    san.maps.clear();
    const hung = await sh("exec 9>/run/lock/x.lock; flock 9; umount /epic/trn");
    expect(hung.end).toBe("hung");
    expect(await sh("exec 9>/run/lock/x.lock; flock -w 10 9 || exit 75")).toMatchObject({ exitCode: 75 });
    hung.release();
    expect(await sh("exec 9>/run/lock/x.lock; flock -n 9 || exit 75")).toMatchObject({ exitCode: 0 });
  });

  test("a lock around a command goes with it; one that changes hands is free for a moment", async () => {
    expect(await out("flock /run/l echo a; flock -n /run/l echo b; [ -e /run/l ] && echo c")).toBe("a\nb\nc\n");
    hosts.fault(VM, { kind: "waits", forMs: 1_000, gapMs: 500 });
    const waiting = await sh("exec 9>/run/l; flock -w 240 9; echo never");
    expect(waiting).toMatchObject({ end: "hung", stdout: "" });
    const free = "if flock -n /run/l true; then echo free; else echo held; fi";
    expect(await out(`${free}; sleep 1.1; ${free}; sleep 1; ${free}`)).toBe("held\nfree\nheld\n");
    waiting.release();
    expect(await out(free)).toBe("free\n");
  });

  test("killed after its k-th command, nothing behind it happens", async () => {
    hosts.fault(VM, { kind: "kill", afterCommand: 2 });
    const run = await sh("logger a; echo 1 >/root/1; logger b; echo 2 >/root/2; x=$(logger c); echo 3 >/root/3");
    expect(run.end).toBe("killed");
    expect([
      await hosts.readFile(VM, "/root/1"),
      await hosts.readFile(VM, "/root/2"),
      await hosts.readFile(VM, "/root/3"),
    ]).toEqual(["1\n", undefined, undefined]);
  });

  test("a reboot loses mounts and /run, keeps files, and logs in again where records say so", async () => {
    await out(ATTACH);
    await out(
      "iscsiadm -m node -p 10.8.1.21 -o update -n node.startup -v automatic; mkdir -p /var/lib/sluice; echo kept >/var/lib/sluice/state; echo lost >/run/state",
    );
    await hosts.reboot(VM);
    const { mounts, sessions, vgs } = hosts.state().hosts[VM]!;
    expect({ mounts, portals: sessions.map((each) => each.portal) }).toEqual({
      mounts: [],
      portals: ["10.8.1.21:3260"],
    });
    expect(vgs).toMatchObject([{ name: "vg_trn", active: false }]);
    expect([await hosts.readFile(VM, "/var/lib/sluice/state"), await hosts.readFile(VM, "/run/state")]).toEqual([
      "kept\n",
      undefined,
    ]);
  });

  test("open files hold an unmount; the cluster's application closes its own", async () => {
    hosts.openFile(PRD, "/epic/prd/mgr/IRIS.DAT", { ofResource: true });
    expect(await sh("umount /epic/prd", PRD)).toMatchObject({
      exitCode: 32,
      stderr: "umount: /epic/prd: target is busy.\n",
    });
    expect((await sh("fuser -m /epic/prd 2>/dev/null", PRD)).stdout.trim()).toMatch(/^\d+$/);
    await out("pcs resource disable grp_epicprd --wait=60; umount /epic/prd; vgchange -an vg_epicprd >/dev/null", PRD);
    expect(hosts.state().hosts[PRD]).toMatchObject({ mounts: [], services: { grp_epicprd: false } });
  });

  test("before LVM 2.03.19 an import onto the present name waits for ever; timeout ends it", async () => {
    build({ lvm: [2, 3, 16] });
    await out(ATTACH.replace(/vgchange -ay[^]*/, ""));
    expect(
      await sh(`timeout 30 vgimportclone --importdevices --basevgname vg_trn /dev/mapper/${WC} /dev/mapper/${WD}`),
    ).toMatchObject({ exitCode: 124 });
    build();
    await out(ATTACH.replace(/vgchange -ay[^]*/, ""));
    expect(
      await sh(
        `vgimportclone --importdevices --basevgname vg_trn /dev/mapper/${WC} /dev/mapper/${WD}; vgs --noheadings -o vg_name`,
      ),
    ).toMatchObject({ stdout: "  vg_trn1\n" });
  });

  test("a machine that is off, or told to be, does not answer", async () => {
    hosts.fault(VM, { kind: "unreachable" });
    await expect(sh("true")).rejects.toThrow(HostUnreachable);
    hosts.clearFaults();
    await hosts.setPower(VM, "off");
    await expect(sh("true")).rejects.toThrow(HostUnreachable);
    await hosts.setPower(VM, "on");
    expect(await out("echo up")).toBe("up\n");
  });

  test("a program can be made to fail once, before or after its effect", async () => {
    hosts.fault(PRD, { kind: "command", command: "umount", when: "after", exitCode: 32, stderr: "umount: lost\n" });
    expect(await sh("umount /epic/prd", PRD)).toMatchObject({ exitCode: 32, stderr: "umount: lost\n" });
    expect(hosts.state().hosts[PRD]?.mounts).toEqual([]);
  });
});
