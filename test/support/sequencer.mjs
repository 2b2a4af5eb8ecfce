import { relative, sep } from "node:path";
import Sequencer from "@jest/test-sequencer";

/** What takes longest begins first, so that no worker is left alone with it at the end. What is not named comes last. */
const first = [
  // runbooks of many steps, which run in the world of twelve volumes too
  /^test\/laws\/(failback|failover|restore|dr-drill|rewind-clone|refresh-clone|connect-clusters|provision)\b/,
  /^test\/laws\//,
  // whole programs, with a real Redis or a real Ansible
  /^test\/(scenarios|ansible|e2e|bench|cli|ssh)\//,
  /^test\/(runbooks|host)\//,
];

/** Jest's own order (by the last run's times, or by size where there was none) within each of these. */
export default class LongestFirst extends Sequencer {
  sort(tests) {
    return super.sort(tests).sort((a, b) => rankOf(a.path) - rankOf(b.path));
  }
}

function rankOf(path) {
  const file = relative(process.cwd(), path).split(sep).join("/");
  const rank = first.findIndex((pattern) => pattern.test(file));
  return rank < 0 ? first.length : rank;
}
