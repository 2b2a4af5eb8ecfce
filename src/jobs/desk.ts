import type { ReplyTo } from "../core/announcer.js";
import type { Question } from "../core/answer.js";
import type { Origin } from "../core/events.js";
import type { RunView } from "../core/fold.js";
import type { RunId } from "../core/ids.js";
import type { Json } from "../core/json.js";
import type { Visitor } from "../approvals/index.js";

export type { Visitor } from "../approvals/index.js";

/** What came of a click or a command: a sentence for the person, and whether anything changed. */
export interface Reply {
  readonly ok: boolean;
  readonly sentence: string;
}

export interface Ask {
  readonly from: Origin;
  readonly visitor: Visitor;
  readonly text: string;
  readonly runbook: string;
  readonly request: Json;
  readonly timeZone: string;
}

/**
 * The only door from people to the engine: the bot and the CLI stand before it. Every act reads the journal, decides, appends by
 * compare-and-swap and, when somebody else was first, reads and decides again: no click is dropped.
 */
export interface Desk {
  /** Appends `asked` and enqueues planning. The same event id gives the same run and asks nothing twice. `refused`: may not ask. */
  ask(ask: Ask): Promise<{ readonly run: RunId; readonly fresh: boolean } | { readonly refused: string }>;
  /** Enqueues a question; the answer comes through the Announcer. */
  question(question: Question, to: ReplyTo, visitor: Visitor, eventId: string): Promise<Reply>;
  /** `key` is the random id a card's buttons carry. An older card's key votes for nothing. */
  vote(key: string, visitor: Visitor, vote: "approve" | "deny", reason?: string): Promise<Reply>;
  cancel(run: RunId, visitor: Visitor, reason?: string): Promise<Reply>;
  tryAgain(run: RunId, visitor: Visitor): Promise<Reply>;
  /** Gives up: the run ends abandoned and its locks go. */
  handToPerson(run: RunId, visitor: Visitor, reason: string): Promise<Reply>;
  /** A doubt's answer, with a reason. */
  answerDoubt(
    run: RunId,
    step: string,
    visitor: Visitor,
    answer: "checkAgain" | "happened" | "didNot",
    reason: string,
  ): Promise<Reply>;
  view(run: RunId): Promise<RunView | undefined>;
  /** Which run a button belongs to. */
  runOfKey(key: string): Promise<RunId | undefined>;
  /** Newest first. */
  recent(limit: number): Promise<readonly RunView[]>;
  open(): Promise<readonly RunView[]>;
  /** Something to show beside a running step; volatile. */
  progress(run: RunId): Promise<Progress | undefined>;
  /** Where the run's card is; kept so that any bot process can draw it again. */
  card(run: RunId): Promise<Card | undefined>;
  keepCard(run: RunId, card: Card): Promise<void>;
}

export interface Progress {
  readonly step: string;
  readonly text: string;
  /** 0 to 1, where known. */
  readonly fraction?: number;
  readonly at: string;
}

export interface Card {
  readonly channel: string;
  readonly ts: string;
  readonly thread: string;
  /** The journal length the card was last drawn from. */
  readonly drawn: number;
  /** Milestones already told in the thread, so that each is told once. */
  readonly told: readonly string[];
}
