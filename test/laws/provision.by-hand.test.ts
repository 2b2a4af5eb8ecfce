import { provision } from "../../src/runbooks/provision.js";
import { laws } from "./laws.js";

laws(provision, {
  world: "epic",
  handOff: { "cvo-eastus2": ["volumes", "luns", "igroups", "consistencyGroups"] },
  kinds: ["is rejected"],
});
