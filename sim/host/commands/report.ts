import { lvmSize } from "../sizes.js";
import { dmName } from "../devices.js";
import { activeOf, pvSize, type LvmView, type Pv, type Vg } from "../lvm.js";
import type { Machine } from "../machine.js";

/** What one row of pvs, vgs or lvs is about. */
export interface Row {
  readonly vg: Vg | undefined;
  readonly pv: Pv | undefined;
  /** For devices without a PV (`pvs -a`). */
  readonly device?: string;
  readonly hasLv: boolean;
}

interface Field {
  readonly heading: string;
  readonly isNumber?: boolean;
  readonly minWidth?: number;
  readonly value: (row: Row, machine: Machine) => string;
}

const openVolume = (row: Row, machine: Machine) => row.vg && activeOf(machine, row.vg);

function lvAttributes(row: Row, machine: Machine): string {
  const volume = openVolume(row, machine);
  const isOpen = volume && machine.mounts.some((mount) => mount.dm === dmName(volume));
  return `-wi-${volume ? "a" : "-"}${isOpen ? "o" : "-"}----`;
}

const fields: Readonly<Record<string, Field>> = {
  pv_name: { heading: "PV", value: (row) => row.pv?.device ?? row.device ?? "" },
  pv_uuid: { heading: "PV UUID", value: (row) => row.pv?.lvm.pvUuid ?? "" },
  pv_fmt: { heading: "Fmt", value: (row) => (row.pv ? "lvm2" : "") },
  pv_attr: { heading: "Attr", value: (row) => (row.pv ? (row.vg?.exported ? "ax-" : "a--") : "---") },
  pv_size: {
    heading: "PSize",
    isNumber: true,
    value: (row) => (row.pv ? lvmSize(pvSize(row.pv.lvm.sizeBytes)) : "0 "),
  },
  pv_free: { heading: "PFree", isNumber: true, value: () => "0 " },
  pv_used: { heading: "Used", isNumber: true, value: (row) => (row.pv ? lvmSize(pvSize(row.pv.lvm.sizeBytes)) : "0 ") },
  dev_size: { heading: "DevSize", isNumber: true, value: (row) => lvmSize(row.pv?.lvm.sizeBytes ?? 0) },
  pv_missing: { heading: "Missing", value: () => "" },
  vg_name: { heading: "VG", value: (row) => row.vg?.name ?? "" },
  vg_uuid: { heading: "VG UUID", value: (row) => row.vg?.uuid ?? "" },
  vg_attr: {
    heading: "Attr",
    value: (row) => `w${row.vg?.exported ? "z" : "z"}${row.vg?.exported ? "x" : "-"}${row.vg?.complete ? "-" : "p"}n-`,
  },
  vg_size: { heading: "VSize", isNumber: true, value: (row) => lvmSize(row.vg?.sizeBytes ?? 0) },
  vg_free: { heading: "VFree", isNumber: true, value: () => "0 " },
  vg_tags: { heading: "VG Tags", value: (row) => row.vg?.tags.join(",") ?? "" },
  vg_exported: { heading: "Exported", value: (row) => (row.vg?.exported ? "exported" : "") },
  vg_partial: { heading: "Partial", value: (row) => (row.vg && !row.vg.complete ? "partial" : "") },
  vg_missing_pv_count: {
    heading: "#PV Missing",
    isNumber: true,
    value: (row) => String((row.vg?.pvs[0]?.lvm.pvCount ?? 0) - (row.vg?.pvs.length ?? 0)),
  },
  vg_autoactivation: { heading: "AutoAct", value: (row) => (row.vg?.autoactivation ? "enabled" : "") },
  pv_count: { heading: "#PV", isNumber: true, value: (row) => String(row.vg?.pvs[0]?.lvm.pvCount ?? 0) },
  lv_count: { heading: "#LV", isNumber: true, value: (row) => (row.vg?.lvName === "" ? "0" : "1") },
  snap_count: { heading: "#SN", isNumber: true, value: () => "0" },
  lv_name: { heading: "LV", value: (row) => row.vg?.lvName ?? "" },
  lv_full_name: { heading: "LV", value: (row) => `${row.vg?.name}/${row.vg?.lvName}` },
  lv_uuid: { heading: "LV UUID", value: (row) => row.vg?.lvUuid ?? "" },
  lv_attr: { heading: "Attr", value: lvAttributes },
  lv_size: { heading: "LSize", isNumber: true, value: (row) => lvmSize(row.vg?.sizeBytes ?? 0) },
  lv_active: { heading: "Active", value: (row, machine) => (openVolume(row, machine) ? "active" : "") },
  lv_device_open: {
    heading: "DevOpen",
    value: (row, machine) => (lvAttributes(row, machine)[5] === "o" ? "open" : ""),
  },
  lv_path: { heading: "Path", value: (row) => `/dev/${row.vg?.name}/${row.vg?.lvName}` },
  lv_dm_path: {
    heading: "DMPath",
    value: (row) => (row.vg ? `/dev/mapper/${dmName({ vgName: row.vg.name, lvName: row.vg.lvName })}` : ""),
  },
  lv_tags: { heading: "LV Tags", value: () => "" },
  devices: { heading: "Devices", value: (row) => `${row.vg?.pvs[0]?.device}(0)` },
  pool_lv: { heading: "Pool", value: () => "" },
  origin: { heading: "Origin", value: () => "" },
  data_percent: { heading: "Data%", minWidth: 6, isNumber: true, value: () => "" },
  metadata_percent: { heading: "Meta%", minWidth: 6, isNumber: true, value: () => "" },
  move_pv: { heading: "Move", value: () => "" },
  mirror_log: { heading: "Log", value: () => "" },
  copy_percent: { heading: "Cpy%Sync", isNumber: true, value: () => "" },
  convert_lv: { heading: "Convert", value: () => "" },
};

