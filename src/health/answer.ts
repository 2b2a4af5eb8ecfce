import { DateTime } from "luxon";
import type { Answer, AnswerPart } from "../core/answer.js";
import { listed } from "../core/listed.js";
import { said, type Said } from "../core/said.js";
import { showDuration, showTime } from "../core/units.js";
import { type Finding } from "./finding.js";
import { recoveryOf, type RecoveryPoint, type SetRecovery } from "./recovery.js";
import type { HealthView } from "./view.js";

export interface Shown {
  /** IANA zone of the reader, or of the channel's digest. */
  readonly timeZone: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** More than this no one presses. */
const MOST_CHOICES = 5;

/** How the mirrors are: the worst first, then what could be restored of every set. "All well" is one line. */
export function healthAnswer(findings: readonly Finding[], view: HealthView, shown: Shown): Answer {
  const recoveries = view.sets.map((health) => recoveryOf(health, shown.now));
  const summary = summaryOf(findings, recoveries);
  return {
    summary,
    parts: [
      ...findingParts(findings, summary),
      ...recoveryParts(recoveries, findings, shown),
      ...choiceParts(findings),
    ],
  };
}

/** The same as the morning's message. */
export function digestAnswer(findings: readonly Finding[], view: HealthView, shown: Shown): Answer {
  const { summary, parts } = healthAnswer(findings, view, shown);
  const day = DateTime.fromMillis(shown.now, { zone: shown.timeZone }).toFormat("cccc d LLLL");
  return { summary: said`${day}: ${summary}`, parts: [{ kind: "heading", text: `Storage, ${day}` }, ...parts] };
}

const needAttention = (findings: readonly Finding[]): readonly Finding[] =>
  findings.filter(({ severity }) => severity !== "note");

function summaryOf(findings: readonly Finding[], recoveries: readonly SetRecovery[]): Said {
  const wrong = needAttention(findings);
  const [worst] = wrong;
  if (!worst) return allWell(recoveries);
  if (wrong.length === 1) return worst.says;
  return said`${wrong.length} things need attention. The worst: ${worst.says}`;
}

function allWell(recoveries: readonly SetRecovery[]): string {
  if (recoveries.length === 0) return "No sets are configured, so there is nothing to look at.";
  const each = recoveries.map(
    ({ set, ageMs }) => `${set.name} to ${ageMs === undefined ? "?" : showDuration(ageMs)} ago`,
  );
  return `All well: ${listed(each)} could be restored now.`;
}

const tones = { bad: "bad", warning: "warning", note: "plain" } as const;

function findingParts(findings: readonly Finding[], summary: Said): AnswerPart[] {
  const wrong = needAttention(findings);
  const line = ({ says, severity }: Finding): AnswerPart => ({ kind: "text", text: says, tone: tones[severity] });
  const notes = findings.filter(({ severity }) => severity === "note").map(line);
  return wrong.length === 0
    ? [{ kind: "text", text: summary, tone: "good" }, ...notes]
    : [...wrong.map(line), ...notes];
}

function recoveryParts(recoveries: readonly SetRecovery[], findings: readonly Finding[], shown: Shown): AnswerPart[] {
  if (recoveries.length === 0) return [];
  const dated = recoveries.flatMap(({ set, ageMs }) =>
    ageMs === undefined ? [] : [{ label: set.name, value: Math.round(ageMs / 60_000), limit: set.rpoTargetMinutes }],
  );
  const chart: AnswerPart = {
    kind: "chart",
    title: "Age of the newest point that could be restored",
    unit: "min",
    bars: dated,
  };
  const table: AnswerPart = {
    kind: "table",
    columns: [
      "Set",
      "Newest restorable point",
      "Consistency",
      "Age",
      "Target",
      "Newest application-consistent",
      "State",
    ],
    rows: recoveries.map((each) => row(each, findings, shown)),
  };
  return dated.length > 0 ? [chart, table] : [table];
}

function row(recovery: SetRecovery, findings: readonly Finding[], { timeZone, now }: Shown): string[] {
  const { set, known, newest, applicationConsistent: frozen, ageMs, targetMs, idle } = recovery;
  const point = (at: RecoveryPoint): string =>
    at.name === undefined
      ? `mirror as of ${showTime(at.taken, timeZone)}`
      : `${at.name} (${showTime(at.taken, timeZone)})`;
  const age = ageMs === undefined ? "–" : showDuration(ageMs);
  return [
    set.name,
    newest ? point(newest) : known ? "none" : "not known",
    newest?.consistency ?? "–",
    idle ? `${age} (unchanged since the point)` : age,
    showDuration(targetMs),
    frozen
      ? `${frozen.name ?? "?"}, ${showDuration(Math.max(0, now - Date.parse(frozen.taken)))} old`
      : known
        ? "none"
        : "not known",
    stateOf(recovery, findings),
  ];
}

function stateOf({ set, known, sourceSeen, overdue }: SetRecovery, findings: readonly Finding[]): string {
  const words = findings.filter((each) => each.set === set.name && each.severity !== "note" && each.word !== "");
  const all = [
    ...(known ? (sourceSeen ? [] : ["source not seen"]) : ["not seen"]),
    ...words.map((each) => each.word),
    ...(overdue && words.length === 0 ? ["past target"] : []),
  ];
  return all.length === 0 ? "well" : [...new Set(all)].join(", ");
}

function choiceParts(findings: readonly Finding[]): AnswerPart[] {
  const all = new Map(findings.flatMap((each) => each.choices).map((choice) => [choice.say, choice]));
  const choices = [...all.values()].slice(0, MOST_CHOICES);
  return choices.length === 0 ? [] : [{ kind: "choices", choices }];
}
