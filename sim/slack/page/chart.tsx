import { useState, type ReactNode } from "react";
import type { Obj } from "../types.js";
import { listAt, objAt, objsAt, textAt } from "./json.js";

const palette = [
  "#1264a3",
  "#e8912d",
  "#2bac76",
  "#cd2553",
  "#7c3fa0",
  "#00a3bf",
  "#b88700",
  "#6b7280",
  "#d6409f",
  "#3b7a57",
  "#5b6ee1",
  "#a0522d",
];
const colorOf = (index: number): string => palette[index % palette.length] ?? "#1264a3";
const width = 560;
const height = 270;
const plot = { left: 52, right: 14, top: 14, bottom: 46 };

interface Series {
  readonly name: string;
  readonly color: string;
  readonly values: ReadonlyMap<string, number>;
}

/** A data_visualization block, drawn in SVG. */
export function Chart({ block }: { block: Obj }) {
  const chart = objAt(block, "chart") ?? {};
  const title = textAt(block, "title");
  return (
    <figure className="chart">
      <figcaption>{title}</figcaption>
      {chart["type"] === "pie" ? <Pie chart={chart} title={title} /> : <Axes chart={chart} title={title} />}
    </figure>
  );
}

function Legend({ entries }: { entries: readonly { name: string; color: string; note?: string }[] }) {
  return (
    <div className="chart-legend">
      {entries.map((each) => (
        <span key={each.name}>
          <i style={{ background: each.color }} />
          {each.name}
          {each.note === undefined ? null : <b>{each.note}</b>}
        </span>
      ))}
    </div>
  );
}

/** About five round numbers covering the values. */
function ticksFor(low: number, high: number): number[] {
  const span = high - low || 1;
  const rough = span / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 2.5, 5, 10].find((each) => each * power >= rough) ?? 10);
  const first = Math.floor(low / step) * step;
  const ticks: number[] = [];
  for (let tick = first; tick < high + step; tick += step) ticks.push(Number(tick.toPrecision(12)));
  return ticks;
}

const compact = new Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 1 });

function Axes({ chart, title }: { chart: Obj; title: string }) {
  const [hover, setHover] = useState<number>();
  const axis = objAt(chart, "axis_config");
  const series: Series[] = objsAt(chart, "series").map((each, i) => ({
    name: textAt(each, "name"),
    color: colorOf(i),
    values: new Map(objsAt(each, "data").map((point) => [textAt(point, "label"), Number(point["value"])])),
  }));
  const given = listAt(axis, "categories").map(String);
  const categories = given.length > 0 ? given : [...new Set(series.flatMap((each) => [...each.values.keys()]))];
  const all = series.flatMap((each) => [...each.values.values()]);
  const ticks = ticksFor(Math.min(0, ...all), Math.max(0, ...all));
  const [low, high] = [ticks[0] ?? 0, ticks[ticks.length - 1] ?? 1];
  const y = (value: number): number => plot.top + ((high - value) / (high - low)) * (height - plot.top - plot.bottom);
  const slot = (width - plot.left - plot.right) / Math.max(categories.length, 1);
  const x = (index: number): number => plot.left + slot * (index + 0.5);
  const every = Math.ceil((categories.length * 54) / (width - plot.left - plot.right));
  return (
    <>
      <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={title} onPointerLeave={() => setHover(undefined)}>
        {ticks.map((tick) => (
          <g key={tick}>
            <line
              x1={plot.left}
              x2={width - plot.right}
              y1={y(tick)}
              y2={y(tick)}
              className={tick === 0 ? "axis" : "grid"}
            />
            <text x={plot.left - 8} y={y(tick)} className="tick" textAnchor="end" dominantBaseline="central">
              {compact.format(tick)}
            </text>
          </g>
        ))}
        {categories.map((each, i) =>
          i % every === 0 ? (
            <text key={each} x={x(i)} y={height - plot.bottom + 16} className="tick" textAnchor="middle">
              {each}
            </text>
          ) : null,
        )}
        <text x={width / 2} y={height - 6} className="axis-label" textAnchor="middle">
          {textAt(axis, "x_label")}
        </text>
        <text
          transform={`translate(11 ${(height - plot.bottom) / 2}) rotate(-90)`}
          className="axis-label"
          textAnchor="middle"
        >
          {textAt(axis, "y_label")}
        </text>
        {hover === undefined ? null : (
          <rect
            x={x(hover) - slot / 2}
            width={slot}
            y={plot.top}
            height={height - plot.top - plot.bottom}
            className="hover"
          />
        )}
        <Shapes kind={textAt(chart, "type")} series={series} categories={categories} x={x} y={y} slot={slot} />
        {categories.map((each, i) => (
          <rect
            key={each}
            x={x(i) - slot / 2}
            width={slot}
            y={plot.top}
            height={height - plot.top - plot.bottom}
            fill="transparent"
            onPointerEnter={() => setHover(i)}
          />
        ))}
      </svg>
      <Legend
        entries={series.map((each) => {
          const value = hover === undefined ? undefined : each.values.get(categories[hover] ?? "");
          return { name: each.name, color: each.color, ...(value === undefined ? {} : { note: String(value) }) };
        })}
      />
    </>
  );
}

