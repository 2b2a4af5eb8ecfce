import type { RunView } from "../../core/fold.js";
import type { Progress } from "../../jobs/desk.js";

/** What a finished run says of itself beyond "done": where the clone is mounted, until when it is lent, what can be said next. */
export interface Closing {
  readonly sentences: readonly string[];
  /** Buttons that say a sentence in the presser's name. */
  readonly choices: readonly { readonly label: string; readonly say: string }[];
}

/** Everything a card shows that is not in the run itself. */
export interface CardContext {
  /** "Clone prod for training". */
  readonly title: string;
  /** Milliseconds since the epoch, for elapsed times. */
  readonly now: number;
  /** How long a card waits for its votes. */
  readonly cardExpiresMinutes: number;
  readonly progress?: Progress;
  readonly closing?: Closing;
  /** Of a run that stopped on its way: what stands where, and what to do. */
  readonly standing?: readonly string[];
  /** Where other runs' cards are, by run id: holders of locks, child and parent. */
  readonly links?: Readonly<Record<string, string>>;
}

/** One run and what is shown beside it. */
export interface CardOf {
  readonly view: RunView;
  readonly shown: CardContext;
}
