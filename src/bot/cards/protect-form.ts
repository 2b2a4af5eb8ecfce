import type { KnownBlock, ModalView } from "@slack/types";
import type { Json } from "../../core/json.js";
import type { Plan } from "../../core/plan.js";
import { section } from "../blocks.js";
import { plain } from "../text.js";
import { inputAction, modals, type ModalPlace } from "./modals.js";

/** What of a mirror's plan may be chosen otherwise. */
export interface Choices {
  readonly policy: string;
  readonly schedule: string;
  /** In MB/s of 1024 × 1024 bytes; 0 is no limit. */
  readonly limit: string;
  /** "22:00-06:00", or empty. */
  readonly offPeak: string;
  readonly aggregate: string;
  readonly tiering: string;
}
export const choiceBlocks = ["policy", "schedule", "limit", "offPeak", "aggregate", "tiering"] as const;

const tierings = ["none", "snapshot_only", "auto", "all"] as const;
const tieringWords = {
  none: "none: all of it stays on disk",
  snapshot_only: "snapshots only",
  auto: "whatever is cold",
  all: "everything, at once",
} as const;

/** As the shown plan has it. */
export function choicesIn(plan: Plan): Choices & { readonly timeZone: string | undefined } {
  const of = (uses: string): Readonly<Record<string, Json>> => {
    const input = plan.steps.find((step) => step.uses === uses)?.input;
    return typeof input === "object" && input !== null && !Array.isArray(input)
      ? (input as Readonly<Record<string, Json>>)
      : {};
  };
  const text = (value: Json | undefined): string => (typeof value === "string" ? value : "");
  const mirror = of("createRelationship");
  const window = of("fillMirrors")["window"] as { from?: Json; to?: Json; timeZone?: Json } | null | undefined;
  const limit = mirror["kbPerSecond"];
  const zone = text(window?.timeZone);
  return {
    policy: text(mirror["policy"]),
    schedule: text(mirror["schedule"]),
    limit: typeof limit === "number" ? String(Math.round((limit / 1024) * 1000) / 1000) : "0",
    offPeak: window ? `${text(window.from)}-${text(window.to)}` : "",
    aggregate: text(of("createMirrorVolume")["aggregate"]),
    tiering: text(of("createMirrorVolume")["tiering"]),
    timeZone: zone === "" ? undefined : zone,
  };
}

/** "Change …" of a plan that sets a mirror up. What is sent off is asked for anew, in a plan of its own. */
export function protectForm(place: ModalPlace, now: Choices): ModalView {
  const tiering = tierings.find((each) => each === now.tiering) ?? "none";
  const option = (value: (typeof tierings)[number]) => ({
    text: { type: "plain_text" as const, text: plain(tieringWords[value], 75) },
    value,
  });
  return {
    type: "modal",
    callback_id: modals.protect,
    private_metadata: JSON.stringify(place),
    title: { type: "plain_text", text: "Change this plan" },
    submit: { type: "plain_text", text: "Plan it anew" },
    close: { type: "plain_text", text: "Back" },
    blocks: [
      section(
        "Nothing is begun by this: you get a new plan, and people are asked about that one. The mirrors' names are those of the configuration, because everything else finds them by it.",
      ),
      field("policy", "SnapMirror policy", now.policy, "One that is there, or the configured one"),
      field("schedule", "Schedule", now.schedule, "A cron schedule of the destination's cluster"),
      field("limit", "Limit, in MB/s", now.limit, "0 is no limit. It holds for later updates too"),
      field(
        "offPeak",
        "No limit in the first transfer from – to",
        now.offPeak,
        "Such as 22:00-06:00; empty: at no time",
      ),
      field("aggregate", "Aggregate of the copies", now.aggregate, "Where there is room for all of them"),
      {
        type: "input",
        block_id: "tiering",
        label: { type: "plain_text", text: "What may move to object storage" },
        element: {
          type: "static_select",
          action_id: inputAction,
          options: tierings.map(option),
          initial_option: option(tiering),
        },
      },
    ],
  };
}

const field = (block: string, label: string, initial: string, hint: string): KnownBlock => ({
  type: "input",
  block_id: block,
  optional: true,
  label: { type: "plain_text", text: label },
  hint: { type: "plain_text", text: hint },
  element: {
    type: "plain_text_input",
    action_id: inputAction,
    max_length: 100,
    ...(initial === "" ? {} : { initial_value: plain(initial, 100) }),
  },
});

const nameShape = /^[A-Za-z0-9_][\w.-]{0,99}$/;
const windowShape = /^((?:[01]\d|2[0-3]):[0-5]\d)\s*(?:-|–|to)\s*((?:[01]\d|2[0-3]):[0-5]\d)$/;
const notName = "That should be a name of letters, digits, dots, dashes and underscores.";

/** What was sent off, as far as it differs from the plan, as fields of a request; or a sentence for each field that cannot be read. */
export function readChoices(
  typed: Choices,
  before: Choices,
  timeZone: string,
): { readonly request: Record<string, Json> } | { readonly errors: Record<string, string> } {
  const errors: Record<string, string> = {};
  const request: Record<string, Json> = {};
  for (const each of ["policy", "schedule", "aggregate"] as const) {
    if (typed[each] === before[each] || typed[each] === "") continue;
    if (nameShape.test(typed[each])) request[each] = typed[each];
    else errors[each] = notName;
  }
  if (typed.limit !== before.limit) {
    const limit = typed.limit === "" ? 0 : Number(typed.limit.replace(/\s*MB\/s$/i, ""));
    if (Number.isFinite(limit) && limit >= 0 && limit <= 4_000_000) request["kbPerSecond"] = Math.round(limit * 1024);
    else errors["limit"] = "That should be a number of MB/s, such as 50, or 0 for no limit.";
  }
  if (typed.offPeak !== before.offPeak) {
    const window = windowShape.exec(typed.offPeak);
    if (typed.offPeak === "") request["offPeak"] = "none";
    else if (window?.[1] !== undefined && window[2] !== undefined && window[1] !== window[2])
      request["offPeak"] = { from: window[1], to: window[2], timeZone };
    else errors["offPeak"] = "That should be two times of day, such as 22:00-06:00, or nothing.";
  }
  if (typed.tiering !== before.tiering) {
    if (tierings.some((each) => each === typed.tiering)) request["tiering"] = typed.tiering;
    else errors["tiering"] = "That is none of the four.";
  }
  return Object.keys(errors).length > 0 ? { errors } : { request };
}
