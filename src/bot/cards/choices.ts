import type { RunView } from "../../core/fold.js";
import type { CardContext } from "./types.js";

/** Sentences a card offers: ways out of a refusal, and what can be said after a run has succeeded. */
export function choicesOf(
  view: RunView,
  shown: CardContext,
): readonly { readonly label: string; readonly say: string }[] {
  if (view.outcome === "refused") return view.choices;
  return view.outcome === "succeeded" ? (shown.closing?.choices ?? []) : [];
}
