import { useEffect, type ReactNode } from "react";
import type { Message } from "../types.js";
import { Composer } from "./composer.js";
import { Hints } from "./hints.js";
import { MessageRow, msOf } from "./message.js";
import { useReading } from "./scrolling.js";
import { closeThread, markRead, useStore, visibleTo } from "./store.js";
import { formatDay } from "./text.js";

const closeMs = 5 * 60_000;

/** Follows one by the same author within five minutes, of the same kind. */
function followsClosely(message: Message, before: Message | undefined): boolean {
  if (!before || before.user !== message.user || before.ephemeral_for !== message.ephemeral_for) return false;
  if (message.bot_id !== undefined && [message, before].some((each) => (each.blocks?.length ?? 0) > 0)) return false;
  return msOf(message.ts) - msOf(before.ts) < closeMs;
}

export function ConversationView({ channel, name }: { channel: string; name: string }) {
  const all = useStore((state) => state.messages[channel]);
  const me = useStore((state) => state.me);
  const seen = visibleTo(all ?? [], me);
  const known = new Set(seen.map((each) => each.ts));
  const top = seen.filter(
    (each) =>
      each.thread_ts === undefined || each.thread_ts === each.ts || each.reply_broadcast || !known.has(each.thread_ts),
  );
  const { frame, onScroll } = useReading(all, `${channel}/${me}`, "channel");
  const newest = seen[seen.length - 1]?.ts;
  useEffect(() => {
    if (newest !== undefined) markRead(channel, newest);
  }, [channel, newest, me]);
  return (
    <>
      <div className="messages" ref={frame} onScroll={onScroll} role="log" aria-label={`Messages in ${name}`}>
        <div className="messages-inner">
          <Intro name={name} />
          {withDays(top, (message, before) => (
            <MessageRow
              key={message.ts}
              message={message}
              compact={followsClosely(message, before)}
              replies={seen.filter((each) => each.thread_ts === message.ts && each.ts !== message.ts)}
            />
          ))}
        </div>
      </div>
      <Typing channel={channel} threadTs="" />
      <Hints channel={channel} />
      <Composer channel={channel} placeholder={`Message ${name}`} sendLabel="Send" listensToDrafts />
    </>
  );
}

function Intro({ name }: { name: string }) {
  return (
    <div className="intro">
      <h2>{name}</h2>
      <p>This is the very beginning of {name}.</p>
    </div>
  );
}

function withDays(
  messages: readonly Message[],
  row: (message: Message, before: Message | undefined) => ReactNode,
): ReactNode[] {
  return messages.flatMap((message, i) => {
    const before = messages[i - 1];
    const day = formatDay(msOf(message.ts));
    const sameDay = before !== undefined && formatDay(msOf(before.ts)) === day;
    if (sameDay) return [row(message, before)];
    return [
      <div key={`day-${message.ts}`} className="day">
        <span>{day}</span>
      </div>,
      row(message, undefined),
    ];
  });
}

function Typing({ channel, threadTs }: { channel: string; threadTs: string }) {
  const status = useStore((state) => state.typing[`${channel}/${threadTs}`]);
  return status === undefined || status === "" ? null : <div className="typing">Sluice {status}</div>;
}

/** The panel on the right: one thread. */
export function ThreadPanel() {
  const thread = useStore((state) => state.thread);
  const all = useStore((state) => (thread ? state.messages[thread.channel] : undefined));
  const me = useStore((state) => state.me);
  const channel = useStore((state) => state.boot?.channels.find((each) => each.id === thread?.channel));
  const { frame, onScroll } = useReading(all, `${thread?.ts}/${me}`, "thread");
  if (!thread) return null;
  const seen = visibleTo(all ?? [], me);
  const parent = seen.find((each) => each.ts === thread.ts);
  const replies = seen.filter((each) => each.thread_ts === thread.ts && each.ts !== thread.ts);
  return (
    <aside className="thread" aria-label="Thread">
      <div className="pane-head">
        <div>
          <h1>Thread</h1>
          <span className="pane-sub">{channel?.kind === "im" ? "Sluice" : `#${channel?.name ?? ""}`}</span>
        </div>
        <button className="close" aria-label="Close thread" onClick={closeThread}>
          ×
        </button>
      </div>
      <div className="messages" ref={frame} onScroll={onScroll} role="log" aria-label="Messages in thread">
        <div className="messages-inner">
          {parent ? (
            <MessageRow message={parent} compact={false} inThread />
          ) : (
            <div className="gone">The message was deleted.</div>
          )}
          <div className="reply-count">
            <span>
              {replies.length} {replies.length === 1 ? "reply" : "replies"}
            </span>
          </div>
          {replies.map((each, i) => (
            <MessageRow key={each.ts} message={each} compact={followsClosely(each, replies[i - 1])} inThread />
          ))}
        </div>
      </div>
      <Typing channel={thread.channel} threadTs={thread.ts} />
      <Composer channel={thread.channel} threadTs={thread.ts} placeholder="Reply…" sendLabel="Send reply" />
    </aside>
  );
}
