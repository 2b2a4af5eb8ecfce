import { fold, type RunView } from "../core/fold.js";
import type { RunId } from "../core/ids.js";
import type { Answer, Question } from "../core/answer.js";
import { answer, type HelpWords, type QuestionTools } from "../questions/index.js";
import type { Engine } from "./engine.js";
import type { Asked } from "./queues.js";

/** What questions need beside the engine. */
export interface AnsweringOptions {
  readonly vocabulary: readonly HelpWords[];
  /** How long a card waits for its votes. */
  readonly cardExpiresMinutes: number;
}

type EngineParts = Pick<Engine, "store" | "farEnds" | "inventory" | "clock" | "log" | "registry">;

/** Read-only tools over the engine's store and far ends, as of now. */
export function questionTools(
  engine: EngineParts,
  { vocabulary, cardExpiresMinutes }: AnsweringOptions,
): QuestionTools {
  const { store, farEnds, inventory, clock, log, registry } = engine;
  const view = async (run: RunId): Promise<RunView | undefined> => {
    const entries = await store.read(run);
    return entries.length === 0 ? undefined : fold(run, entries);
  };
  const views = async (runs: readonly RunId[]): Promise<readonly RunView[]> =>
    (await Promise.all(runs.map(view))).filter((each) => each !== undefined);
  return {
    inventory,
    ontap: (cluster) => farEnds.ontap(cluster),
    azure: () => farEnds.azure(),
    recall: (name) => store.note(name),
    now: clock.now(),
    open: async () => views(await store.open()),
    recent: async (limit) => views(await store.recent(limit)),
    view,
    locks: () => store.locks(),
    progress: (run) => store.progress(run),
    cardExpiresMinutes,
    vocabulary,
    runbooks: registry.names().flatMap((name) => registry.find(name) ?? []),
    log: { error: (detail, message) => log.error(detail, message) },
  };
}

/** Answers what the queue carries, through the Announcer. Fits `WorkerOptions.answer`. */
export async function answerAsked(
  engine: EngineParts & Pick<Engine, "announcer">,
  options: AnsweringOptions,
  { question, to }: Asked,
): Promise<void> {
  await engine.announcer.answer(to, question, await answer(question, questionTools(engine, options)));
}

/** What the person reads when the mistake is ours; the log has the reason. */
export function couldNotAnswer({ name }: Pick<Question, "name">): Answer {
  const says = `I could not answer "${name}" because of a mistake of ours, which is in the log. Nothing was changed; please try again.`;
  return { summary: says, parts: [{ kind: "text", text: says, tone: "bad" }] };
}
