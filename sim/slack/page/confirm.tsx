import { useEffect, useRef } from "react";
import { createPortal } from "react-dom";
import type { Obj } from "../types.js";
import { labelAt, textAt } from "./json.js";
import { Plain, TextObject } from "./text.js";

/** A confirm object's dialog. It belongs to the client: the app never hears of a no. */
export function Confirm({ confirm, onYes, onNo }: { confirm: Obj; onYes: () => void; onNo: () => void }) {
  const yes = useRef<HTMLButtonElement>(null);
  useEffect(() => yes.current?.focus(), []);
  const title = labelAt(confirm, "title");
  return createPortal(
    <div className="shade" onKeyDown={(event) => event.key === "Escape" && onNo()}>
      <div className="dialog dialog-small" role="alertdialog" aria-modal="true" aria-label={title}>
        <h2>
          <Plain text={title} />
        </h2>
        <div className="dialog-body">
          <TextObject value={confirm["text"]} />
        </div>
        <div className="dialog-foot">
          <button className="button" onClick={onNo}>
            <Plain text={labelAt(confirm, "deny")} />
          </button>
          <button
            ref={yes}
            className={`button button-${textAt(confirm, "style") === "danger" ? "danger" : "primary"}`}
            onClick={onYes}
          >
            <Plain text={labelAt(confirm, "confirm")} />
          </button>
        </div>
      </div>
    </div>,
    document.body,
  );
}
