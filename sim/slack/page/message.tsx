import { useMemo, useState, type ReactNode } from "react";
import type { Message, Obj } from "../types.js";
import { Blocks } from "./blocks.js";
import { isObj, objsAt, textAt } from "./json.js";
import { Avatar, nameOf } from "./people.js";
import { complain, getState, openThread, post, useStore } from "./store.js";
import { SurfaceContext, type Surface } from "./surface.js";
import { formatTime, Mrkdwn, Plain } from "./text.js";

export const msOf = (ts: string): number => Number(ts) * 1000;

/** A chosen state as the plain value the elements work with. */
export function plainState(state: Obj | undefined): unknown {
  if (!state) return undefined;
  const valueOf = (option: unknown): string => (isObj(option) ? textAt(option, "value") : String(option));
  for (const [key, value] of Object.entries(state)) {
    if (key === "type" || value === null) continue;
    if (Array.isArray(value)) return value.map(valueOf);
    return isObj(value) ? textAt(value, "value") : String(value);
  }
  return undefined;
}

function useMessageSurface(message: Message): Surface {
  const [entered, setEntered] = useState<{ [key: string]: unknown }>({});
  return useMemo(() => {
    const where = { channel: message.channel, ts: message.ts };
    return {
      kind: "message",
      act: async (block, action, value) => {
        const aim = { ...where, user: getState().me, block_id: block, action_id: action };
        complain(await post("click", value === undefined ? aim : { ...aim, value }));
      },
      suggest: async (block, action, typed) => {
        const aim = { ...where, user: getState().me, block_id: block, action_id: action, value: typed };
        return objsAt(await post("options", aim), "options");
      },
      valueOf: (block, action) => entered[`${block}/${action}`] ?? plainState(message.state[block]?.[action]),
      enter: (block, action, value) => setEntered((before) => ({ ...before, [`${block}/${action}`]: value })),
      errors: {},
    };
  }, [message, entered]);
}

export function MessageBody({ message }: { message: Message }) {
  const surface = useMessageSurface(message);
  // What people type comes with blocks too, but reads the same as its text.
  const blocks = message.bot_id === undefined ? [] : (message.blocks ?? []);
  const attachments = (message.attachments ?? []).filter(isObj);
  return (
    <SurfaceContext.Provider value={surface}>
      {blocks.length > 0 ? <Blocks blocks={blocks} /> : null}
      {blocks.length === 0 && message.text !== "" ? (
        <div className="message-text">
          <Mrkdwn text={message.text} />
          {message.edited ? <span className="edited"> (edited)</span> : null}
        </div>
      ) : null}
      {attachments.map((each, i) => (
        <div key={i} className="attachment" style={{ borderColor: color(textAt(each, "color")) }}>
          {textAt(each, "text") === "" ? null : <Mrkdwn text={textAt(each, "text")} />}
          <Blocks blocks={objsAt(each, "blocks")} />
        </div>
      ))}
      {(message.files ?? []).map((each, i) => (
        <div key={i} className="file">
          {textAt(each, "title")}
        </div>
      ))}
      {message.reactions && message.reactions.length > 0 ? (
        <div className="reactions">
          {message.reactions.map((each) => (
            <span key={each.name} className="reaction">
              <Plain text={`:${each.name}:`} /> {each.users.length}
            </span>
          ))}
        </div>
      ) : null}
    </SurfaceContext.Provider>
  );
}

const named: { readonly [name: string]: string } = { good: "#2eb67d", warning: "#ecb22e", danger: "#e01e5a" };
const color = (value: string): string =>
  named[value] ?? (/^#?[0-9a-f]{6}$/i.test(value) ? `#${value.replace("#", "")}` : "#ddd");

interface MessageProps {
  readonly message: Message;
  /** Follows one by the same author, a moment ago. */
  readonly compact: boolean;
  readonly replies?: readonly Message[];
  readonly inThread?: boolean;
}

export function MessageRow({ message, compact, replies = [], inThread = false }: MessageProps) {
  const boot = useStore((state) => state.boot);
  const name = nameOf(boot, message.user);
  const ephemeral = message.ephemeral_for !== undefined;
  const isBot = message.bot_id !== undefined || message.user === "USLACKBOT";
  const time = formatTime(msOf(message.ts));
  const stranger = boot?.users.find((each) => each.id === message.user)?.team;
  const canReply = !inThread && !ephemeral;
  return (
    <article
      className={`message${compact ? " message-compact" : ""}${ephemeral ? " message-ephemeral" : ""}`}
      aria-label={`Message from ${name}`}
      data-ts={message.ts}
      data-person={isBot ? undefined : message.user}
    >
      <div className="message-gutter">
        {compact ? <time className="message-hover-time">{time}</time> : <Avatar id={message.user} />}
      </div>
      <div className="message-main">
        {ephemeral ? (
          <div className="only-you">
            <svg viewBox="0 0 16 16" aria-hidden="true">
              <path
                d="M1 8c1.6-2.9 4-4.4 7-4.4S13.4 5.1 15 8c-1.6 2.9-4 4.4-7 4.4S2.6 10.9 1 8Z"
                fill="none"
                stroke="currentColor"
                strokeWidth="1.3"
              />
              <circle cx="8" cy="8" r="2.2" fill="currentColor" />
            </svg>
            Only visible to you
          </div>
        ) : null}
        {compact ? null : (
          <div className="message-head">
            <b>{name}</b>
            {isBot ? <span className="app-badge">APP</span> : null}
            {stranger !== undefined && stranger !== boot?.team.id ? (
              <span className="app-badge">OTHER WORKSPACE</span>
            ) : null}
            <time>{time}</time>
          </div>
        )}
        <MessageBody message={message} />
        {replies.length > 0 && !inThread ? <ThreadLink message={message} replies={replies} /> : null}
      </div>
      {canReply ? (
        <div className="message-tools">
          <button
            aria-label="Reply in thread"
            title="Reply in thread"
            onClick={() => openThread(message.channel, message.ts)}
          >
            <svg viewBox="0 0 20 20">
              <path
                d="M4 4h12a1.5 1.5 0 0 1 1.5 1.5v7A1.5 1.5 0 0 1 16 14h-5l-4 3.5V14H4a1.5 1.5 0 0 1-1.5-1.5v-7A1.5 1.5 0 0 1 4 4Z"
                fill="none"
                stroke="currentColor"
                strokeWidth="1.5"
                strokeLinejoin="round"
              />
              <path d="M6 7.5h8M6 10.5h5" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" />
            </svg>
          </button>
        </div>
      ) : null}
    </article>
  );
}

function ThreadLink({ message, replies }: { message: Message; replies: readonly Message[] }): ReactNode {
  const people = [...new Set(replies.map((each) => each.user))].slice(0, 4);
  const last = replies[replies.length - 1];
  const count = `${replies.length} ${replies.length === 1 ? "reply" : "replies"}`;
  return (
    <button
      className="thread-link"
      aria-label={`${count}, open thread`}
      onClick={() => openThread(message.channel, message.ts)}
    >
      {people.map((each) => (
        <Avatar key={each} id={each} size={22} />
      ))}
      <b>{count}</b>
      <span className="thread-last">Last reply {last ? formatTime(msOf(last.ts)) : ""}</span>
      <span className="thread-view">View thread ›</span>
    </button>
  );
}
