import { useEffect, useMemo, useRef, useState } from "react";
import type { Obj } from "../types.js";
import { Blocks } from "./blocks.js";
import { isObj, labelAt, objAt, objsAt, textAt } from "./json.js";
import { plainState } from "./message.js";
import { complain, getState, loadModals, post, useStore } from "./store.js";
import { SurfaceContext, type Surface } from "./surface.js";
import { Plain } from "./text.js";

type Entered = { readonly [block: string]: { readonly [action: string]: unknown } };

function useViewSurface(view: Obj, kind: "modal" | "home", errors: Surface["errors"]) {
  const [entered, setEntered] = useState<Entered>({});
  const id = textAt(view, "id");
  const surface = useMemo<Surface>(() => {
    const stored = objAt(objAt(view, "state"), "values");
    return {
      kind,
      errors,
      act: async (block, action, value) => {
        const aim = { view_id: id, user: getState().me, block_id: block, action_id: action, values: entered };
        complain(await post("click", value === undefined ? aim : { ...aim, value }));
      },
      suggest: async (block, action, typed) => {
        const aim = { view_id: id, user: getState().me, block_id: block, action_id: action, value: typed };
        return objsAt(await post("options", aim), "options");
      },
      valueOf: (block, action) => entered[block]?.[action] ?? plainState(objAt(objAt(stored, block), action)),
      enter: (block, action, value) =>
        setEntered((before) => ({ ...before, [block]: { ...before[block], [action]: value } })),
    };
  }, [view, id, kind, errors, entered]);
  return { surface, entered };
}

/** The topmost open modal. */
export function Modals() {
  const modals = useStore((state) => state.modals);
  const top = modals[modals.length - 1];
  return top ? <Modal key={textAt(top, "id")} view={top} depth={modals.length} /> : null;
}

function Modal({ view, depth }: { view: Obj; depth: number }) {
  const [errors, setErrors] = useState<Surface["errors"]>({});
  const [busy, setBusy] = useState(false);
  const { surface, entered } = useViewSurface(view, "modal", errors);
  const frame = useRef<HTMLDivElement>(null);
  const id = textAt(view, "id");
  const title = labelAt(view, "title");
  useEffect(() => frame.current?.querySelector<HTMLElement>("input, textarea, select, button")?.focus(), []);
  const close = (all: boolean): void => {
    void post("close", { view_id: id, user: getState().me, all }).then(complain);
  };
  const submit = async (): Promise<void> => {
    setBusy(true);
    const answer = await post("submit", { view_id: id, user: getState().me, values: entered });
    setBusy(false);
    const found = answer["errors"];
    setErrors(isObj(found) ? (found as { [block: string]: string }) : {});
    if (!isObj(found)) complain(answer);
    await loadModals();
  };
  const canSubmit = view["submit"] !== undefined;
  return (
    <div className="shade" onKeyDown={(event) => event.key === "Escape" && close(true)}>
      <form
        className="dialog"
        role="dialog"
        aria-modal="true"
        aria-label={title}
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
        noValidate
      >
        <div className="dialog-head">
          {depth > 1 ? (
            <button type="button" className="close" aria-label="Back" onClick={() => close(false)}>
              ‹
            </button>
          ) : null}
          <h2>
            <Plain text={title} />
          </h2>
          <button type="button" className="close" aria-label="Close" onClick={() => close(true)}>
            ×
          </button>
        </div>
        <div className="dialog-body" ref={frame}>
          <SurfaceContext.Provider value={surface}>
            <Blocks blocks={objsAt(view, "blocks")} />
          </SurfaceContext.Provider>
        </div>
        <div className="dialog-foot">
          <button type="button" className="button" onClick={() => close(false)}>
            <Plain text={labelAt(view, "close") || "Cancel"} />
          </button>
          {canSubmit ? (
            <button type="submit" className="button button-primary" disabled={busy}>
              {busy ? <span className="spinner" /> : null}
              <Plain text={labelAt(view, "submit")} />
            </button>
          ) : null}
        </div>
      </form>
    </div>
  );
}

const noErrors: Surface["errors"] = {};

/** The app's Home tab. */
export function HomeTab() {
  const home = useStore((state) => state.home);
  return (
    <div className="messages home">
      {home ? (
        <HomeBody key={textAt(home, "id")} view={home} />
      ) : (
        <div className="home-empty">
          <h2>Nothing here yet</h2>
          <p>The app has not published a Home tab for you. Is it running?</p>
        </div>
      )}
    </div>
  );
}

function HomeBody({ view }: { view: Obj }) {
  const { surface } = useViewSurface(view, "home", noErrors);
  return (
    <div className="home-inner">
      <SurfaceContext.Provider value={surface}>
        <Blocks blocks={objsAt(view, "blocks")} />
      </SurfaceContext.Provider>
    </div>
  );
}
