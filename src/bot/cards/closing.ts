import type { RunView } from "../../core/fold.js";
import type { Json } from "../../core/json.js";
import type { Closing } from "./types.js";

/**
 * What a finished run says of itself, read from what its steps gave and its request asked: a mount point and its host, and until when
 * it is lent. For runbooks that say nothing themselves.
 */
export function closingOf(view: RunView): Closing {
  const found = [...view.steps.map((step) => step.output ?? null)].reverse();
  const mountPoint = textMember(found, ["mountPoint", "mountedAt"]);
  const host = textMember(found, ["host"]) ?? textMember([view.asked.request], ["host"]);
  const until = textMember(found, ["leaseEnds", "leaseUntil", "leaseEnd"]);
  const sentences = [
    ...(mountPoint === undefined ? [] : [`Mounted at ${mountPoint}${host === undefined ? "" : ` on ${host}`}.`]),
    ...(until === undefined ? [] : [`Lease ends ${until}.`]),
  ];
  return { sentences, choices: view.asked.runbook === "clone" ? cloneChoices(view) : [] };
}

/** "the clone of prod for training as class2": the words of the request that made it, so that the sentence means this clone. */
function cloneChoices(view: RunView): Closing["choices"] {
  const said = (name: string, before: string): string => {
    const value = textMember([view.asked.request], [name]);
    return value === undefined ? "" : ` ${before} ${value}`;
  };
  const clone = `the clone${said("set", "of")}${said("host", "on")}${said("purpose", "for")}${said("as", "as")}`;
  return [
    { label: "Extend by a day", say: `extend ${clone} by 1 day` },
    { label: "Release", say: `release ${clone}` },
  ];
}

/** The first text under one of these names, anywhere in these values. */
function textMember(values: readonly Json[], names: readonly string[]): string | undefined {
  for (const value of values) {
    if (typeof value !== "object" || value === null) continue;
    if (!Array.isArray(value)) {
      for (const name of names) {
        const at = (value as { readonly [key: string]: Json | undefined })[name];
        if (typeof at === "string" && at !== "") return at;
      }
    }
    const inside = textMember(
      Object.values(value).filter((each): each is Json => each !== undefined),
      names,
    );
    if (inside !== undefined) return inside;
  }
  return undefined;
}
