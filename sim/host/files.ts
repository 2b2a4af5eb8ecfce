import { createHash } from "node:crypto";
import { InMemoryFs, type FsStat, type IFileSystem } from "just-bash";
import type { Machine, Mount } from "./machine.js";
import { errno, MountedFiles } from "./mounted.js";
import type { Run } from "./run.js";
import { deviceTree, type Node } from "./tree.js";

type Content = string | Uint8Array;
type Place =
  | { readonly in: "tree"; readonly path: string; readonly node: Node }
  | { readonly in: "mount"; readonly path: string; readonly below: string; readonly mount: Mount }
  | { readonly in: "base"; readonly path: string };

/** What may be done to plain files; the same alterations of the same files give the same files. */
export type Alteration =
  | readonly ["writeFile", string, Content]
  | readonly ["appendFile", string, Content]
  | readonly ["mkdir", string, { readonly recursive?: boolean } | undefined]
  | readonly ["rm", string, { readonly recursive?: boolean; readonly force?: boolean } | undefined]
  | readonly ["mv", string, string]
  | readonly ["chmod", string, number]
  | readonly ["symlink", string, string]
  | readonly ["link", string, string]
  | readonly ["utimes", string, Date, Date];

const asText = (content: Content): string =>
  typeof content === "string" ? content : Buffer.from(content).toString("utf8");
const missing = (path: string): Error => errno("ENOENT", "no such file or directory", path);

/**
 * A host's file system: what is mounted, above the kernel's tree (/sys, devices, /proc), above plain files that stay until reset (/run
 * until a reboot). Every operation checks that the script it belongs to is still alive.
 */
export class HostFiles implements IFileSystem {
  run: Run | undefined;
  /** Symbolic links among the plain files: asking the file system for each component of each path would be slow. */
  private readonly links = new Map<string, string>();
  /** A digest of every alteration of plain files since the host was built: hosts of one past hold the same files. */
  past = "";
  /** Called with each alteration of plain files once it is made. */
  watcher: ((done: Alteration) => void) | undefined;
  private drawn: { version: number; nodes: Map<string, Node>; children: Map<string, Set<string>> } | undefined;

  constructor(
    private readonly machine: Machine,
    readonly base = new InMemoryFs(),
  ) {}

  private tree(): { nodes: Map<string, Node>; children: Map<string, Set<string>> } {
    if (this.drawn?.version === this.machine.version) return this.drawn;
    const nodes = deviceTree(this.machine);
    const children = new Map<string, Set<string>>();
    for (const path of nodes.keys()) {
      const parent = path.slice(0, path.lastIndexOf("/")) || "/";
      const names = children.get(parent) ?? new Set();
      names.add(path.slice(path.lastIndexOf("/") + 1));
      children.set(parent, names);
    }
    this.drawn = { version: this.machine.version, nodes, children };
    return this.drawn;
  }

  /** Every change of a plain file goes through here. Throws what the file system throws, and then nothing was changed. */
  async alter(alteration: Alteration): Promise<void> {
    const [act, ...given] = alteration;
    await (this.base[act] as (...args: readonly unknown[]) => Promise<void>)(...given);
    this.followLinks(alteration);
    const text = JSON.stringify(alteration, (_, value: unknown) =>
      value instanceof Uint8Array ? Buffer.from(value).toString("base64") : value,
    );
    this.past = createHash("sha256").update(this.past).update(text).digest("hex");
    this.watcher?.(alteration);
  }

  private followLinks(alteration: Alteration): void {
    if (alteration[0] === "symlink") this.links.set(alteration[2], alteration[1]);
    if (alteration[0] === "rm") {
      for (const link of this.links.keys())
        if (link === alteration[1] || link.startsWith(`${alteration[1]}/`)) this.links.delete(link);
    }
    if (alteration[0] !== "mv") return;
    const [, from, to] = alteration;
    const link = this.links.get(from);
    this.links.delete(from);
    this.links.delete(to);
    if (link !== undefined) this.links.set(to, link);
  }

  /** The path with symbolic links resolved; the last component only if asked. */
  private async resolve(path: string, followLast: boolean, depth = 0): Promise<string> {
    if (depth > 40) throw errno("ELOOP", "too many levels of symbolic links", path);
    const parts = this.resolvePath("/", path).split("/").filter(Boolean);
    let at = "";
    for (const [i, part] of parts.entries()) {
      at = `${at}/${part}`;
      if (i === parts.length - 1 && !followLast) break;
      const target = this.linkTarget(at);
      if (target === undefined) continue;
      const parent = at.slice(0, at.lastIndexOf("/")) || "/";
      const rest = parts.slice(i + 1).join("/");
      return this.resolve(`${this.resolvePath(parent, target)}/${rest}`, followLast, depth + 1);
    }
    return at || "/";
  }

