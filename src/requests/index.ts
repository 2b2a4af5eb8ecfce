export { understand } from "./understand.js";
export { phrasebooks } from "./phrasebooks.js";
export { sentenceFor } from "./say.js";
export { patternOf } from "./grammar.js";
export { clean, LONGEST_REQUEST } from "./clean.js";
export type {
  Asker,
  Choice,
  ClusterWords,
  Context,
  HostWords,
  OwnClone,
  Phrasebook,
  PurposeWords,
  SetWords,
  SpokenEffect,
  Understood,
  Vocabulary,
} from "./vocabulary.js";
