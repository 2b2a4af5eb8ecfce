import { restore } from "../../src/runbooks/restore.js";
import { laws } from "./laws.js";
import { otherReadings } from "./readings.js";

laws(restore, { knobs: otherReadings, part: "farEnds", kinds: ["is lost after its effect"] });
