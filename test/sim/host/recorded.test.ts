import { describe, expect, test } from "@jest/globals";
import { readFileSync } from "node:fs";
import { createHosts, type Hosts } from "../../../sim/host/index.js";
import { ManualClock } from "../../../sim/kit/clock.js";
import type { World } from "../../../sim/worlds/types.js";
import { epic } from "../../../sim/worlds/epic.js";
import { formatted, MemorySan } from "./support/memory-san.js";

interface Step {
  readonly name: string;
  readonly command: string;
  readonly rc: number;
  readonly stdout: string;
  readonly stderr: string;
}
type Entry = Step | { readonly mark: string };

const SERIALS = ["80Abc+LUN001", "80Abc+LUN002", "80Abc+LUN003", "80Abc+LUN004"] as const;
const MiB = 2 ** 20;

function recording(file: string): Entry[] {
  const entries: Entry[] = [];
  let step: { name: string; command: string; rc: number; out: string[]; err: string[] } | undefined;
  const flush = (): void => {
    if (step)
      entries.push({
        name: step.name,
        command: step.command,
        rc: step.rc,
        stdout: step.out.join("\n"),
        stderr: step.err.join("\n"),
      });
    step = undefined;
  };
  for (const line of readFileSync(`test/golden/host/${file}`, "utf8").split("\n")) {
    if (line.startsWith("=== ")) {
      flush();
      step = { name: line.slice(4), command: "", rc: 0, out: [], err: [] };
    } else if (line.startsWith("!!! ")) {
      flush();
      entries.push({ mark: line.slice(4) });
    } else if (line.startsWith("$ ") && step) step.command = line.slice(2);
    else if (line.startsWith("rc ") && step) step.rc = Number(line.slice(3));
    else if (line.startsWith("o|") && step) step.out.push(line.slice(2));
    else if (line.startsWith("e|") && step) step.err.push(line.slice(2));
  }
  flush();
  return entries;
}

