import { drDrill } from "../../src/runbooks/dr-drill.js";
import { laws } from "./laws.js";
import { otherReadings } from "./readings.js";

laws(drDrill, { knobs: otherReadings, part: "farEnds", kinds: ["is lost after its effect"] });
