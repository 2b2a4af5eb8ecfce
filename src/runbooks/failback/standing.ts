import { z } from "zod";
import type { StoodStep } from "../define.js";
import { listed } from "../inventory.js";
import type { FailbackRequest } from "./request.js";
import { wordsOf } from "./words.js";

const at = z.object({ cluster: z.string(), volume: z.string() });
const reverse = at.extend({ sourcePath: z.string() });
const host = z.object({ host: z.object({ name: z.string() }) });
const tail = at.extend({ note: z.object({ until: z.string() }) });

/** Of one kind of step: those that were begun, and those that ended, by what names them. */
class Story {
  constructor(private readonly steps: readonly StoodStep[]) {}

  of<T>(
    uses: string,
    shape: z.ZodType<T>,
  ): readonly { readonly at: T; readonly done: boolean; readonly begun: boolean }[] {
    return this.steps
      .filter((step) => step.uses === uses)
      .flatMap((step) => {
        const read = shape.safeParse(step.input);
        return read.success ? [{ at: read.data, done: step.done, begun: step.begun }] : [];
      });
  }
  isDone(uses: string): boolean {
    return this.steps.some((step) => step.uses === uses && step.done);
  }
  /** Done, or begun and not known to have ended. */
  has(uses: string): boolean {
    return this.steps.some((step) => step.uses === uses && (step.done || step.begun));
  }
  stepOf(uses: string, volume: string, cluster?: string): StoodStep | undefined {
    return this.steps.find((step) => {
      const read = at.safeParse(step.input).data;
      return step.uses === uses && read?.volume === volume && (cluster === undefined || read.cluster === cluster);
    });
  }
}

const name = ({ volume, cluster }: z.infer<typeof at>): string => `${volume} on ${cluster}`;

/** What stands where when a failback has stopped on its way, told from its steps, and what to do then. Pure. */
export function standing(steps: readonly StoodStep[], asked: FailbackRequest): readonly string[] {
  const story = new Story(steps);
  return asked.switch ? standsInSwitch(asked, story) : standsBefore(asked, story);
}

function standsBefore({ set }: FailbackRequest, story: Story): string[] {
  const kept = story.of("holdTail", tail).filter(({ done }) => done);
  const made = story.of("createReverse", reverse);
  const groups = grouped(
    story.of("updateReverse", at).map(({ at: each }) => {
      const own = made.find((one) => name(one.at) === name(each));
      const copy = own ? ` (copy ${wordsOf(own.at.sourcePath).volume})` : "";
      return [stateBefore(each, own, story), `${name(each)}${copy}`] as const;
    }),
  );
  return [
    `Production: ${set} runs on its copies, as since the failover. The array is fenced: no host has its LUNs.`,
    ...groups,
    ...kept.map(({ at: held }) => `What was never sent is held by ${name(held)} until ${held.note.until}.`),
    `To go on: try again here, or, once it is in a person's hands, say "fail back ${set}": it takes up what stands and does only the rest.`,
  ];
}

function stateBefore(each: z.infer<typeof at>, made: { readonly done: boolean } | undefined, story: Story): string {
  const resync = story.stepOf("reverseResync", each.volume, each.cluster);
  if (!resync || resync.done) return "follows the copy: read-only, and what it alone had is gone";
  if (resync.begun)
    return "was being set back to the common snapshot, and is not seen to follow the copy yet: it is of no use to production";
  return made && !made.done
    ? "as the failover left it, and follows nothing"
    : "has a mirror back over which nothing has moved: it is as the failover left it";
}

function standsInSwitch({ set }: FailbackRequest, story: Story): string[] {
  const homes = story.of("breakReverse", at);
  const mirrors = story.of("resyncMirror", at);
  const behind = mirrors.filter(({ done }) => !done);
  const notes = story.of("forgetStopped", host).flatMap(({ at: each, done }) => (done ? [] : [each.host.name]));
  return [
    `Production: ${whereNow(set, story)}`,
    story.isDone("unfenceSource")
      ? "The array is not fenced any more: its hosts have their LUNs again."
      : "The array is fenced: no host has its LUNs.",
    ...grouped([
      ...homes.map(({ at: each, done, begun }) => [stateHome(done, begun, each, story), name(each)] as const),
      ...mirrors.map(({ at: each, done, begun }) => [stateCopy(done, begun), name(each)] as const),
    ]),
    story.isDone("forgetFailover")
      ? `To do: nothing for ${set}. Sluice's note of what it had stopped is left on ${listed(notes)} (in /var/lib/sluice) and harms nobody; trying again here removes it.`
      : !story.has("resumeProduction")
        ? toDoBefore(set, story)
        : `To do: try again here, which does only what is left (${behind.length === 0 ? "forgetting the failover" : `${listed(behind.map(({ at: each }) => each.volume))} following again`}). Until then ${set} has no mirror that is kept up. Do not fail it over.`,
  ];
}

function whereNow(set: string, story: Story): string {
  const back = story.of("resumeProduction", host);
  const home = back.filter(({ done }) => done).map(({ at: each }) => each.host.name);
  if (story.isDone("forgetFailover")) return `${set} is at home again, and its copies follow it.`;
  if (home.length > 0)
    return `${set} is at home again: what was mounted before on ${listed(home)} is mounted there. The copies are behind it from then on.`;
  const [left] = story.of("quiesceHost", host);
  const from = left?.at.host.name ?? "the host that took over";
  if (story.has("resumeProduction"))
    return `it was being mounted at home (${listed(back.map(({ at: each }) => each.host.name))}) and is not seen there: look before anything is started anywhere.`;
  if (story.isDone("unfenceSource"))
    return `${set} runs nowhere: it was stopped on ${from}, and its LUNs at home are back.`;
  return story.has("quiesceHost")
    ? `${set} was stopped on ${from} and is not started at home. Nothing is lost: the copies hold its last state.`
    : `${set} runs on ${from}, on its copies.`;
}

function stateHome(done: boolean, begun: boolean, each: z.infer<typeof at>, story: Story): string {
  if (story.stepOf("deleteReverse", each.volume, each.cluster)?.done)
    return "is writable, has the final state, and follows nothing";
  if (done) return "is writable and has the final state; the mirror back is broken off";
  if (begun) return "was being broken off from the copy: whether it is writable has to be looked at";
  return story.stepOf("holdReverse", each.volume, each.cluster)?.done
    ? "is read-only; its mirror back is paused"
    : "is read-only and follows the copy";
}

function stateCopy(done: boolean, begun: boolean): string {
  if (done) return "follows its array again";
  return begun
    ? "was being set to follow its array again, and is not seen to"
    : "is writable and follows nothing (broken off since the failover)";
}

const toDoBefore = (set: string, story: Story): string =>
  story.has("breakReverse")
    ? `To do: try again here. If it is handed to a person: start ${set} on one side only, and only after looking; as long as nothing was written at home, the copies are the newest.`
    : `To do: try again here, or hand it to a person, who may start ${set} again where it ran and say "fail back ${set}" afterwards.`;

/** "a, b and c on x: follows the copy." One sentence for all that are alike. */
function grouped(all: readonly (readonly [state: string, name: string])[]): string[] {
  const byState = new Map<string, string[]>();
  for (const [state, each] of all) byState.set(state, [...(byState.get(state) ?? []), each]);
  return [...byState].map(([state, names]) => `${listed(names)}: ${state}.`);
}