/** What a simulator cannot and need not repeat: identities, times, process ids, which disk got which letter, the order of paths. */
function normal(text: string): string {
  return text
    .replace(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, "UUID")
    .replace(/\b\w{6}-\w{4}-\w{4}-\w{4}-\w{4}-\w{4}-\w{6}\b/g, "LVMID")
    .replace(/LVM-\w{64}/g, "LVM-IDS")
    .replace(/^\[ *\d+\.\d+\]/gm, "[TIME]")
    .replace(/^ *\d+\.\d+ \| /gm, "TIME | ")
    .replace(/\bsd[a-z]\b/g, "sdX")
    .replace(/\b(8):\d+\b */g, "8:N ")
    .replace(/\b\d:0:0:(\d)\b/g, "H:0:0:$1")
    .replace(/\bdm-\d\b/g, "dm-N")
    .replace(/ +\d{3,4}\b/g, " PID")
    .replace(/portal: ([\d.]+),3260\]/g, "portal: $1,3260]")
    .replace(/Iface IPaddress: .*/g, "Iface IPaddress: IP")
    .replace(/sid: \d/g, "sid: N")
    .replace(/tcp: \[\d\]/g, "tcp: [N]")
    .replace(/instead of .*|which is accessing .*/g, "")
    .replace(/(\s*\|-|\s*`-) (H:0:0)/g, "  - $2")
    .trimEnd();
}

/** Order within these does not matter: multipath's paths, globbed disks. */
const asSet = (text: string): string[] => normal(text).split("\n").sort();

/** Recordings whose text cannot match, each with the reason; their exit code must. */
const onlyCode: Readonly<Record<string, string>> = {
  "discover-refused": "127.0.0.1 refuses there; here no portal answers",
  "node-show": "a longer list of settings",
  "session-sys": "the guest has two more SCSI hosts of its own",
  "sd-list": "tgt pads VPD page 0x80 with blanks",
  "sd-links": "letters follow the order of discovery",
  "mpd-paths": "a countdown",
  "multipath-a": "letters follow the order of discovery",
  "scsi-id": "letters follow the order of discovery",
  "by-id": "links by other identities of tgt",
  "mp-dev": "letters follow the order of discovery",
  "lv-links": "ls -l",
  "lsblk-J": "size of the system disk",
  "scan-missing-lun": "nothing is printed",
  "fuser-vm-busy": "columns",
  "import-partial": "2.03.16 adds a memory-leak report",
  "lvmdevices-cmd": "bash's line number",
  "mpd-map": "faults and load counters; compared as JSON below",
};

/** Commands the guest ran that no host script needs and the simulator does not speak. */
const skipped: Readonly<Record<string, string>> = {
  "multipath-C": "the guest's 0.9.4 asks udev for the wrong kind of device",
  "multipath-C-2": "as above",
  "mp-C-ok": "as above",
};

async function replay(entry: Step, hosts: Hosts): Promise<void> {
  const run = await hosts.run("epic-trn-01", `${entry.command}\n`);
  const seen = { rc: run.exitCode, stdout: asSet(run.stdout), stderr: asSet(run.stderr) };
  const wanted = { rc: entry.rc, stdout: asSet(entry.stdout), stderr: asSet(entry.stderr) };
  if (entry.name in onlyCode) expect({ rc: seen.rc }).toEqual({ rc: wanted.rc });
  else expect(seen).toEqual(wanted);
}

describe("answers are the recorded tools' own", () => {
  const san = new MemorySan(undefined, ["10.61.1.1", "10.61.2.1"]);
  for (const portal of san.portals.values()) portal.tpgt = 1;
  // tgt tells of the asked portal only.
  const both = san.discover.bind(san);
  san.discover = (address) => {
    const target = both(address);
    return target && { ...target, portals: target.portals.filter((portal) => portal.address === address) };
  };
  SERIALS.slice(0, 2).forEach((serial, i) => {
    san.create(serial, 512 * MiB);
    san.maps.set(i + 1, serial);
  });
  const world: World = {
    ...epic,
    hosts: [{ name: "epic-trn-01", kind: "azure-vm", iqn: "iqn.1993-08.org.debian:01:azvm01", wwpns: [], mounts: [] }],
  };
  const hosts = createHosts({
    world,
    clock: new ManualClock(Date.UTC(2026, 10, 22)),
    san,
    knobs: { lvm: [2, 3, 16], devicesFile: false, alua: false, findMultipaths: "no", osDisk: "vda" },
  });

  const marks: Readonly<Record<string, () => void>> = {
    format: () =>
      formatted("vg_data", "lv_data", [512 * MiB, 512 * MiB]).forEach((disk, i) =>
        san.writeDisk(SERIALS[i] ?? "", disk, true),
      ),
    clone: () =>
      [0, 1].forEach((i) => {
        san.clone(SERIALS[i] ?? "", SERIALS[i + 2] ?? "");
        san.maps.set(i + 3, SERIALS[i + 2] ?? "");
      }),
    "unmap-clone": () => [3, 4].forEach((number) => san.maps.delete(number)),
  };

  for (const entry of recording("session.txt")) {
    if ("mark" in entry) {
      test(`(${entry.mark})`, async () => {
        const act = marks[entry.mark];
        expect(act).toBeDefined();
        act?.();
        if (entry.mark === "format") await hosts.run("epic-trn-01", "mkdir -p /data");
        if (entry.mark === "clone") await hosts.run("epic-trn-01", "mkdir -p /clone");
      });
    } else if (!(entry.name in skipped)) {
      test(entry.name, async () => {
        if (entry.name === "fuser-busy") hosts.openFile("epic-trn-01", "/data", { command: "sleep", user: "root" });
        if (entry.name === "umount-ok") hosts.closeFile("epic-trn-01", "/data");
        if (entry.name === "mp-ll-back") await hosts.run("epic-trn-01", "iscsiadm -m session --rescan");
        await replay(entry, hosts);
      });
    }
  }

  test("gone-mp-ll: paths of a LUN that was taken away", async () => {
    const entry = recording("lun-gone.txt").find((each): each is Step => "name" in each && each.name === "gone-mp-ll");
    expect(entry).toBeDefined();
    if (!entry) return;
    san.maps.clear();
    await replay(entry, hosts);
  });
});
