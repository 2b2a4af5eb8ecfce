import { clone } from "../../src/runbooks/clone.js";
import { laws } from "./laws.js";
import { otherReadings } from "./readings.js";

laws(clone, { knobs: otherReadings, part: "farEnds" });
