import { resyncMirror } from "../../src/runbooks/resync-mirror.js";
import { laws } from "./laws.js";
import { otherReadings } from "./readings.js";

laws(resyncMirror, { knobs: otherReadings, part: "farEnds", kinds: ["is lost after its effect"] });
