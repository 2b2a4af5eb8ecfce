import { equal, night, reads, remains, type Scenario } from "./scenario.js";

/** The identities of production's LUNs: maps and disks. */
const identities = "ls /dev/mapper | grep 3600a0980; cat /sys/block/sd*/device/wwid | sort -u";

export const restore: readonly Scenario[] = [
  {
    name: "4 restore: what was deleted is back, what is newer is gone, identities as before; the safety copy, mounted, has what is newer",
    run: async ({ people, production, training }) => {
      const before = await production.must(identities);
      await production.must("test ! -e /epic/prd/kept; echo 'written this minute' >/epic/prd/newest; sync");
      const told = await people.done("restore prod from CVO");
      reads(told, /Done in/);
      const wanted = `kept since the night\n${night}`;
      equal(await production.must("cat /epic/prd/kept /epic/prd/changed"), wanted, "what was restored");
      await production.must("test ! -e /epic/prd/newer; test ! -e /epic/prd/newest; irischeck /epic/prd/iris");
      equal(await production.must(identities), before, "identities of production's LUNs");
      await production.must(
        "! systemctl -q is-active irisdb; pcs resource enable grp_epicprd --wait; systemctl -q is-active irisdb",
      );
      const [, run = ""] = /sluice_safety_epic_prd_db01_(\w+)/.exec(told) ?? [];
      reads(await people.done(`clone prod volume for training from snapshot sluice-safety.${run}`), /Done in/);
      equal(
        await training.must("cat /epic/trn/newest /epic/trn/changed; ls /epic/trn | grep -c kept || true"),
        "written this minute\nas it is by day\n0\n",
        "the safety copy",
      );
      await training.must("irischeck /epic/trn/iris");
      reads(await people.done("release the training clone"), /Done in/);
      equal(await remains(training), {}, "the host");
    },
  },
];
