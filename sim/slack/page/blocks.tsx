import { useId, useState, type ReactNode } from "react";
import type { Obj } from "../types.js";
import { Chart } from "./chart.js";
import { DataTable, PlanTasks, Table, Task } from "./data.js";
import { Element } from "./elements.js";
import { isObj, labelAt, objAt, objsAt, textAt } from "./json.js";
import { Markdown, RichText } from "./rich.js";
import { useSurface } from "./surface.js";
import { Plain, TextObject } from "./text.js";

/** Block Kit, drawn by hand: elements are wired to the simulator, which no read-only renderer offers. */
export function Blocks({ blocks }: { blocks: readonly unknown[] }) {
  return (
    <div className="blocks">
      {blocks.filter(isObj).map((block, i) => (
        <div key={textAt(block, "block_id") || i} className={`block block-${textAt(block, "type")}`}>
          <Block block={block} />
        </div>
      ))}
    </div>
  );
}

function Block({ block }: { block: Obj }): ReactNode {
  const id = textAt(block, "block_id");
  switch (block["type"]) {
    case "section":
      return <Section block={block} />;
    case "header":
      return (
        <h3 className={`header header-${textAt(block, "level") || "1"}`}>
          <Plain text={labelAt(block, "text")} />
        </h3>
      );
    case "context":
      return objsAt(block, "elements").map((each, i) =>
        each["type"] === "image" ? (
          <img key={i} className="context-image" src={textAt(each, "image_url")} alt={textAt(each, "alt_text")} />
        ) : (
          <span key={i}>
            <TextObject value={each} />
          </span>
        ),
      );
    case "actions":
    case "context_actions":
      return objsAt(block, "elements").map((each, i) => <Element key={i} block={id} element={each} />);
    case "divider":
      return <hr />;
    case "image":
      return (
        <figure className="image">
          {block["title"] === undefined ? null : <figcaption>{labelAt(block, "title")}</figcaption>}
          <img src={textAt(block, "image_url")} alt={textAt(block, "alt_text")} />
        </figure>
      );
    case "input":
      return <Input block={block} />;
    case "rich_text":
      return <RichText block={block} />;
    case "markdown":
      return <Markdown text={textAt(block, "text")} />;
    case "table":
      return <Table block={block} />;
    case "data_table":
      return <DataTable block={block} />;
    case "data_visualization":
      return <Chart block={block} />;
    case "alert":
      return <Alert block={block} />;
    case "card":
      return <Card block={block} />;
    case "carousel":
      return objsAt(block, "elements").map((each, i) => <Card key={i} block={each} />);
    case "container":
      return <Container block={block} />;
    case "plan":
      return <PlanTasks block={block} />;
    case "task_card":
      return <Task task={block} />;
    case "video":
    case "file":
      return <div className="unshown">{textAt(block, "type")} (not shown in the simulator)</div>;
    default:
      return <div className="unshown">{textAt(block, "type")}</div>;
  }
}

function Section({ block }: { block: Obj }) {
  const accessory = objAt(block, "accessory");
  const fields = objsAt(block, "fields");
  return (
    <>
      <div className="section-main">
        {block["text"] === undefined ? null : (
          <div className="section-text">
            <TextObject value={block["text"]} />
          </div>
        )}
        {fields.length === 0 ? null : (
          <div className="fields">
            {fields.map((each, i) => (
              <div key={i}>
                <TextObject value={each} />
              </div>
            ))}
          </div>
        )}
      </div>
      {accessory ? (
        <div className="accessory">
          <Element block={textAt(block, "block_id")} element={accessory} />
        </div>
      ) : null}
    </>
  );
}

function Input({ block }: { block: Obj }) {
  const surface = useSurface();
  const label = useId();
  const element = objAt(block, "element");
  const id = textAt(block, "block_id");
  const error = surface.errors[id];
  if (!element) return null;
  return (
    <div className={error === undefined ? "field" : "field field-wrong"}>
      <label id={label} className="field-label" htmlFor={`${label}i`}>
        <Plain text={labelAt(block, "label")} />
        {block["optional"] === true ? <span className="optional"> (optional)</span> : null}
      </label>
      <Element
        block={id}
        element={element}
        labelledBy={label}
        inputId={`${label}i`}
        inInput
        dispatch={block["dispatch_action"] === true}
      />
      {error === undefined ? null : (
        <div className="field-error" role="alert">
          {error}
        </div>
      )}
      {block["hint"] === undefined ? null : (
        <div className="hint">
          <Plain text={labelAt(block, "hint")} />
        </div>
      )}
    </div>
  );
}

const alertIcons: { readonly [level: string]: string } = {
  info: ":information_source:",
  warning: ":warning:",
  error: ":octagonal_sign:",
  success: ":white_check_mark:",
};

function Alert({ block }: { block: Obj }) {
  const level = textAt(block, "level") || "default";
  return (
    <div className={`alert alert-${level}`} role="status">
      {alertIcons[level] ? <Plain text={alertIcons[level]} /> : null}
      <div>
        <TextObject value={block["text"]} />
      </div>
    </div>
  );
}

function Card({ block }: { block: Obj }) {
  const hero = objAt(block, "hero_image");
  const icon = objAt(block, "icon");
  const actions = objsAt(block, "actions");
  return (
    <div className="card">
      {hero ? <img className="card-hero" src={textAt(hero, "image_url")} alt={textAt(hero, "alt_text")} /> : null}
      <div className="card-head">
        {icon ? <img src={textAt(icon, "image_url")} alt={textAt(icon, "alt_text")} /> : null}
        <div>
          <div className="card-title">
            <TextObject value={block["title"]} />
          </div>
          <div className="card-subtitle">
            <TextObject value={block["subtitle"]} />
          </div>
        </div>
      </div>
      <TextObject value={block["body"]} />
      <div className="card-subtitle">
        <TextObject value={block["subtext"]} />
      </div>
      {actions.length === 0 ? null : (
        <div className="block-actions">
          {actions.map((each, i) => (
            <Element key={i} block={textAt(block, "block_id")} element={each} />
          ))}
        </div>
      )}
    </div>
  );
}

function Container({ block }: { block: Obj }) {
  const [open, setOpen] = useState(block["default_collapsed"] !== true);
  const collapsible = block["is_collapsible"] === true;
  const richTitle = objAt(block, "rich_text_title");
  const title = richTitle ? <RichText block={richTitle} /> : <Plain text={labelAt(block, "title")} />;
  return (
    <div className={`container container-${textAt(block, "width") || "standard"}`}>
      {collapsible ? (
        <button className="container-head" aria-expanded={open} onClick={() => setOpen(!open)}>
          <span className={`caret${open ? " caret-open" : ""}`}>▸</span>
          <b>{title}</b>
        </button>
      ) : block["title"] === undefined && !richTitle ? null : (
        <div className="container-head">
          <b>{title}</b>
        </div>
      )}
      {block["subtitle"] === undefined ? null : (
        <div className="card-subtitle">
          <TextObject value={block["subtitle"]} />
        </div>
      )}
      {open ? <Blocks blocks={objsAt(block, "child_blocks")} /> : null}
    </div>
  );
}
