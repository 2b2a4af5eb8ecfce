import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const MIB = 2 ** 20;

/** The files of a data folder: `luns/` is what hosts write to, `kept/` what snapshots hold, `seed/` what was there at the start. */
export class DataFolder {
  constructor(
    readonly path: string,
    /** A LUN's file is so many times smaller than the LUN says it is. */
    private readonly divisor: number,
  ) {}

  /** An empty folder but for the seed. */
  clear(): void {
    for (const part of ["luns", "kept"]) {
      rmSync(join(this.path, part), { recursive: true, force: true });
      mkdirSync(join(this.path, part), { recursive: true, mode: 0o700 });
    }
  }

  /** Bytes of the file of a LUN that says it has so many: whole MiB, at least one. */
  fileSize(sizeBytes: number): number {
    return Math.max(1, Math.ceil(sizeBytes / this.divisor / MIB)) * MIB;
  }

  live = (name: string): string => join(this.path, "luns", `${name}.img`);
  kept = (id: string): string => join(this.path, "kept", `${id}.img`);

  seed(volume: string, lun: string, when: "night" | "live"): string | undefined {
    const file = join(this.path, "seed", when, volume, `${lun}.img`);
    return existsSync(file) ? file : undefined;
  }

  /** A blank LUN: all holes. */
  blank(file: string, sizeBytes: number): void {
    writeFileSync(file, "", { mode: 0o600 });
    truncateSync(file, this.fileSize(sizeBytes));
  }

  resize(file: string, sizeBytes: number): void {
    truncateSync(file, this.fileSize(sizeBytes));
  }

  /** Into the same inode, so that whoever has the target open sees the new bytes. Holes stay holes; blocks are shared where the file system can. */
  copy(from: string, to: string): void {
    execFileSync("cp", ["--sparse=always", "--reflink=auto", "--", from, to], { stdio: ["ignore", "ignore", "pipe"] });
  }

  remove(file: string): void {
    rmSync(file, { force: true });
  }

  /** When a file was last written to, in nanoseconds since the epoch. */
  writtenAt(file: string): bigint {
    return statSync(file, { bigint: true }).mtimeNs;
  }

  keptIds(): string[] {
    return readdirSync(join(this.path, "kept")).map((name) => name.replace(/\.img$/, ""));
  }
}
