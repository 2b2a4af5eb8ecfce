import type { DateTime } from "luxon";
import type { Json } from "../core/json.js";
import type { Sentence } from "./sentence.js";
import { widest, type Spot } from "./spot.js";
import { at, comingDays, pastDays } from "./times/days.js";
import { timesIn, type SaidTime } from "./times/find.js";
import type { DayName, Moment } from "./times/words.js";

/** Until is until six in the evening, unless an hour was said. */
const END_OF_DAY_HOUR = 18;
const NOUNS = "snapshot|backup|nightly|copy|state|version|data|snap|image|point|dump|replica";

/** Points to go back to, ends that lie ahead, and spans. */
export function times({ words }: Sentence, now: DateTime): Spot[] {
  const latest = [
    "latest|newest|freshest|last available|complete|usable? snapshot|backup|nightly|copy|snap|point|state|image|data|one|version|snapshots|backups|replica from|on|in|of?",
    "most recent available? snapshot|backup|nightly|copy|snap|point|state|image|data|one|version?",
    "latest|newest|freshest available?",
  ];
  return [
    ...timesIn(words, now).flatMap((said) => timeSpots(said, words, now)),
    ...words.flatMap((_, from) =>
      widest(latest, words, from, "point", { latest: true }).map((each) => ({
        ...each,
        bare: words.slice(each.from, each.to).some((word) => /^(?:snapshot|backup|nightly|snap)$/.test(word)),
      })),
    ),
  ];
}

function timeSpots(said: SaidTime, words: readonly string[], now: DateTime): Spot[] {
  const place = { from: said.from, to: said.to };
  if (said.bad !== undefined) {
    const ask = { text: `"${said.bad}" is no date I can read; write it as 2026-11-18.`, values: [] };
    return [
      { slot: "point", ...place, value: null, ask },
      { slot: "until", ...place, value: null, ask },
    ];
  }
  if (said.duration) {
    const value = said.duration.toISO();
    const positive = said.duration.toMillis() > 0 && said.duration.toMillis() < 100 * 366 * 86_400_000;
    const ending = { slot: "ending", ...place, value: instant(now.plus(said.duration)) };
    return [
      ...(positive ? [ending] : []),
      {
        slot: "duration",
        ...place,
        value,
        ...(positive
          ? {}
          : {
              ask: {
                text: `"${words.slice(said.from, said.to).join(" ")}" is no span of time I can work with.`,
                values: [],
              },
            }),
      },
    ];
  }
  if (!said.moment) return [];
  const follows = new RegExp(`^(?:'s|${NOUNS})$`).test(words[said.to] ?? "");
  return [pointSpot(said.moment, place, follows, now), untilSpot(said.moment, place, now)];
}

const night = (day: DateTime): Json => ({ night: day.toISODate() });
const instant = (moment: DateTime): string => moment.toUTC().toISO() ?? "";

function pointSpot(moment: Moment, place: { from: number; to: number }, bare: boolean, now: DateTime): Spot {
  const spot = { slot: "point", ...place, ...(bare ? { bare } : {}) };
  if (moment.kind === "night") return chosen(spot, moment.readings.map(night));
  if (moment.kind === "instant") return { ...spot, value: { at: instant(moment.at) } };
  const days = pastDays(moment.day, now);
  const { clock } = moment;
  if (!clock) {
    if (days.some((each) => each > now))
      return {
        ...spot,
        value: null,
        ask: { text: `${spell(days[0])} lies ahead; I can only go back in time.`, values: [] },
      };
    return chosen(spot, days.map(night));
  }
  const readings = days.map((each) => at(each, clock));
  if (readings.every((each) => each <= now))
    return chosen(
      spot,
      readings.map((each) => ({ at: instant(each) })),
    );
  const past = readings.filter((each) => each <= now);
  const earlier =
    past.length > 0
      ? past
      : moment.day.kind === "date" && !moment.day.yearSaid
        ? readings.map((each) => each.minus({ days: 1 }))
        : [];
  return {
    ...spot,
    value: null,
    ask: {
      text: `${readings[0]?.toFormat("cccc d LLLL HH:mm") ?? "That"} lies ahead; I can only go back in time.`,
      values: earlier.map((each) => ({ at: instant(each) })),
    },
  };
}

function untilSpot(moment: Moment, place: { from: number; to: number }, now: DateTime): Spot {
  const spot = { slot: "until", ...place };
  if (moment.kind === "instant")
    return { ...spot, value: null, ask: { text: "That time has passed already.", values: [] } };
  const day: DayName =
    moment.kind === "night" ? { kind: "date", readings: moment.readings, yearSaid: true } : moment.day;
  const clock = (moment.kind === "day" ? moment.clock : undefined) ?? { hour: END_OF_DAY_HOUR, minute: 0 };
  const ends = comingDays(day, now).map((each) => at(each, clock));
  const ahead = ends.filter((each) => each > now);
  if (ahead.length === 0)
    return {
      ...spot,
      value: null,
      ask: { text: `${ends[0]?.toFormat("cccc d LLLL yyyy HH:mm") ?? "That time"} has passed already.`, values: [] },
    };
  return chosen(spot, ahead.map(instant));
}

const spell = (day: DateTime | undefined): string => day?.toFormat("cccc d LLLL yyyy") ?? "That day";

function chosen(spot: Omit<Spot, "value">, values: readonly Json[]): Spot {
  const [first, ...more] = values;
  if (first !== undefined && more.length === 0) return { ...spot, value: first };
  if (first === undefined)
    return {
      ...spot,
      value: null,
      ask: { text: "I cannot tell which day that is; write it as 2026-11-18.", values: [] },
    };
  return { ...spot, value: null, ask: { text: "That can mean more than one day. Which?", values } };
}
