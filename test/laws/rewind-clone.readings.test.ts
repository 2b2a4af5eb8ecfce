import { rewindClone } from "../../src/runbooks/rewind-clone.js";
import { laws } from "./laws.js";
import { otherReadings } from "./readings.js";

laws(rewindClone, { knobs: otherReadings, part: "farEnds", kinds: ["is lost after its effect"] });
