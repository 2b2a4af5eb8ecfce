import { z } from "zod";
import {
  failoverNoteName,
  failoverNoteShape,
  readFailoverNote,
  takenMapShape,
  type FailoverNote,
} from "../../core/failover-note.js";
import { defineStep, shown } from "../define.js";
import { changes, mirrorResource } from "../resources.js";

type Nothing = Record<string, never>;
const mirror = z.object({ cluster: z.string(), svm: z.string(), volume: z.string() });
const touchOf = (given: { mirrors: unknown }) =>
  (given.mirrors as z.infer<typeof mirror>[]).map((each) => changes(mirrorResource(each)));

const recordInput = z.object({ set: z.string(), mirrors: z.array(mirror), note: failoverNoteShape });

/** Writes down where the set runs now, for health, the digest and the failback. */
export const recordFailover = defineStep<z.infer<typeof recordInput>, Nothing>({
  effect: "change",
  input: recordInput,
  output: z.object({}).strict(),
  describe: (given) =>
    `Write down that ${shown(given.set, "?")} runs on its mirror from now on, on ${shown((given.note as { host?: unknown }).host, "?")}`,
  touches: touchOf,
  before: async (given, on) => (await on.recall(failoverNoteName(given.set))) ?? "",
  probe: async (given, on) => {
    const note = readFailoverNote(await on.recall(failoverNoteName(given.set)));
    return note?.run === given.note.run ? { found: "done", output: {} } : { found: "absent" };
  },
  run: (given, on) => on.remember(failoverNoteName(given.set), JSON.stringify(given.note)),
  undo: {
    describe: () => "the note is taken back",
    run: (given, past, on) =>
      on.remember(failoverNoteName(given.set), typeof past.before === "string" ? past.before : ""),
  },
});

const fencedInput = z.object({
  set: z.string(),
  mirrors: z.array(mirror),
  /** Of the failover it belongs to. */
  run: z.string(),
  fenced: z.object({
    at: z.string(),
    maps: z.array(takenMapShape),
    hosts: z.array(z.object({ name: z.string(), tag: z.string() })),
  }),
});

/** Writes down that the source is fenced, and how its LUNs are given back one day. */
export const recordFence = defineStep<z.infer<typeof fencedInput>, Nothing>({
  effect: "change",
  input: fencedInput,
  output: z.object({}).strict(),
  describe: (given) => `Write down that the source of ${shown(given.set, "?")} is fenced, and what its hosts had`,
  touches: touchOf,
  before: async (given, on) => (await on.recall(failoverNoteName(given.set))) ?? "",
  probe: async (given, on) => {
    const note = readFailoverNote(await on.recall(failoverNoteName(given.set)));
    if (note?.run !== given.run)
      return { found: "foreign", what: `${given.set} is not in the failover of this plan any more` };
    return note.fenced?.at === given.fenced.at ? { found: "done", output: {} } : { found: "absent" };
  },
  run: async (given, on) => {
    const note = readFailoverNote(await on.recall(failoverNoteName(given.set)));
    if (!note) return;
    const fenced: FailoverNote = { ...note, fenced: given.fenced };
    await on.remember(failoverNoteName(given.set), JSON.stringify(fenced));
  },
  undo: {
    describe: () => "the note is taken back",
    run: (given, past, on) =>
      on.remember(failoverNoteName(given.set), typeof past.before === "string" ? past.before : ""),
  },
});

const forgetInput = z.object({ set: z.string(), mirrors: z.array(mirror), run: z.string() });

/** The set runs at home again: what was written down of its failover goes. */
export const forgetFailover = defineStep<z.infer<typeof forgetInput>, Nothing>({
  effect: "change",
  input: forgetInput,
  output: z.object({}).strict(),
  describe: (given) => `Write down that ${shown(given.set, "?")} is at home again`,
  touches: touchOf,
  probe: async (given, on) => {
    const note = readFailoverNote(await on.recall(failoverNoteName(given.set)));
    return note?.run === given.run ? { found: "absent" } : { found: "done", output: {} };
  },
  run: (given, on) => on.remember(failoverNoteName(given.set), ""),
  undo: { stays: "it is at home, whatever is written down" },
});
