import { describe, expect, test } from "@jest/globals";
import { plainText } from "../../src/core/said.js";
import { withProfile } from "../../sim/ontap/index.js";
import { epic } from "../../sim/worlds/epic.js";
import { readSentence } from "../support/sentence.js";
import { startTestWorld } from "../support/world.js";

const sentences = ["clone prod for training", "release the training clone", "update the prod mirror"];
const restoring = "restore prod from CVO";
const isAtLeast = (release: string, minor: number): boolean => Number(release.split(".")[1]) >= minor;

describe("both clusters run an older release", () => {
  test.each(["9.8", "9.10.1", "9.11.1", "9.12.1"])(
    "%s: what it lacks is said in the plan; nothing begins that cannot be done",
    async (release) => {
      const world = await startTestWorld(
        {},
        epic.clusters.reduce((before, { name }) => withProfile(before, { cluster: name, release }), epic),
      );
      const ask = async (sentence: string) => {
        const engine = world.engine();
        const { runbook, request } = readSentence(world, sentence);
        return engine.drive(await engine.ask(runbook, request));
      };
      try {
        for (const sentence of sentences) {
          const view = await ask(sentence);
          expect({ sentence, outcome: view.outcome, problem: view.problem }).toEqual({
            sentence,
            outcome: "succeeded",
          });
          if (sentence !== sentences[0]) continue;
          const warnings = view.planned?.plan.warnings.map((each) => plainText(each)).join("\n") ?? "";
          expect(warnings.includes("9.12.1 or later has")).toBe(!isAtLeast(release, 12));
        }
        const before = world.snapshot();
        if (!isAtLeast(release, 11)) {
          const fresh = await ask("clone prod for training with fresh data");
          expect(fresh.outcome).toBe("refused");
          expect(plainText(fresh.problem ?? "")).toMatch(/snapshots have none \(ONTAP 9\.11.*Nothing was changed\.$/);
          expect(world.snapshot()).toEqual(before);
        }
        const restored = await ask(restoring);
        if (isAtLeast(release, 11)) {
          expect(restored.outcome).toBe("succeeded");
        } else {
          expect(restored.outcome).toBe("refused");
          expect(plainText(restored.problem ?? "")).toMatch(
            /no one uuid for a snapshot.*9\.11 or later.*Nothing was changed\.$/,
          );
          expect(world.snapshot()).toEqual(before);
        }
      } finally {
        await world.close();
      }
    },
  );
});
