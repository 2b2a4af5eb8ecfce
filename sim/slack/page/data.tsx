import { useState, type ReactNode } from "react";
import type { Obj } from "../types.js";
import { isObj, listAt, objAt, objsAt, textAt } from "./json.js";
import { plainText, RichText } from "./rich.js";
import { Plain } from "./text.js";

const rowsOf = (block: Obj): Obj[][] =>
  listAt(block, "rows").map((row) => (Array.isArray(row) ? (row as unknown[]).filter(isObj) : []));

function Cell({ cell }: { cell: Obj }): ReactNode {
  if (cell["type"] === "rich_text") return <RichText block={cell} />;
  const { value } = cell;
  const shown = typeof value === "number" ? value.toLocaleString("en-US", { maximumFractionDigits: 6 }) : "";
  return <Plain text={textAt(cell, "text") || shown} />;
}

/** A table block; Slack sets the first row off. */
export function Table({ block }: { block: Obj }) {
  const columns = objsAt(block, "column_settings");
  const style = (index: number) => ({
    textAlign: (textAt(columns[index], "align") || "left") as "left" | "center" | "right",
    whiteSpace: columns[index]?.["is_wrapped"] === true ? ("normal" as const) : ("nowrap" as const),
    minWidth: columns[index]?.["is_wrapped"] === true ? 130 : undefined,
  });
  const [head, ...rest] = rowsOf(block);
  const cells = (row: readonly Obj[], Tag: "th" | "td"): ReactNode =>
    row.map((cell, i) => (
      <Tag key={i} style={style(i)}>
        <Cell cell={cell} />
      </Tag>
    ));
  return (
    <div className="table-frame">
      <table>
        <thead>
          <tr>{cells(head ?? [], "th")}</tr>
        </thead>
        <tbody>
          {rest.map((row, i) => (
            <tr key={i}>{cells(row, "td")}</tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** A data_table block: a caption, columns to sort by, pages. */
export function DataTable({ block }: { block: Obj }) {
  const [sort, setSort] = useState<{ column: number; up: boolean }>();
  const [page, setPage] = useState(0);
  const [head = [], ...body] = rowsOf(block);
  const size = Number(block["page_size"] ?? 5);
  const sorted = sort ? [...body].sort((a, b) => compare(a[sort.column], b[sort.column]) * (sort.up ? 1 : -1)) : body;
  const pages = Math.max(Math.ceil(sorted.length / size), 1);
  const shown = sorted.slice(page * size, page * size + size);
  return (
    <div className="table-frame">
      <table>
        <caption>{textAt(block, "caption")}</caption>
        <thead>
          <tr>
            {head.map((cell, i) => (
              <th key={i} aria-sort={sort?.column === i ? (sort.up ? "ascending" : "descending") : "none"}>
                <button
                  className="sort"
                  onClick={() => setSort({ column: i, up: sort?.column === i ? !sort.up : true })}
                >
                  <Cell cell={cell} />
                  <span>{sort?.column === i ? (sort.up ? " ▲" : " ▼") : ""}</span>
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((row, i) => (
            <tr key={i}>
              {row.map((cell, j) => (
                <td key={j} className={cell["type"] === "raw_number" ? "number" : ""}>
                  <Cell cell={cell} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {pages > 1 ? (
        <div className="pager">
          <button disabled={page === 0} onClick={() => setPage(page - 1)} aria-label="Previous page">
            ‹
          </button>
          {page * size + 1}–{Math.min((page + 1) * size, sorted.length)} of {sorted.length}
          <button disabled={page >= pages - 1} onClick={() => setPage(page + 1)} aria-label="Next page">
            ›
          </button>
        </div>
      ) : null}
    </div>
  );
}

function compare(a: Obj | undefined, b: Obj | undefined): number {
  const [left, right] = [a?.["value"], b?.["value"]];
  if (typeof left === "number" && typeof right === "number") return left - right;
  return plainText(a).localeCompare(plainText(b), "en", { numeric: true });
}

const marks: { readonly [status: string]: { readonly label: string; readonly icon: ReactNode } } = {
  pending: { label: "Pending", icon: <span className="task-dot" /> },
  in_progress: { label: "In progress", icon: <span className="spinner" /> },
  complete: {
    label: "Complete",
    icon: (
      <svg viewBox="0 0 16 16">
        <circle cx="8" cy="8" r="8" fill="#007a5a" />
        <path
          d="M4.5 8.2 7 10.6l4.6-5"
          fill="none"
          stroke="#fff"
          strokeWidth="1.8"
          strokeLinecap="round"
          strokeLinejoin="round"
        />
      </svg>
    ),
  },
  error: {
    label: "Failed",
    icon: (
      <svg viewBox="0 0 16 16">
        <circle cx="8" cy="8" r="8" fill="#e01e5a" />
        <path d="m5.4 5.4 5.2 5.2m0-5.2-5.2 5.2" stroke="#fff" strokeWidth="1.8" strokeLinecap="round" />
      </svg>
    ),
  },
};

/** A task_card block, alone or in a plan. */
export function Task({ task }: { task: Obj }) {
  const status = textAt(task, "status");
  const mark = marks[status] ?? { label: status, icon: null };
  const details = objAt(task, "details");
  const output = objAt(task, "output");
  return (
    <div className={`task task-${status}`}>
      <span className="task-mark" role="img" aria-label={mark.label}>
        {mark.icon}
      </span>
      <div className="task-body">
        <div className="task-title">
          <Plain text={textAt(task, "title")} />
        </div>
        {details ? (
          <div className="task-details">
            <RichText block={details} />
          </div>
        ) : null}
        {output ? (
          <div className="task-details">
            <RichText block={output} />
          </div>
        ) : null}
        {objsAt(task, "sources").map((each, i) => (
          <a key={i} className="task-source" href={textAt(each, "url")} target="_blank" rel="noreferrer">
            {textAt(each, "text") || textAt(each, "url")}
          </a>
        ))}
      </div>
    </div>
  );
}

/** A plan block: its tasks, and how many are done. */
export function PlanTasks({ block }: { block: Obj }) {
  const [open, setOpen] = useState(true);
  const tasks = objsAt(block, "tasks");
  const done = tasks.filter((each) => each["status"] === "complete").length;
  return (
    <div className="plan">
      <button className="plan-head" aria-expanded={open} onClick={() => setOpen(!open)}>
        <span className={`caret${open ? " caret-open" : ""}`}>▸</span>
        <span className="plan-title">
          <Plain text={textAt(block, "title")} />
        </span>
        <span className="plan-count">
          {done} of {tasks.length}
        </span>
      </button>
      <div className="plan-bar">
        <i style={{ width: `${tasks.length === 0 ? 0 : (done / tasks.length) * 100}%` }} />
      </div>
      {open ? (
        <div className="plan-tasks">
          {tasks.map((each, i) => (
            <Task key={i} task={each} />
          ))}
        </div>
      ) : null}
    </div>
  );
}
