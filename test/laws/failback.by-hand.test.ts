import { failback } from "../../src/runbooks/failback.js";
import { laws } from "./laws.js";

laws(failback, {
  world: "epic",
  handOff: { "ali-ontap-01": ["luns", "snapshots", "volumes", "relationships"] },
  kinds: ["is rejected"],
});
