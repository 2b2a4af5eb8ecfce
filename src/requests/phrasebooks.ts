import { CLONE_BOOKS } from "./books/clones.js";
import { MIRROR_BOOKS } from "./books/mirrors.js";
import { QUESTION_BOOKS } from "./books/questions.js";
import { SET_BOOKS } from "./books/sets.js";
import { SYSTEM_BOOKS } from "./books/systems.js";
import type { Phrasebook } from "./vocabulary.js";

/** Every runbook and question. One word may head several ("update"); the first here speaks for them where a topic is named. */
const ALL = [...CLONE_BOOKS, ...MIRROR_BOOKS, ...SET_BOOKS, ...SYSTEM_BOOKS, ...QUESTION_BOOKS];

/** Every phrasebook; `isAvailable` says which names are built and switched on. */
export const phrasebooks = (isAvailable: (name: string) => boolean): Phrasebook[] =>
  ALL.map((each) => ({ ...each, available: isAvailable(each.name) }));
