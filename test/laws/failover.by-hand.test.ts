import { failover } from "../../src/runbooks/failover.js";
import { laws } from "./laws.js";

laws(failover, {
  world: "epic",
  handOff: { "ali-ontap-01": ["luns", "snapshots"] },
  kinds: ["is lost after its effect"],
});

// the copy's side: its volumes' settings, its host's igroup and what is mapped
laws(failover, {
  world: "epic",
  handOff: { "cvo-eastus2": ["luns", "igroups", "volumes"] },
  kinds: ["is rejected"],
});