const aliases: Readonly<Record<string, string>> = {
  autoactivation: "vg_autoactivation",
  tags: "vg_tags",
  vg: "vg_name",
  pv: "pv_name",
  lv: "lv_name",
};

export const standard = {
  pv: "pv_name,vg_name,pv_fmt,pv_attr,pv_size,pv_free",
  vg: "vg_name,pv_count,lv_count,snap_count,vg_attr,vg_size,vg_free",
  lv: "lv_name,vg_name,lv_attr,lv_size,pool_lv,origin,data_percent,metadata_percent,move_pv,mirror_log,copy_percent,convert_lv",
};

/** Field names of `-o`; "+x" adds to the standard ones. */
export function fieldNames(text: string | undefined, kind: keyof typeof standard): string[] {
  const asked =
    text === undefined ? standard[kind] : text.startsWith("+") ? `${standard[kind]},${text.slice(1)}` : text;
  return asked.split(",").map((name) => aliases[name.trim()] ?? name.trim());
}

export const unknownField = (names: readonly string[]): string | undefined => names.find((name) => !(name in fields));

export interface Layout {
  readonly noHeadings: boolean;
  readonly separator: string | undefined;
  readonly json: boolean;
}

/** The table as LVM lays it out: two blanks, columns padded to their widest, numbers to the right, the last column padded too. */
export function table(
  kind: keyof typeof standard,
  names: readonly string[],
  rows: readonly Row[],
  machine: Machine,
  layout: Layout,
): string {
  const columns = names.map((name) => ({ name, field: fields[name] as Field }));
  const cells = rows.map((row) => columns.map(({ field }) => field.value(row, machine)));
  if (layout.json) return jsonTable(kind, names, cells);
  if (rows.length === 0) return "";
  const head = columns.map(({ field }) => field.heading);
  const all = layout.noHeadings ? cells : [head, ...cells];
  if (layout.separator !== undefined) return all.map((row) => `  ${row.join(layout.separator)}\n`).join("");
  const widths = columns.map(({ field }, i) =>
    Math.max(field.minWidth ?? 0, field.heading.length, ...cells.map((row) => row[i]?.length ?? 0)),
  );
  return all
    .map((row, r) => {
      const isHead = !layout.noHeadings && r === 0;
      return `  ${row.map((cell, i) => (columns[i]?.field.isNumber && !isHead ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0))).join(" ")}\n`;
    })
    .join("");
}

function jsonTable(kind: string, names: readonly string[], cells: readonly (readonly string[])[]): string {
  const rows = cells.map(
    (row) => `                  {${row.map((cell, i) => `"${names[i]}":"${cell.trim()}"`).join(", ")}}`,
  );
  return `  {\n      "report": [\n          {\n              "${kind}": [\n${rows.join(",\n")}${rows.length > 0 ? "\n" : ""}              ]\n          }\n      ]\n  }\n`;
}

export function rowsOf(kind: keyof typeof standard, names: readonly string[], view: LvmView): Row[] {
  const groupOf = (pv: Pv): Vg | undefined => view.vgs.find((vg) => vg.pvs.includes(pv));
  if (kind === "pv")
    return view.pvs
      .map((pv) => ({ pv, vg: groupOf(pv), hasLv: false }))
      .sort((a, b) => compare(a.pv.device, b.pv.device));
  const vgs = [...view.vgs].sort((a, b) => compare(a.name, b.name));
  const perPv = names.some((name) => name.startsWith("pv_") && name !== "pv_count");
  return vgs
    .filter((vg) => kind !== "lv" || vg.lvName !== "")
    .flatMap((vg): Row[] =>
      perPv ? vg.pvs.map((pv) => ({ vg, pv, hasLv: true })) : [{ vg, pv: undefined, hasLv: true }],
    );
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
