import { failover } from "../../src/runbooks/failover.js";
import { laws } from "./laws.js";

laws(failover, {
  world: "epic",
  handOff: { "ali-ontap-01": ["luns", "snapshots"] },
  kinds: ["is lost after its effect"],
});
