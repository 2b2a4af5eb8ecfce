import type { Logger } from "pino";
import type { Clock } from "../core/clock.js";
import type { Plan } from "../core/plan.js";
import type { RunView } from "../core/fold.js";
import type { Json } from "../core/json.js";
import type { Person } from "../core/resource.js";
import type { SlackConfig } from "../config/types.js";
import type { Desk } from "../jobs/desk.js";
import type { Asker, Context, Understood, Vocabulary } from "../requests/index.js";
import type { Closing } from "./cards/types.js";

/**
 * Keys that may be used once, over all processes: what neither the journal nor Slack deduplicates (an ask-back's text, an HTTP replay).
 * The in-memory one serves one process.
 */
export interface Once {
  /** True the first time within about an hour. */
  claim(key: string): Promise<boolean>;
  /** What was claimed was not done after all. */
  release(key: string): Promise<void>;
}

/** One holder of a name at a time, over all processes: two that drew a run's first card at once would post two. */
export type Exclusive = <T>(name: string, work: () => Promise<T>) => Promise<T>;

/** Everything the bot is given. It knows Slack and the desk; nothing behind the desk. */
export interface BotOptions {
  readonly config: Pick<SlackConfig, "mode" | "team" | "channels" | "apiUrl" | "command">;
  /** `app` in socket mode, `signingSecret` in HTTP mode. */
  readonly tokens: { readonly bot: string; readonly app?: string; readonly signingSecret?: string };
  readonly desk: Desk;
  readonly understand: (text: string, context: Context) => Understood;
  readonly vocabulary: (asker: Person) => Vocabulary | Promise<Vocabulary>;
  /** The asker's own clones, where known: "release my clone". */
  readonly clonesOf?: (asker: Person) => Promise<NonNullable<Asker["clones"]>>;
  /** "Clone prod for training". Never throws for a request the journal holds. */
  readonly titleOf: (runbook: string, request: Json) => string;
  /** What a finished run says of itself; absent: read from its steps' outputs. */
  readonly closing?: (view: RunView) => Closing | undefined;
  /** What stands where when a run has stopped on its way; absent or undefined: its steps say it alone. */
  readonly standing?: (view: RunView) => readonly string[] | undefined;
  /** The word to be typed before such a plan is approved; absent: destroys on production or dr without a way back or a safety copy. */
  readonly typedWord?: (plan: Plan) => string | undefined;
  /** Slack ids of every group the policy names: whose members are looked up. */
  readonly groups: readonly string[];
  readonly cardExpiresMinutes: number;
  /** IANA zone for people whose own is not known. */
  readonly timeZone: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly once?: Once;
  readonly exclusive?: Exclusive;
  /** HTTP mode: where to listen for Slack. */
  readonly http?: { readonly host: string; readonly port: number };
  /** Socket mode: connections held at once, so that one may be renewed without a gap. Slack allows ten. Default 2. */
  readonly connections?: number;
  /** At most one update of a card in this time. Slack's pace is one a second and channel. Default 1000. */
  readonly drawEveryMs?: number;
}

/** Names that are answered, not planned. */
export const questions: ReadonlySet<string> = new Set([
  "status",
  "health",
  "explain",
  "clones",
  "runs",
  "approvals",
  "help",
]);
