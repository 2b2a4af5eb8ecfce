import { equal, reads, remains, sums, type Scenario } from "./scenario.js";
import { deleteVolumes } from "./scripts.js";

export const protect: readonly Scenario[] = [
  {
    name: "1 protect from nothing: the baseline, and a fresh clone whose files are those written on production",
    run: async (on) => {
      const { people, production, training } = on;
      // a restore's safety copies live on what is thrown away, for two weeks unless the administrator wants the room
      await deleteVolumes(on, "sluice_safety_*");
      reads(await people.done("unprotect prod with its volumes"), /Done in/);
      reads(await people.done("protect prod"), /Done in/);
      await production.must("echo fresh >/epic/prd/fresh; sync");
      const wanted = await sums(production, "/epic/prd");
      reads(await people.done("clone prod for training with fresh data"), /Done in/);
      equal(await sums(training, "/epic/trn"), wanted, "files of the clone and of production");
      await production.must("echo later >/epic/prd/fresh; sync");
      equal(await sums(training, "/epic/trn"), wanted, "the clone after production wrote");
      reads(await people.done("release the training clone"), /Done in/);
      equal(await remains(training), {}, "the host");
    },
  },
];
