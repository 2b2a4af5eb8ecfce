import { releaseClone } from "../../src/runbooks/release-clone.js";
import { laws } from "./laws.js";
import { otherReadings } from "./readings.js";

laws(releaseClone, { knobs: otherReadings, part: "farEnds" });
