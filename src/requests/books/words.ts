import type { Phrasebook } from "../vocabulary.js";

/** The words of one runbook or question. What is available is the app's to say: `phrasebooks(isAvailable)`. */
export type Words = Omit<Phrasebook, "available">;

/** Where a clone is spoken of that exists, "the clone on|from|of training" is said as well. */
export const REF_INTRODUCERS = {
  host: ["", "on", "onto", "to", "at", "in", "for", "with", "from", "of", "off"],
  purpose: ["", "for", "to", "on", "in", "at", "with", "from", "of", "off"],
  name: ["", "as", "named", "called", "name", "of", "for"],
};