interface ShapesProps {
  readonly kind: string;
  readonly series: readonly Series[];
  readonly categories: readonly string[];
  readonly x: (index: number) => number;
  readonly y: (value: number) => number;
  readonly slot: number;
}

function Shapes({ kind, series, categories, x, y, slot }: ShapesProps): ReactNode {
  if (kind === "bar") {
    const bar = Math.min((slot * 0.72) / Math.max(series.length, 1), 34);
    return series.flatMap((each, s) =>
      categories.map((category, i) => {
        const value = each.values.get(category);
        if (value === undefined) return null;
        const left = x(i) - (bar * series.length) / 2 + s * bar;
        const [top, bottom] = [Math.min(y(value), y(0)), Math.max(y(value), y(0))];
        return (
          <rect
            key={`${s}-${i}`}
            x={left + 1}
            y={top}
            width={Math.max(bar - 2, 1)}
            height={bottom - top}
            rx={2}
            fill={each.color}
          />
        );
      }),
    );
  }
  return series.map((each, s) => {
    const points = categories.flatMap((category, i) => {
      const value = each.values.get(category);
      return value === undefined ? [] : [[x(i), y(value)] as const];
    });
    const line = points.map(([px, py], i) => `${i === 0 ? "M" : "L"}${px.toFixed(1)} ${py.toFixed(1)}`).join("");
    const [first, last] = [points[0], points[points.length - 1]];
    const area = first && last ? `${line}L${last[0]} ${y(0)}L${first[0]} ${y(0)}Z` : "";
    return (
      <g key={s}>
        {kind === "area" ? <path d={area} fill={each.color} fillOpacity={0.18} /> : null}
        <path
          d={line}
          fill="none"
          stroke={each.color}
          strokeWidth={2.25}
          strokeLinejoin="round"
          strokeLinecap="round"
        />
        {points.map(([px, py], i) => (
          <circle key={i} cx={px} cy={py} r={2.75} fill="#fff" stroke={each.color} strokeWidth={1.75} />
        ))}
      </g>
    );
  });
}

function Pie({ chart, title }: { chart: Obj; title: string }) {
  const segments = objsAt(chart, "segments").map((each, i) => ({
    name: textAt(each, "label"),
    value: Number(each["value"]),
    color: colorOf(i),
  }));
  const total = segments.reduce((sum, each) => sum + each.value, 0) || 1;
  let angle = -Math.PI / 2;
  const arcs = segments.map((each) => {
    const [from, to] = [angle, angle + (each.value / total) * 2 * Math.PI];
    angle = to;
    const point = (at: number, radius: number): string =>
      `${(100 + radius * Math.cos(at)).toFixed(2)} ${(100 + radius * Math.sin(at)).toFixed(2)}`;
    const big = to - from > Math.PI ? 1 : 0;
    const end = Math.min(to, from + 2 * Math.PI - 0.0001);
    return {
      ...each,
      path: `M${point(from, 88)}A88 88 0 ${big} 1 ${point(end, 88)}L${point(end, 50)}A50 50 0 ${big} 0 ${point(from, 50)}Z`,
    };
  });
  return (
    <div className="pie">
      <svg viewBox="0 0 200 200" role="img" aria-label={title}>
        {arcs.map((each) => (
          <path key={each.name} d={each.path} fill={each.color} stroke="#fff" strokeWidth={2} />
        ))}
      </svg>
      <Legend entries={segments.map((each) => ({ ...each, note: `${Math.round((each.value / total) * 100)}%` }))} />
    </div>
  );
}
