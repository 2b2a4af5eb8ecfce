import type { Answer, Question } from "./answer.js";
import type { RunId } from "./ids.js";
import type { Person } from "./resource.js";
import type { Said } from "./said.js";

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
    text: Said,
    choices: readonly { label: string; say: string }[],
    thread?: ReplyTo,
  ): Promise<void>;
}

/**
 * The other end of the queue: an Announcer that posts at once. `run` may be repeated at will; the others, given the same `id` twice
 * (the queue job's), post once within about an hour.
 */
export interface Renderer extends Announcer {
  answer(to: ReplyTo, question: Question, answer: Answer, id?: string): Promise<void>;
  digest(channel: string, answer: Answer, id?: string): Promise<void>;
  remind(
    person: Person,
    text: Said,
    choices: readonly { label: string; say: string }[],
    thread?: ReplyTo,
    id?: string,
  ): Promise<void>;
}

/** Where an answer goes. `ephemeral`: only that person sees it. */
export interface ReplyTo {
  readonly channel: string;
  readonly thread?: string;
  readonly user: string;
  readonly ephemeral: boolean;
}
