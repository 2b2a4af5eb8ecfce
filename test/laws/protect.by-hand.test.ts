import { protect } from "../../src/runbooks/protect.js";
import { laws } from "./laws.js";

const example = {
  say: "protect prod",
  world: "apart",
  first: ["connect the clusters", "peer the svms", "encrypt svm_epic_dr with key vault"],
};

const parts = ["schedules", "policies", "volumes"] as const;

// taken back by the same person, where the mirror cannot be made
laws({ ...protect, example }, { handOff: { "cvo-eastus2": parts }, part: "farEnds", kinds: ["is rejected"] });
laws({ ...protect, example }, { handOff: { "cvo-eastus2": [...parts, "relationships"] }, part: "workers" });
