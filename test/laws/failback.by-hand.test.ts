import { failback } from "../../src/runbooks/failback.js";
import { laws } from "./laws.js";

laws(failback, {
  world: "epic",
  handOff: { "ali-ontap-01": ["luns", "snapshots", "volumes", "relationships"] },
  kinds: ["is rejected"],
});

// the copy's side: LUNs, igroup and snapshot policy go back to what a mirror has
laws(failback, {
  world: "epic",
  handOff: { "cvo-eastus2": ["luns", "igroups", "volumes"] },
  kinds: ["is rejected"],
});
