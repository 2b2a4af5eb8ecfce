import { unprotect } from "../../src/runbooks/unprotect.js";
import { laws } from "./laws.js";
import { otherReadings } from "./readings.js";

laws(unprotect, { knobs: otherReadings, part: "farEnds", kinds: ["is lost after its effect"] });
