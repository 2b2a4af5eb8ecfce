import { failover } from "../../src/runbooks/failover.js";
import { laws } from "./laws.js";
import { otherReadings } from "./readings.js";

laws(failover, { knobs: otherReadings, part: "farEnds", kinds: ["is lost after its effect"] });
