import { equal, reads, type Scenario } from "./scenario.js";

/** The identities of production's LUNs: maps and disks. */
const identities = "ls /dev/mapper | grep 3600a0980; cat /sys/block/sd*/device/wwid | sort -u";

export const restore: readonly Scenario[] = [
  {
    name: "4 restore: what was deleted is back, what is newer is gone, identities as before",
    run: async ({ people, production }) => {
      const before = await production.must(identities);
      await production.must("test ! -e /epic/prd/kept; echo 'written this minute' >/epic/prd/newest; sync");
      reads(await people.done("restore prod from CVO"), /Done in/);
      const wanted = "kept since the night\nas it was at night\n";
      equal(await production.must("cat /epic/prd/kept /epic/prd/changed"), wanted, "what was restored");
      await production.must("test ! -e /epic/prd/newer; test ! -e /epic/prd/newest; irischeck /epic/prd/iris");
      equal(await production.must(identities), before, "identities of production's LUNs");
      await production.must(
        "! systemctl -q is-active irisdb; pcs resource enable grp_epicprd --wait; systemctl -q is-active irisdb",
      );
    },
  },
];
