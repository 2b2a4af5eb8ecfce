import type { Person } from "./resource.js";

/** A person in a text. Made from an id we know, never read out of what somebody typed; shown as the medium shows people. */
export interface Named {
  readonly person: Person;
}

/** What is said: words alone, or words with people among them. Plain JSON, so that journal and queue carry it as it is. */
export type Said = string | readonly (string | Named)[];

/** A text of these parts; one string when nobody is named in it. */
export function joined(parts: readonly Said[], between = ""): Said {
  const flat: (string | Named)[] = [];
  for (const [i, part] of parts.entries()) {
    const pieces = typeof part === "string" ? [part] : part;
    for (const piece of i > 0 && between !== "" ? [between, ...pieces] : pieces) {
      const last = flat.at(-1);
      if (typeof piece === "string" && typeof last === "string") flat[flat.length - 1] = last + piece;
      else if (piece !== "") flat.push(piece);
    }
  }
  const [only = "", ...others] = flat;
  return others.length === 0 && typeof only === "string" ? only : flat;
}

/** said`paused by ${person}: ${reason}`: a Person becomes a person in the text, a string stays a string whatever it looks like. */
export function said(words: TemplateStringsArray, ...values: readonly (Said | number | Person)[]): Said {
  return joined(words.flatMap((word, i): Said[] => [word, i < values.length ? partOf(values[i] ?? "") : ""]));
}

function partOf(value: Said | number | Person): Said {
  if (typeof value === "string" || typeof value === "number") return String(value);
  return isPerson(value) ? [{ person: value }] : value;
}

const isPerson = (value: object): value is Person => "user" in value && "team" in value;

/** For a terminal, a log, a comparison: people by their ids, or by what `nameOf` calls them. */
export const plainText = (text: Said, nameOf: (person: Person) => string = idOf): string =>
  typeof text === "string"
    ? text
    : text.map((part) => (typeof part === "string" ? part : nameOf(part.person))).join("");

/** "U0STORAGE"; Sluice's own acts are Sluice's. */
export const idOf = ({ user }: Person): string => (user === "sluice" ? "Sluice" : user);

/** Everybody who is named in it. */
export const peopleIn = (text: Said): readonly Person[] =>
  typeof text === "string" ? [] : text.flatMap((part) => (typeof part === "string" ? [] : [part.person]));
