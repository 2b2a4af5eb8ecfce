import { releaseClone } from "../../src/runbooks/release-clone.js";
import { laws } from "./laws.js";

laws(releaseClone, {
  world: "epic",
  handOff: { "cvo-eastus2": ["luns", "igroups", "volumes"] },
  kinds: ["is rejected"],
});
