import { useState } from "react";
import { putDraft, useStore } from "./store.js";

const key = "sluice-hints-closed";

function wasClosed(): boolean {
  try {
    return localStorage.getItem(key) === "1";
  } catch {
    return false;
  }
}

/** What somebody who sees this for the first time may do. */
export function Hints({ channel }: { channel: string }) {
  const [closed, setClosed] = useState(wasClosed);
  const name = useStore((state) => state.boot?.channels.find((each) => each.id === channel)?.name);
  const sentences = useStore((state) => state.boot?.hints) ?? [];
  if (closed || name !== "storage") return null;
  const close = (): void => {
    setClosed(true);
    try {
      localStorage.setItem(key, "1");
    } catch {
      // A browser that keeps nothing shows the hints again next time.
    }
  };
  return (
    <section className="hints" aria-label="First steps">
      <button className="close" aria-label="Dismiss first steps" onClick={close}>
        ×
      </button>
      <div className="hints-title">New here? Write to Sluice in plain words.</div>
      <div className="hints-row">
        <span className="hints-try">Try</span>
        {sentences.map((each) => (
          <button key={each} className="hint-chip" onClick={() => putDraft(each)}>
            {each}
          </button>
        ))}
      </div>
      <div className="hints-note">
        When a plan waits for approval, change who you are with <b>Act as</b> at the top, then press <b>Approve</b>.
      </div>
    </section>
  );
}
