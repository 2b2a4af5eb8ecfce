import { check, CVO, equal, night, reads, remains, type On, type Scenario } from "./scenario.js";
import { answers, attachInput, attachScript, deleteVolumes, detachScript, sent } from "./scripts.js";

/** What LVM wrote at the beginning of every disk of a group, to the byte. */
const metadata = ({ training }: On, vg: string): Promise<string> =>
  training.must(`for d in $(pvs --noheadings -o pv_name --select vg_name=${vg} | sort); do
    dd if=$d bs=1M count=1 iflag=direct status=none | sha256sum; done`);

/** Clones of the copy at a night, seen by the host beside it: what an administrator does by hand. */
async function cloneBeside(on: On): Promise<() => Promise<void>> {
  const { people, training } = on;
  const made: string[] = [];
  for (const part of ["epic_prd_db01", "epic_prd_db02"]) {
    const { records } = await people.ontap(CVO, `/storage/volumes?name=${part}_dr&fields=uuid`);
    const all = await people.ontap(CVO, `/storage/volumes/${String(records[0]?.["uuid"])}/snapshots?name=nightly.*`);
    const names = all.records.map(({ name }) => String(name)).sort();
    await people.ontap(CVO, "/storage/volumes?return_timeout=60", {
      name: `${part}_beside`,
      svm: { name: "svm_epic_dr" },
      clone: { is_flexclone: true, parent_volume: { name: `${part}_dr` }, parent_snapshot: { name: names.at(-1) } },
    });
    made.push(`/vol/${part}_beside/lun00`);
  }
  for (const [i, lun] of made.entries())
    await people.ontap(CVO, "/protocols/san/lun-maps", {
      svm: { name: "svm_epic_dr" },
      igroup: { name: "ig_epic-trn-01" },
      lun: { name: lun },
      logical_unit_number: 21 + i,
    });
  const place = { volumes: "*_beside", tag: "sluice_beside", vg: "vg_beside", mount: "/epic/beside" };
  const input = await attachInput(on, training, place);
  await sent(training, attachScript(input), "beside-on");
  return async () => {
    await sent(training, detachScript(input, false), "beside-off");
    await deleteVolumes(on, "*_beside");
  };
}

/** The site's power, as far as anybody outside can tell: its management and both its links. */
async function site({ lab, production }: On, state: "up" | "down"): Promise<void> {
  if (state === "down") lab.world.fabric.fault("ali-ontap-01", { condition: "unreachable" });
  for (const path of [1, 2] as const) await production.link(path, state);
  if (state === "up") lab.world.fabric.clearFaults();
}

export const failover: readonly Scenario[] = [
  {
    name: "5 the site is lost with writes that were never sent: failover mounts the copy, beside a clone of it, and it is written to",
    run: async (on) => {
      const { people, production, training } = on;
      reads(await people.done("update the prod mirror"), /Done in/);
      reads(await people.done("clone prod volume for training"), /Done in/);
      const clone = await metadata(on, "vg_prod_training");
      await production.must("echo sent >/epic/prd/sent; sync");
      // of one moment over both volumes: what SnapMirror itself transfers is named anew for each, and a failover of the set cannot choose it
      reads(await people.done("snapshot prod as daily"), /application-consistent/);
      reads(await people.done("update the prod mirror"), /Done in/);
      on.lab.world.fabric.fault("ali-ontap-01", { condition: "unreachable" });
      await production.must("echo lost >/epic/prd/never-sent; sync");
      await site(on, "down");
      reads(await people.done("fail over prod unplanned"), /Done in/);
      // the card says what it gives up: each mirror holds something newer, and not of one moment
      await people.tells(/each mirror's own newest state.*together only sluice\.\S+ is one/, 5_000);
      equal(
        await training.must("cat /epic/prd/sent; ls /epic/prd | grep -c never-sent || true"),
        "sent\n0\n",
        "the copy",
      );
      await training.must("echo written-there >/epic/prd/on-the-copy; sync");
      equal(await metadata(on, "vg_prod_training"), clone, "the clone's metadata");
      equal(await training.must("cat /epic/trn/changed"), night, "the clone");
    },
  },
  {
    name: "2 a clone beside its original on one host: the original's volume group is unchanged to the byte",
    run: async (on) => {
      const { people, training } = on;
      const before = await metadata(on, "vg_epicprd");
      check(before.split("\n").length === 3, `the original is on two disks: ${before}`);
      reads(await people.done("release the training clone"), /Done in/);
      const undo = await cloneBeside(on);
      equal(await training.must("cat /epic/beside/changed /epic/prd/on-the-copy"), `${night}written-there\n`, "both");
      equal(await metadata(on, "vg_epicprd"), before, "the original's metadata beside its clone");
      await undo();
      equal(await metadata(on, "vg_epicprd"), before, "the original's metadata after its clone");
      await training.must("test -s /epic/prd/patients.dat; touch /epic/prd/still-writable; sync");
    },
  },
  {
    name: "5 the site is back, with writes of its own: it is fenced, and failback brings what was written on the copy home",
    run: async (on) => {
      const { people, production, training } = on;
      await site(on, "up");
      // production went on as soon as its disks answered again: a split brain, until it is fenced
      await production.must("echo split >/epic/prd/after-failover; sync", { limitMs: 600_000 });
      reads(await people.done("fence prod"), /Done in/);
      await answers(production);
      equal((await remains(production))["mounts"], undefined, "mounts of production");
      const told = await people.done("fail back prod", {
        // of the second of its two runs
        ends: /at home again, with|\*(Failed|Half done|Not possible|Stopped|Cancelled|Expired|Denied)/,
      });
      reads(told, /at home again, with/);
      equal(await production.must("cat /epic/prd/on-the-copy"), "written-there\n", "what was written on the copy");
      await production.must(
        "test ! -e /epic/prd/never-sent; test ! -e /epic/prd/after-failover; irischeck /epic/prd/iris",
      );
      equal(await remains(training), {}, "the failover host");
      await production.must("pcs resource enable grp_epicprd --wait; systemctl -q is-active irisdb");
      await answers(training);
    },
  },
];
