import type { Json } from "../../src/core/json.js";
import { understand } from "../../src/requests/index.js";
import { vocabularyOf } from "../../src/vocabulary.js";
import type { TestWorld } from "./world.js";

/** What a sentence asks for in this world. Throws when it is no request. */
export function readSentence(world: TestWorld, sentence: string): { runbook: string; request: Json } {
  const understood = understand(sentence, {
    now: new Date(world.clock.now()),
    asker: { timeZone: "UTC" },
    vocabulary: vocabularyOf(world.config, () => true),
    addressed: true,
  });
  if (understood.kind !== "request") throw new Error(`"${sentence}" is read as ${JSON.stringify(understood)}`);
  return { runbook: understood.runbook, request: understood.request as Json };
}
