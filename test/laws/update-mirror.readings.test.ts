import { updateMirror } from "../../src/runbooks/update-mirror.js";
import { laws } from "./laws.js";
import { otherReadings } from "./readings.js";

laws(updateMirror, { knobs: otherReadings, part: "farEnds" });
