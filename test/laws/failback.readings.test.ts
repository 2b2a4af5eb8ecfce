import { failback } from "../../src/runbooks/failback.js";
import { laws } from "./laws.js";
import { otherReadings } from "./readings.js";

laws(failback, { knobs: otherReadings, part: "farEnds", kinds: ["is lost after its effect"] });
