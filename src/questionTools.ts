import type { Policy } from "./approvals/index.js";
import type { Person } from "./core/resource.js";
import type { Desk } from "./jobs/desk.js";
import type { Engine } from "./jobs/engine.js";
import { readTools } from "./jobs/tools.js";
import type { QuestionTools } from "./questions/index.js";
import type { OwnClone, Vocabulary } from "./requests/index.js";
import { ownerText } from "./core/clone-notes.js";
import { listClones, runbooks } from "./runbooks/index.js";

interface Needs {
  readonly engine: Engine;
  readonly desk: Desk;
  readonly vocabulary: Vocabulary;
  readonly policy: Policy;
}

/** What questions are answered with: read-only tools, the desk's views, the words of help. */
export function questionTools(needs: Needs): () => QuestionTools {
  const { engine, desk, vocabulary, policy } = needs;
  return () => ({
    inventory: engine.inventory,
    ontap: (cluster) => engine.farEnds.ontap(cluster),
    recall: (name) => engine.store.note(name),
    now: engine.clock.now(),
    open: () => desk.open(),
    recent: (limit) => desk.recent(limit),
    view: (run) => desk.view(run),
    locks: () => engine.store.locks(),
    progress: (run) => desk.progress(run),
    cardExpiresMinutes: policy.cardExpiresMinutes,
    vocabulary: vocabulary.runbooks,
    runbooks,
    log: engine.log,
  });
}

const nobody = { id: "question", tag: "question", asker: { team: "", user: "" }, timeZone: "UTC", askedAt: "" };

/** The asker's clones, as sentences name them; none when the arrays cannot be asked just now. */
export async function ownClones(engine: Engine, asker: Person): Promise<readonly OwnClone[]> {
  try {
    const mine = (await listClones(readTools(engine, nobody))).filter(
      (each) => each.note.owner === ownerText(asker) && each.note.kind === "clone",
    );
    return mine.map(({ note }) => ({
      name: note.name,
      set: note.set,
      ...(note.host === undefined ? {} : { host: note.host }),
    }));
  } catch {
    return [];
  }
}
