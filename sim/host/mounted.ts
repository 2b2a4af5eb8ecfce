import { dmName } from "./devices.js";
import { readFs, writeFs, type FsLabel } from "./lvm.js";
import type { Machine, Mount } from "./machine.js";
import type { Run } from "./run.js";

const CONTENT = ".sluice-content";

/** A failed system call. just-bash prints its message, or lets it end the script when it comes from a redirection. */
export class Errno extends Error {
  constructor(
    readonly code: string,
    readonly what: string,
    readonly path: string,
  ) {
    super(`${code}: ${what}, '${path}'`);
  }
}

export const errno = (code: string, what: string, path: string): Errno => new Errno(code, what, path);

/** The files of a mounted file system, kept in the content of the group's first LUN so that clones and restores carry them. */
export class MountedFiles {
  constructor(
    private readonly machine: Machine,
    private readonly mount: Mount,
    private readonly run: Run | undefined,
  ) {}

  private at(path: string): { fs: FsLabel; serial: string; readOnly: boolean } {
    const volume = this.machine.active.find((each) => dmName(each) === this.mount.dm);
    const at = volume ? readFs(this.machine, volume, this.run) : "error";
    if (at === "error" || !at.fs) throw errno("EIO", "input/output error", path);
    return { ...at, fs: at.fs };
  }

  /** "" is the root. */
  kind(path: string): "file" | "dir" | undefined {
    if (path === "") return "dir";
    if (path === CONTENT) return "file";
    const files = this.at(path).fs.files ?? {};
    if (path in files) return "file";
    return Object.keys(files).some((name) => name.startsWith(`${path}/`)) ? "dir" : undefined;
  }

  list(path: string): string[] {
    const prefix = path === "" ? "" : `${path}/`;
    const names = Object.keys(this.at(path).fs.files ?? {})
      .filter((name) => name.startsWith(prefix) && name !== prefix)
      .map((name) => name.slice(prefix.length).split("/")[0] ?? "");
    return [...new Set(path === "" ? [CONTENT, ...names] : names)].sort();
  }

  read(path: string): string {
    const { fs, serial } = this.at(path);
    if (path === CONTENT) return `${this.machine.san.contentId(serial) ?? ""}\n`;
    const text = fs.files?.[path];
    if (text === undefined) throw errno("ENOENT", "no such file or directory", path);
    return text;
  }

  write(path: string, text: string): void {
    this.change(path, (files) => ({ ...files, [path]: text }));
  }

  makeDirectory(path: string): void {
    this.change(path, (files) => ({ ...files, [`${path}/`]: "" }));
  }

  remove(path: string): void {
    this.change(path, (files) =>
      Object.fromEntries(Object.entries(files).filter(([name]) => name !== path && !name.startsWith(`${path}/`))),
    );
  }

  private change(
    path: string,
    edit: (files: Readonly<Record<string, string>>) => Readonly<Record<string, string>>,
  ): void {
    const { serial, readOnly } = this.at(path);
    if (this.mount.readOnly || readOnly) throw errno("EROFS", "read-only file system", path);
    // The marker is how the simulator shows what the volume holds, not a file anybody writes.
    if (path === CONTENT) throw errno("EPERM", "operation not permitted", path);
    if (this.mount.frozen) this.run?.sleepUninterruptibly();
    const isWritten = writeFs(this.machine, serial, (fs) => ({ ...fs, files: edit(fs.files ?? {}) }), true);
    if (!isWritten) throw errno("EIO", "input/output error", path);
  }
}
