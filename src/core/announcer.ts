import type { Answer, Question } from "./answer.js";
import type { RunId } from "./ids.js";
import type { Person } from "./resource.js";

/**
 * How the engine speaks: it is handed one of these and knows nothing of Slack. Calls only enqueue; whoever renders reads the
 * journal and draws the whole card from the fold, so a lost or repeated call loses nothing.
 */
export interface Announcer {
  /** Something about this run changed: draw its card again. */
  run(run: RunId, length: number): Promise<void>;
  /** A question has its answer. */
  answer(to: ReplyTo, question: Question, answer: Answer): Promise<void>;
  /** The morning digest. */
  digest(channel: string, answer: Answer): Promise<void>;
  /** A word to one person about their clone's lease; in the clone's thread when it is known. */
  remind(
    person: Person,
    text: string,
    choices: readonly { label: string; say: string }[],
    thread?: ReplyTo,
  ): Promise<void>;
}

/** Where an answer goes. `ephemeral`: only that person sees it. */
export interface ReplyTo {
  readonly channel: string;
  readonly thread?: string;
  readonly user: string;
  readonly ephemeral: boolean;
}
