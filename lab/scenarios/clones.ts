import { round } from "../../src/jobs/rounds.js";
import { check, equal, onCvo, reads, remains, sums, type Scenario } from "./scenario.js";

const night = (on: { production: { must(script: string): Promise<string> } }): Promise<string> =>
  on.production.must("sha256sum </epic/prd/patients.dat");

export const clones: readonly Scenario[] = [
  {
    name: "1 a clone for training: the night's files on a real mount, production goes on and the clone does not",
    run: async (on) => {
      const { people, training, production } = on;
      reads(await people.done("clone prod volume for training"), /Done in/);
      equal(
        await training.must("sha256sum </epic/trn/patients.dat"),
        await night(on),
        "patients.dat of clone and production",
      );
      equal(
        await training.must("cat /epic/trn/.sluice-content /epic/trn/changed"),
        "night\nas it was at night\n",
        "the clone",
      );
      const before = await sums(training, "/epic/trn");
      await production.must("echo written-later >/epic/prd/later; sync");
      await training.must("irischeck /epic/trn/iris");
      equal(await sums(training, "/epic/trn"), before, "the clone after production wrote");
      check((await remains(training)).maps?.length === 2, "two maps on the host");
    },
  },
  {
    name: "2 a second clone on the same host: same PV, VG, LV and XFS identities, neither disturbs the other",
    run: async ({ people, training }) => {
      const before = await sums(training, "/epic/trn");
      await training.must("echo mine >/epic/trn/mine; sync");
      reads(await people.done("clone prod volume for testing"), /Done in/);
      equal(await sums(training, "/epic/tst"), before, "the second clone");
      equal(await training.must("cat /epic/trn/mine"), "mine\n", "the first clone");
      const said = await training.must(
        "vgs --noheadings -o vg_uuid | sort -u | wc -l; pvs --noheadings -o pv_uuid | sort -u | wc -l",
      );
      equal(said.split("\n").slice(0, 2), ["2", "4"], "identities of groups and disks");
    },
  },
  {
    name: "3 release: nothing of the clone is left on the host or the array, the other clone is untouched",
    run: async (on) => {
      const { people, training } = on;
      const before = await sums(training, "/epic/trn");
      reads(await people.done("release the testing clone"), /Done in/);
      const left = await remains(training);
      equal(left.mounts, ["/epic/trn"], "mounts");
      for (const part of ["maps", "known", "devices"]) equal(left[part]?.length, 2, `the other clone's ${part}`);
      equal(left["disks"]?.length, 4, "disks of the other clone");
      equal(await sums(training, "/epic/trn"), before, "the other clone");
    },
  },
  {
    name: "7 an open file when the lease ends: nothing is torn away, the holder is named",
    run: async (on) => {
      const { lab, people, training } = on;
      await training.must("systemd-run -q --unit=student -p User=irisusr tail -f /epic/trn/patients.dat");
      // every clone of a week; those of the lane beside have two
      const later = { ...lab.app.engine.clock, now: () => Date.now() + 8 * 86_400_000 };
      await round("leases", { ...lab.app.engine, clock: later, config: lab.settings.config });
      const told = await people.tells(/in use by tail \(pid \d+, user irisusr\)/);
      check(told !== "", "the owner was told");
      await training.must("systemctl -q is-active student; test -e /epic/trn/patients.dat");
      await training.must("systemctl stop student");
    },
  },
  {
    name: "3 the last clone goes: no session, disk, map, record, folder or note is left",
    run: async (on) => {
      const { people, training } = on;
      reads(await people.done("release the training clone"), /Done in/);
      equal(await remains(training), {}, "the host");
      const array = JSON.stringify(await onCvo(on));
      check(!/training|testing|ig_epic-trn/.test(array), `the array still has ${array}`);
    },
  },
];
