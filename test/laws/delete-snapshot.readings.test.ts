import { deleteSnapshot } from "../../src/runbooks/delete-snapshot.js";
import { laws } from "./laws.js";
import { otherReadings } from "./readings.js";

laws(deleteSnapshot, { knobs: otherReadings, part: "farEnds", kinds: ["is lost after its effect"] });
