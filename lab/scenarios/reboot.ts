import type { Scenario } from "./scenario.js";
import { endsWell, untilRuns } from "./scripts.js";

export const reboot: readonly Scenario[] = [
  {
    name: "6 a reboot in the middle of a host step: known in minutes although Azure shows it as running, and it ends well",
    run: async (on) => {
      const { people, backup } = on;
      const asked = people.done("clone prod volume for backup for 14 days");
      await untilRuns(backup, "vgimportclone");
      await backup.reset();
      await endsWell(on, await asked, backup, "backup");
    },
  },
];