  private linkTarget(path: string): string | undefined {
    if (this.mountOf(path)) return undefined;
    const node = this.tree().nodes.get(path);
    if (node) return node.kind === "link" ? node.target : undefined;
    return this.links.get(path);
  }

  private mountOf(path: string): Mount | undefined {
    return this.machine.mounts
      .filter((each) => path === each.mountPoint || path.startsWith(`${each.mountPoint}/`))
      .sort((a, b) => b.mountPoint.length - a.mountPoint.length)[0];
  }

  private async place(path: string, followLast = true): Promise<Place> {
    this.run?.assertAlive();
    const at = await this.resolve(path, followLast);
    const mount = this.mountOf(at);
    if (mount) return { in: "mount", path: at, below: at.slice(mount.mountPoint.length + 1), mount };
    const node = this.tree().nodes.get(at);
    return node ? { in: "tree", path: at, node } : { in: "base", path: at };
  }

  private files(mount: Mount): MountedFiles {
    return new MountedFiles(this.machine, mount, this.run);
  }

  async readFile(path: string): Promise<string> {
    return asText(await this.readFileBuffer(path));
  }

  async readFileBuffer(path: string): Promise<Uint8Array> {
    const place = await this.place(path);
    if (place.in === "base") return this.base.readFileBuffer(place.path);
    if (place.in === "mount") {
      if (this.files(place.mount).kind(place.below) === "dir")
        throw errno("EISDIR", "illegal operation on a directory, read", path);
      return Buffer.from(this.files(place.mount).read(place.below));
    }
    if (place.node.kind !== "file") throw errno("EISDIR", "illegal operation on a directory, read", path);
    const content = place.node.read();
    return typeof content === "string" ? Buffer.from(content) : content;
  }

  async writeFile(path: string, content: Content): Promise<void> {
    const place = await this.place(path);
    if (place.in === "mount") return this.files(place.mount).write(place.below, asText(content));
    if (place.in === "tree") return this.writeNode(place, asText(content));
    // Bash complains and goes on; just-bash would end the script. Without effect is the nearest.
    if (place.path.startsWith("/sys/")) return;
    return this.alter(["writeFile", place.path, content]);
  }

  private writeNode(place: Place & { in: "tree" }, text: string): void {
    if (place.node.kind === "dir") throw errno("EISDIR", "illegal operation on a directory, open", place.path);
    // `>` opens and empties before anything is written: no command, no effect.
    if (place.node.kind === "file" && text !== "") place.node.write?.(text);
  }

  async appendFile(path: string, content: Content): Promise<void> {
    const place = await this.place(path);
    if (place.in === "tree") return this.writeNode(place, asText(content));
    if (place.in === "base") {
      if (place.path.startsWith("/sys/")) return;
      return this.alter(["appendFile", place.path, content]);
    }
    const files = this.files(place.mount);
    const before = files.kind(place.below) === "file" ? files.read(place.below) : "";
    files.write(place.below, before + asText(content));
  }

  async exists(path: string): Promise<boolean> {
    try {
      await this.stat(path);
      return true;
    } catch {
      this.run?.assertAlive();
      return false;
    }
  }

  async isDirectory(path: string): Promise<boolean> {
    return (await this.exists(path)) && (await this.stat(path)).isDirectory;
  }

  async read(path: string): Promise<string> {
    return (await this.exists(path)) ? this.readFile(path) : "";
  }

  async list(path: string): Promise<string[]> {
    return (await this.isDirectory(path)) ? this.readdir(path) : [];
  }

  private async statOf(place: Place, path: string): Promise<FsStat> {
    if (place.in === "base") return this.base.lstat(place.path);
    const kind = place.in === "mount" ? this.files(place.mount).kind(place.below) : place.node.kind;
    if (kind === undefined) throw missing(path);
    const size =
      place.in === "tree" && place.node.kind === "file"
        ? place.node.read().length
        : kind === "file" && place.in === "mount"
          ? this.files(place.mount).read(place.below).length
          : 0;
    return {
      isFile: kind === "file",
      isDirectory: kind === "dir",
      isSymbolicLink: kind === "link",
      mode: kind === "dir" ? 0o755 : 0o644,
      size,
      mtime: new Date(0),
    };
  }

  async stat(path: string): Promise<FsStat> {
    return this.statOf(await this.place(path), path);
  }

  async lstat(path: string): Promise<FsStat> {
    return this.statOf(await this.place(path, false), path);
  }

