/** How a verb or a noun of an act is said. */

const IRREGULAR: Readonly<Record<string, readonly [done: string, doing: string]>> = {
  bring: ["brought", "bringing"],
  get: ["gotten", "getting"],
  take: ["taken", "taking"],
  make: ["made", "making"],
  set: ["set", "setting"],
  put: ["put", "putting"],
  spin: ["spun", "spinning"],
  give: ["given", "giving"],
  tear: ["torn", "tearing"],
  shut: ["shut", "shutting"],
  rewind: ["rewound", "rewinding"],
  undo: ["undone", "undoing"],
  stop: ["stopped", "stopping"],
  snap: ["snapped", "snapping"],
  drop: ["dropped", "dropping"],
  build: ["built", "building"],
  stand: ["stood", "standing"],
  let: ["let", "letting"],
  keep: ["kept", "keeping"],
  hold: ["held", "holding"],
  run: ["run", "running"],
  send: ["sent", "sending"],
  cut: ["cut", "cutting"],
  throw: ["thrown", "throwing"],
  begin: ["begun", "beginning"],
  kick: ["kicked", "kicking"],
  cap: ["capped", "capping"],
  prep: ["prepped", "prepping"],
  do: ["done", "doing"],
  wipe: ["wiped", "wiping"],
  reset: ["reset", "resetting"],
  grab: ["grabbed", "grabbing"],
  trash: ["trashed", "trashing"],
  free: ["freed", "freeing"],
};

/** Past participle and gerund of a verb's base form. */
export function inflect(base: string): readonly [done: string, doing: string] {
  const irregular = IRREGULAR[base];
  if (irregular) return irregular;
  if (base.endsWith("e")) return [`${base}d`, `${base.slice(0, -1)}ing`];
  if (/[^aeiou]y$/.test(base)) return [`${base.slice(0, -1)}ied`, `${base}ing`];
  return [`${base}ed`, `${base}ing`];
}

/** A verb's phrases: said plainly, after "would you mind", and as what somebody needs done. */
export function verb(...bases: string[]): string[] {
  return bases.flatMap((base) => {
    const [first = "", ...rest] = base.split(" ");
    const tail = rest.length === 0 ? "" : ` ${rest.join(" ")}`;
    return first.split("|").flatMap((each) => {
      const [done, doing] = inflect(each);
      const particle = rest.at(-1) === undefined || rest.includes("…") ? tail : ` … ${rest.join(" ")}`;
      return [
        `${each}${tail}`,
        ...(tail !== "" && !tail.includes("…") && /^(?: (?:up|down|back|over|off|on|out))$/.test(tail)
          ? [`${each}${particle}`]
          : []),
        `would|do you mind please? ${doing}${tail}`,
        `need|want|require … ${done}${tail.replace(" …", "")}`,
        `would|should like … ${done}${tail.replace(" …", "")}`,
        `get|have … ${done}${tail.replace(" …", "")}`,
      ];
    });
  });
}

/** "do a restore", "kick off the drill": a noun for the act, with the verb that goes before it. */
export const act = (...nouns: string[]): string[] =>
  nouns.flatMap((noun) => [
    `do|run|start|perform|make|initiate|trigger|execute|launch|begin|schedule|request|need|want|require a|an|the|one|another? ${noun}`,
    `kick off a|an|the|another? ${noun}`,
    `would|should like to? have|get|do|run|request? a|an|another|the? ${noun}`,
    `get|have|carry out a|an|the|another? ${noun}`,
  ]);
