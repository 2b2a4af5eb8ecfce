import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { everyScript } from "../../src/host/index.js";

/** What just-bash does not speak, or speaks differently, or what we forbid ourselves. Comments are stripped before. */
const forbidden: readonly (readonly [string, RegExp])[] = [
  ["trap", /\btrap\b/],
  ["kill", /(^\s*|[;&|({]\s*)kill\b/m],
  ["a job in the background", /[^&|><]&(?![&>0-9])/],
  ["set -u, under which just-bash refuses ${x:-}", /\bset\s+-[a-z]*u/],
  ["set -e, which does nothing in a function called with ||", /\bset\s+-[a-z]*e/],
  ["[[ -b ]], always false in just-bash", /\[\[? -b /],
  ["umask", /\bumask\b/],
  ["compgen", /\bcompgen\b/],
  ["${!indirect}", /\$\{!/],
  ["${upper^^}", /\$\{\w+[\^,]/],
  ["coproc, select, exec of a program", /\b(coproc|select)\b|\bexec\s+[a-z/]/],
  ["eval, or text run as a command", /\beval\b|^\s*source\s|^\s*\. /m],
  ["a plain --login of everything", /iscsiadm -m node --login/],
  ["discovery that resets records", /-m discovery\b|-o (update|delete) --discover/],
  ["fstab", /fstab/],
  ["lazy or forced unmount", /umount -[lf]/],
  ["xfs_repair", /xfs_repair/],
];

const code = (text: string): string =>
  text
    .split("\n")
    .filter((line, i) => i === 0 || !/^\s*#/.test(line))
    .map((line) => line.replace(/ # .*$/, ""))
    .join("\n");

/** Quoted text is not shell: an ampersand in a sentence is none. */
const unquoted = (text: string): string => code(text).replace(/'[^'\n]*'/g, "''");

describe.each(everyScript())("script $name", ({ name, text }) => {
  let dir: string;
  let file: string;
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), "sluice-scripts-"));
    file = join(dir, `${name}.sh`);
    writeFileSync(file, text);
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  test("real bash parses it", () => {
    const checked = spawnSync("bash", ["-n", file], { encoding: "utf8" });
    expect([checked.stderr, checked.status]).toEqual(["", 0]);
  });

  // 2317: functions of the prelude this script does not call; 2034: $out, which not every script reads
  const shellcheck = spawnSync("shellcheck", ["--version"]).status === 0 ? test : test.skip;
  shellcheck("shellcheck has nothing to say", () => {
    const checked = spawnSync("shellcheck", ["-S", "style", "-e", "SC2317,SC2034", "-f", "gcc", file], {
      encoding: "utf8",
    });
    expect([checked.stdout, checked.status]).toEqual(["", 0]);
  });

  test.each(forbidden)("does without %s", (what, pattern) => {
    // a file system that is to be there after every start
    if (what === "fstab" && /^(un)?build$/.test(name)) return;
    expect(unquoted(text)).not.toMatch(pattern);
  });

  test("acts only once it has arrived whole, and reads no standard input", () => {
    const top = code(text)
      .split("\n")
      .filter((line) => /^[a-z]\w*(\s|$)/.test(line));
    expect(top).toEqual(["set -o pipefail", expect.stringMatching(/^export LC_ALL=C /), "main </dev/null"]);
    expect(text.endsWith("\nmain </dev/null\n")).toBe(true);
  });

  test("waits for every command that could hang under a limit", () => {
    const risky =
      /^\s*(iscsiadm|multipath|multipathd|vgs|pvs|lvs|vgchange|vgimportclone|mount|umount|blockdev|udevadm|fuser|findmnt|lvm|rpm|dnf|apt-get|dpkg-query|systemctl|systemd-run|pvcreate|vgcreate|lvcreate|mkfs.xfs|wipefs|blkid)\s/m;
    expect(code(text)).not.toMatch(risky);
  });

  test("is far from Run Command's limit of 256 KiB and is ASCII", () => {
    expect(text.length).toBeLessThan(32 * 1024);
    expect(text).toMatch(/^[\n -~]*$/);
  });
});

test("the patterns do find what they forbid", () => {
  for (const [bad, wanted] of [
    ["sleep 5 &\n", "background"],
    ["a &\nb", "background"],
    ["trap x EXIT", "trap"],
    ["  kill 5", "kill"],
    ["eval x", "eval"],
    ["set -euo pipefail", "set -u"],
    ["[[ -b /dev/x ]]", "-b"],
  ] as const) {
    const hit = forbidden.filter(([, pattern]) => pattern.test(unquoted(`#!/bin/bash\n${bad}`))).map(([what]) => what);
    expect(hit.join()).toContain(wanted);
  }
});
