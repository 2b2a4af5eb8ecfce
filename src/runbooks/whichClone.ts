import { z } from "zod";
import { Refusal } from "../core/problems.js";
import type { Clone } from "./clones.js";
import { getHost, getSet, listed } from "./inventory.js";
import type { ReadTools } from "./tools.js";

/** How a request says which clone it means; what is not said may be anything. */
export const whichClone = {
  clone: z.string().optional(),
  host: z.string().optional(),
  purpose: z.string().optional(),
  set: z.string().optional(),
  as: z.string().optional(),
  /** Exactly one, by the run that made it: what Sluice itself asks for. */
  run: z.string().optional(),
} as const;
export type WhichClone = { readonly [K in keyof typeof whichClone]?: string | undefined };

/** The one clone that is meant. Throws a Refusal that names those there are, with a button for each. */
export function pickClone(
  all: readonly Clone[],
  asked: WhichClone,
  on: Pick<ReadTools, "inventory" | "run">,
  verb = "release",
): Clone {
  const people = all.filter((each) => each.note.kind === "clone");
  const fitting = people.filter((each) => matches(each, asked, on));
  // its own name is meant before the purpose of the host it is on, which others share
  const named = fitting.filter(({ note }) => same(note.name, asked.purpose ?? asked.clone ?? asked.as ?? ""));
  const found = named.length > 0 ? named : fitting;
  const [only, ...others] = found;
  if (only && others.length === 0) return only;
  const { asker } = on.run;
  const mine = found.filter((each) => each.note.owner === `${asker.team}/${asker.user}`);
  if (mine.length === 1 && mine[0]) return mine[0];
  if (people.length === 0) throw new Refusal("There are no clones at all.", { next: "Nothing was changed." });
  const from = found.length > 0 ? found : people;
  const choices = from.slice(0, 5).map((each) => ({
    label: `${each.note.name} on ${each.note.host ?? "?"}`,
    say: `${verb} the ${each.note.name} clone on ${each.note.host ?? "?"}`,
  }));
  const names = listed(from.map((each) => `"${each.note.name}" of ${each.note.set} on ${each.note.host ?? "?"}`));
  const which = found.length > 0 ? "Which clone do you mean?" : "There is no such clone.";
  throw new Refusal(`${which} There ${from.length === 1 ? "is" : "are"} ${names}.`, {
    next: "Nothing was changed.",
    detail: { choices },
  });
}

function matches({ note }: Clone, asked: WhichClone, on: Pick<ReadTools, "inventory">): boolean {
  if (asked.run !== undefined && note.run !== asked.run) return false;
  if (asked.set !== undefined && note.set !== getSet(on.inventory, asked.set).name) return false;
  if (asked.host !== undefined && note.host !== getHost(on.inventory, asked.host).name) return false;
  const hosts = (said: string): string[] =>
    on.inventory.hosts
      .filter((host) =>
        host.purposes.some((each) => same(each.name, said) || each.aliases.some((alias) => same(alias, said))),
      )
      .map((host) => host.name);
  if (asked.purpose !== undefined && !same(note.name, asked.purpose) && !hosts(asked.purpose).includes(note.host ?? ""))
    return false;
  const name = asked.clone ?? asked.as;
  return (
    name === undefined || same(note.name, name) || hosts(name).includes(note.host ?? "") || same(note.host ?? "", name)
  );
}

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
