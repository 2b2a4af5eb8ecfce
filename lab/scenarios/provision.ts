import { build, wwidOf, type BuildInput } from "../../src/host/index.js";
import { check, CVO, equal, reads, remains, type On, type Scenario } from "./scenario.js";
import { answers, caught, portals, send } from "./scripts.js";

/** The two new LUNs, told again to a script that means to build on them. */
async function again({ people, backup }: On): Promise<BuildInput> {
  const { records: luns } = await people.ontap(
    CVO,
    "/storage/luns?location.volume.name=epic_app_*&fields=serial_number",
  );
  const { records: services } = await people.ontap<{ records: { target: { name: string } }[] }>(
    CVO,
    "/protocols/san/iscsi/services?fields=target.name",
  );
  return {
    tag: "sluice_another",
    access: {
      protocol: "iscsi",
      initiator: backup.options.iqn,
      target: services[0]?.target.name ?? "",
      portals: [...portals],
    },
    vg: "vg_another",
    lv: "lv_data",
    mount: "/epic/another",
    luns: luns.map((lun, i) => ({ number: i + 1, wwid: wwidOf(String(lun["serial_number"])) })),
    options: "noatime",
  };
}

const wanted = "provision 2 LUNs of 3 TB for prod on epic-bkp-01 at /epic/app";

export const provision: readonly Scenario[] = [
  {
    name: "a host is prepared, and its power goes that moment: it comes up signed in at every portal, and a second look finds nothing to do",
    run: async ({ people, backup }) => {
      reads(await people.done("prepare epic-bkp-01"), /Done in/);
      equal((await backup.must("iscsiadm -m session | wc -l")).trim(), String(portals.length), "sessions");
      await backup.reset();
      await backup.must(`
        for i in $(seq 120); do
          [ "$(iscsiadm -m session 2>/dev/null | wc -l)" != ${portals.length} ] || exit 0
          sleep 0.5
        done
        iscsiadm -m node; exit 1`);
      reads(await people.done("prepare epic-bkp-01"), /epic-bkp-01 is ready/);
      await answers(backup);
    },
  },
  {
    name: "6 a reboot in the middle of a host step: known in minutes although Azure shows it as running, said, and everything is taken back",
    run: async ({ people, backup }) => {
      const before = await remains(backup);
      const asked = people.done(wanted);
      await caught(backup, "(vg|lv)create");
      await backup.reset();
      const told = await asked;
      reads(told, /everything taken back/);
      reads(told, /the host was rebooted/);
      await answers(backup);
      equal(await remains(backup), before, "the host");
    },
  },
  {
    name: "new storage: LUNs become a file system on a host, which is there again after a reboot; a LUN that carries anything is never written to",
    run: async (on) => {
      const { people, backup } = on;
      reads(await people.done(wanted), /Done in/);
      equal((await backup.must("lvs --noheadings -o stripes vg_epic_app/lv_data")).trim(), "2", "stripes");
      await backup.must("echo ours >/epic/app/file; sync");
      await backup.reset();
      await backup.must(
        "for i in $(seq 300); do mountpoint -q /epic/app && exit 0; sleep 0.5; done; systemctl --failed; exit 1",
      );
      const whole = "cat /epic/app/file; vgs --noheadings -o vg_uuid,vg_seqno vg_epic_app";
      const before = await backup.must(whole);
      check(before.startsWith("ours\n"), `what was written before it: ${before}`);
      const ran = await send(backup, build.script(await again(on)), "build-again");
      check(ran.exitCode === 11 && /is not empty/.test(ran.stdout), `building on it again: ${ran.stdout}${ran.stderr}`);
      equal(await backup.must(whole), before, "the volume group and its file");
      await answers(backup);
    },
  },
];
