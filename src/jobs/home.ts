import type { ReplyTo } from "../core/announcer.js";
import { ownerOf, type CloneNote } from "../core/clone-notes.js";
import { fold, type RunView } from "../core/fold.js";
import type { RunId } from "../core/ids.js";
import type { RoundsTools } from "./round-tools.js";

export async function viewOf(store: RoundsTools["store"], run: RunId): Promise<RunView | undefined> {
  const entries = await store.read(run);
  return entries.length === 0 ? undefined : fold(run, entries);
}

export interface Home {
  readonly channel: string;
  readonly ts: string;
  readonly timeZone: string;
  readonly thread?: ReplyTo;
}

/** Where a clone was asked for: its card's thread, else what its note or its run says; the digest's channel when nobody knows. */
export async function homeOf(
  { store, config }: RoundsTools,
  note: Pick<CloneNote, "run" | "owner" | "thread">,
): Promise<Home> {
  const [card, view] = await Promise.all([store.card(note.run as RunId), viewOf(store, note.run as RunId)]);
  const [channel = "", ts = ""] = note.thread?.split("/") ?? [];
  const place = card
    ? { channel: card.channel, ts: card.thread }
    : channel !== ""
      ? { channel, ts }
      : { channel: view?.asked.from.channel ?? config.digest.channel, ts: view?.asked.from.ts ?? "" };
  const timeZone = view?.asked.timeZone ?? config.timeZone;
  if (place.ts === "") return { ...place, timeZone };
  return {
    ...place,
    timeZone,
    thread: { channel: place.channel, thread: place.ts, user: ownerOf(note).user, ephemeral: false },
  };
}
