import { useLayoutEffect, useRef } from "react";

/**
 * Where a conversation is read. Left alone it follows the newest, but never so far that the beginning of a long message that has just
 * come, or just grown, is out of sight. Who scrolls is left where they are; at the end they stay at the end, until a long one comes.
 */
type Following = "newest" | "end" | "nothing";

/** @param changes anything that is another object whenever the messages are @param key another conversation, or another reader */
export function useReading(changes: unknown, key: string, of: "channel" | "thread") {
  const frame = useRef<HTMLDivElement>(null);
  const following = useRef<Following>("newest");
  const put = useRef(0);
  const last = useRef<string | undefined>(undefined);
  useLayoutEffect(() => {
    following.current = "newest";
    last.current = undefined;
  }, [key]);
  useLayoutEffect(() => {
    const element = frame.current;
    if (!element) return;
    const rows = [...element.querySelectorAll<HTMLElement>(".message")];
    const newest = rows.at(-1);
    const came = newest?.dataset["ts"] !== last.current;
    last.current = newest?.dataset["ts"];
    if (following.current === "nothing") return;
    if (following.current === "end" && came && newest && isLong(newest, element)) following.current = "newest";
    element.scrollTop =
      following.current === "end"
        ? element.scrollHeight
        : newestPlace(element, of === "thread" ? rowsOfAnswer(rows) : rows.slice(-1));
    put.current = element.scrollTop;
  }, [changes, key, of]);
  const onScroll = (): void => {
    const element = frame.current;
    if (!element || Math.abs(element.scrollTop - put.current) < 2) return;
    put.current = -1;
    following.current = element.scrollHeight - element.scrollTop - element.clientHeight < 60 ? "end" : "nothing";
  };
  return { frame, onScroll };
}

/** In a thread one card goes on being drawn while short remarks follow it: all that came since a person wrote last. */
const rowsOfAnswer = (rows: readonly HTMLElement[]): readonly HTMLElement[] =>
  rows.slice(rows.findLastIndex((row) => row.dataset["person"] !== undefined) + 1);

/** The end, or the beginning of the last long one of these, if the end would hide it. */
function newestPlace(frame: HTMLElement, rows: readonly HTMLElement[]): number {
  const end = frame.scrollHeight - frame.clientHeight;
  const long = rows.findLast((row) => isLong(row, frame));
  if (!long) return end;
  const top = long.getBoundingClientRect().top - frame.getBoundingClientRect().top + frame.scrollTop;
  return Math.max(0, Math.min(end, top - 8));
}

const isLong = (row: HTMLElement, frame: HTMLElement): boolean => row.offsetHeight > frame.clientHeight * 0.6;
