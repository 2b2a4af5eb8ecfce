import { expect } from "@jest/globals";
import type { RunView } from "../../src/core/fold.js";
import { plainText } from "../../src/core/said.js";
import type { TestEngine } from "./engine.js";
import { readSentence } from "./sentence.js";
import type { TestWorld } from "./world.js";

/** Asks in words and drives the run until it rests. */
export async function say(world: TestWorld, sentence: string, engine: TestEngine = world.engine()): Promise<RunView> {
  const { runbook, request } = readSentence(world, sentence);
  return engine.drive(await engine.ask(runbook, request));
}

/** What is said to whoever answers then, for a file in which that changes. */
export function asking(who: () => { readonly world: TestWorld; readonly engine: TestEngine }): {
  /** Asks in words and drives the run until it rests. */
  say(sentence: string): Promise<RunView>;
  /** The same, and it must end well. */
  done(sentence: string): Promise<RunView>;
} {
  const ask = (sentence: string): Promise<RunView> => say(who().world, sentence, who().engine);
  return {
    say: ask,
    done: async (sentence) => {
      const view = await ask(sentence);
      expect(view.problem).toBeUndefined();
      expect(view.outcome).toBe("succeeded");
      return view;
    },
  };
}

/** What the card shows beside the steps. */
export const shown = (view: RunView): string =>
  (view.planned?.facts ?? []).map(({ label, text }) => `${label}: ${plainText(text)}`).join("\n");

export const problemOf = (view: RunView): string => plainText(view.problem ?? "");

/** Refused while planning: a sentence for people, nothing begun, nothing changed anywhere. Answers the sentences of its buttons. */
export async function refused(world: TestWorld, sentence: string, why: RegExp): Promise<readonly string[]> {
  const before = world.snapshot();
  const view = await say(world, sentence);
  const problem = problemOf(view);
  expect({ outcome: view.outcome, begun: view.steps.some((step) => step.attempt > 0), problem }).toEqual({
    outcome: "refused",
    begun: false,
    problem: expect.stringMatching(why),
  });
  expect(problem).toMatch(/Nothing was changed\.$/);
  expect(problem).not.toMatch(/undefined|\bat .*\.(ts|js)|\[object|null/);
  expect(world.snapshot()).toEqual(before);
  const says = view.choices.map((each) => each.say);
  // what a button says must be a request that is understood
  for (const each of says) readSentence(world, each);
  return says;
}
