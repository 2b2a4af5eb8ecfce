import { protect } from "../../src/runbooks/protect.js";
import { takeAllApart } from "../support/mirrors.js";
import { laws } from "./laws.js";

const fresh = { ...protect, example: { say: "protect prod", world: "epic" } };

laws(fresh, {
  knobs: { transferBytesPerSecond: 2 ** 36 },
  kinds: ["is rejected", "is lost after its effect"],
  arrange: { name: "where nothing is set up and a first transfer takes its time", by: takeAllApart },
});
