import { z } from "zod";
import type { Answer, AnswerPart, Question } from "../core/answer.js";
import { ownerOf, ownerText } from "../core/clone-notes.js";
import { said, type Said } from "../core/said.js";
import { showDuration, showTime } from "../core/units.js";
import { cloneName, lookForClones, type HeldClone } from "../health/index.js";
import { getHost, getSet } from "../runbooks/inventory.js";
import { listHostsOf } from "./purposes.js";
import type { QuestionTools } from "./tools.js";
import { counted } from "./words.js";

const request = z.object({
  mine: z.literal(true).optional(),
  set: z.string().optional(),
  host: z.string().optional(),
  purpose: z.string().optional(),
  clone: z.string().optional(),
});
type Asked = z.infer<typeof request>;

/** Which clones there are: where, whose, how old, until when. Safety copies and pins of restores stand below. */
export async function clones(question: Question, tools: QuestionTools): Promise<Answer> {
  const asked = request.parse(question.request);
  const fits = filter(asked, question, tools);
  const { clones: all, troubles } = await lookForClones({
    inventory: tools.inventory,
    ontap: (cluster) => tools.ontap(cluster),
    recall: (name) => tools.recall(name),
  });
  const found = all.filter(fits).sort((a, b) => ((a.note.until ?? "9") < (b.note.until ?? "9") ? -1 : 1));
  const people = found.filter(({ note }) => note.kind === "clone");
  const others = found.filter(({ note }) => note.kind !== "clone");
  const unseen = troubles.map(({ cluster, why }): AnswerPart => ({
    kind: "text",
    text: `Could not look at ${cluster}: ${why} What is there is not listed.`,
    tone: "bad",
  }));
  const summary = summaryOf(people, asked, troubles.length > 0);
  const parts: AnswerPart[] = [{ kind: "text", text: summary }, ...unseen];
  if (people.length > 0) parts.push(table(people, question.timeZone, tools.now));
  for (const each of others) parts.push({ kind: "text", text: otherLine(each, question.timeZone) });
  return { summary, parts: [...parts, ...choices(people, question)] };
}

function filter(asked: Asked, { asker }: Question, { inventory }: QuestionTools): (clone: HeldClone) => boolean {
  const set = asked.set === undefined ? undefined : getSet(inventory, asked.set).name;
  const host = asked.host === undefined ? undefined : getHost(inventory, asked.host).name;
  const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
  const named = asked.purpose ?? asked.clone;
  const hosts = named === undefined ? [] : listHostsOf(inventory, named);
  return ({ note }) =>
    (set === undefined || note.set === set) &&
    (host === undefined || note.host === host) &&
    (named === undefined || same(note.name, named) || hosts.includes(note.host ?? "")) &&
    (asked.mine === undefined || note.owner === ownerText(asker));
}

function summaryOf(people: readonly HeldClone[], asked: Asked, partly: boolean): string {
  const whose = asked.mine ? " of yours" : "";
  const what = asked.set === undefined ? "" : ` of ${asked.set}`;
  const where = asked.host === undefined ? "" : ` on ${asked.host}`;
  const seen = partly ? " where I could look" : "";
  if (people.length === 0) return `There is no clone${whose}${what}${where}${seen}.`;
  return `There ${people.length === 1 ? "is" : "are"} ${counted(people.length, "clone")}${whose}${what}${where}${seen}.`;
}

const table = (people: readonly HeldClone[], timeZone: string, now: number): AnswerPart => ({
  kind: "table",
  columns: ["Clone", "Set", "Where", "Owner", "Snapshot", "Age of its data", "Lease ends"],
  rows: people.map(({ note }) => [
    note.name,
    note.set,
    `${note.host ?? "?"}:${note.mount ?? "?"}`,
    said`${ownerOf(note)}`,
    note.snapshot,
    note.taken === undefined ? "–" : showDuration(Math.max(0, now - Date.parse(note.taken))),
    lease(note.until, timeZone, now),
  ]),
});

function lease(until: string | undefined, timeZone: string, now: number): string {
  if (until === undefined) return "not mounted yet";
  const left = Date.parse(until) - now;
  return `${showTime(until, timeZone)} (${left > 0 ? `in ${showDuration(left)}` : `${showDuration(-left)} ago`})`;
}

function otherLine(clone: HeldClone, timeZone: string): Said {
  const { note } = clone;
  const until = note.until === undefined ? "" : `, kept until ${showTime(note.until, timeZone)}`;
  return said`Also held: ${cloneName(clone)} (${note.snapshot}), by ${ownerOf(note)}${until}.`;
}

/** Something to press for the asker's own clones, while they are few. */
function choices(people: readonly HeldClone[], { asker }: Question): AnswerPart[] {
  const own = people.filter(({ note }) => note.owner === ownerText(asker) && note.host !== undefined);
  if (own.length === 0 || own.length > 2) return [];
  const both = own.flatMap(({ note }) => [
    { label: `Extend ${note.name}`, say: `extend the ${note.name} clone on ${note.host ?? ""} by 2 days` },
    { label: `Give back ${note.name}`, say: `release the ${note.name} clone on ${note.host ?? ""}` },
  ]);
  return [{ kind: "choices", choices: both }];
}