  async mkdir(path: string, options?: { recursive?: boolean }): Promise<void> {
    const place = await this.place(path);
    if (place.in === "base") {
      if (options?.recursive) await this.mkdirParents(place.path);
      return this.alter(["mkdir", place.path, options]);
    }
    const exists = place.in === "tree" || this.files(place.mount).kind(place.below) !== undefined;
    if (exists && !options?.recursive) throw errno("EEXIST", "file already exists, mkdir", path);
    if (!exists && place.in === "mount") this.files(place.mount).makeDirectory(place.below);
  }

  /** Directories of the kernel's tree are real to `mkdir -p` below them. */
  private async mkdirParents(path: string): Promise<void> {
    const parent = path.slice(0, path.lastIndexOf("/"));
    if (parent !== "") await this.alter(["mkdir", parent, { recursive: true }]);
  }

  async readdir(path: string): Promise<string[]> {
    const place = await this.place(path);
    if (place.in === "mount") {
      const files = this.files(place.mount);
      if (files.kind(place.below) !== "dir") throw errno("ENOTDIR", "not a directory, scandir", path);
      return files.list(place.below);
    }
    const drawn = this.tree().children.get(place.path) ?? new Set<string>();
    if (place.in === "tree" && place.node.kind !== "dir") throw errno("ENOTDIR", "not a directory, scandir", path);
    const own = (await this.base.exists(place.path)) ? await this.base.readdir(place.path) : [];
    if (place.in === "base" && drawn.size === 0 && own.length === 0) return this.base.readdir(place.path);
    const points = this.machine.mounts
      .map((each) => each.mountPoint)
      .filter((at) => at.slice(0, at.lastIndexOf("/")) === place.path);
    return [...new Set([...own, ...drawn, ...points.map((at) => at.slice(at.lastIndexOf("/") + 1))])].sort();
  }

  async rm(path: string, options?: { recursive?: boolean; force?: boolean }): Promise<void> {
    const place = await this.place(path, false);
    if (place.in === "base") {
      if (this.machine.mounts.some((each) => each.mountPoint.startsWith(`${place.path}/`)))
        throw errno("EBUSY", "device or resource busy, rm", path);
      return this.alter(["rm", place.path, options]);
    }
    if (place.in === "tree") throw errno("EPERM", "operation not permitted, unlink", path);
    if (place.below === "") throw errno("EBUSY", "device or resource busy, rm", path);
    if (this.files(place.mount).kind(place.below) === undefined && !options?.force) throw missing(path);
    this.files(place.mount).remove(place.below);
  }

  async cp(from: string, to: string, options?: { recursive?: boolean }): Promise<void> {
    const stat = await this.stat(from);
    if (!stat.isDirectory) return this.writeFile(to, await this.readFileBuffer(from));
    if (!options?.recursive) throw errno("EISDIR", "is a directory, cp", from);
    await this.mkdir(to, { recursive: true });
    for (const name of await this.readdir(from)) await this.cp(`${from}/${name}`, `${to}/${name}`, options);
  }

  async mv(from: string, to: string): Promise<void> {
    const [source, target] = [await this.place(from, false), await this.place(to, false)];
    if (source.in === "base" && target.in === "base") return this.alter(["mv", source.path, target.path]);
    await this.cp(from, to, { recursive: true });
    await this.rm(from, { recursive: true });
  }

  resolvePath(base: string, path: string): string {
    return this.base.resolvePath(base, path);
  }

  /** Globs read directories instead. */
  getAllPaths(): string[] {
    return [...this.base.getAllPaths(), ...this.tree().nodes.keys()];
  }

  async chmod(path: string, mode: number): Promise<void> {
    const place = await this.place(path);
    if (place.in === "base") return this.alter(["chmod", place.path, mode]);
  }

  async symlink(target: string, path: string): Promise<void> {
    const at = (await this.place(path, false)).path;
    await this.alter(["symlink", target, at]);
  }

  async link(existing: string, path: string): Promise<void> {
    return this.alter(["link", (await this.place(existing)).path, (await this.place(path)).path]);
  }

  async readlink(path: string): Promise<string> {
    const place = await this.place(path, false);
    if (place.in === "base") return this.base.readlink(place.path);
    if (place.in === "tree" && place.node.kind === "link") return place.node.target;
    throw errno("EINVAL", "invalid argument, readlink", path);
  }

  async realpath(path: string): Promise<string> {
    const place = await this.place(path);
    await this.statOf(place, path);
    return place.path;
  }

  async utimes(path: string, atime: Date, mtime: Date): Promise<void> {
    const place = await this.place(path);
    if (place.in === "base") return this.alter(["utimes", place.path, atime, mtime]);
  }
}
