import type { Machine } from "./machine.js";
import type { Run } from "./run.js";

export interface Answer {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

export interface Call {
  readonly args: readonly string[];
  readonly stdin: string;
  readonly machine: Machine;
  readonly run: Run;
  readonly files: Paths;
}

/** What programs ask of the virtual file system. */
export interface Paths {
  exists(path: string): Promise<boolean>;
  isDirectory(path: string): Promise<boolean>;
  /** Its text; nothing when it is not there. */
  read(path: string): Promise<string>;
  /** Names in a directory, sorted; none when it is not there. */
  list(path: string): Promise<string[]>;
}

/** A program of the host. Its texts and exit codes are those of the tool it plays (recordings: test/golden/host). */
export type Program = (call: Call) => Answer | Promise<Answer>;

export const say = (stdout: string, exitCode = 0): Answer => ({ stdout, stderr: "", exitCode });
export const complain = (stderr: string, exitCode: number): Answer => ({ stdout: "", stderr, exitCode });
export const done: Answer = say("");

/** Lines with a newline each; nothing for none. */
export const lines = (all: readonly string[]): string => all.map((each) => `${each}\n`).join("");
