import { ownerText } from "./core/clone-notes.js";
import type { Person } from "./core/resource.js";
import type { Engine } from "./jobs/engine.js";
import { readTools } from "./jobs/tools.js";
import type { OwnClone } from "./requests/index.js";
import { listClones } from "./runbooks/index.js";

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
