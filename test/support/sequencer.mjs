import { relative, sep } from "node:path";
import Sequencer from "@jest/test-sequencer";

/** What takes longest begins first, so that no worker is left alone with it at the end. What is not named comes last. */
const first = [
  // runbooks of many steps, which run in the world of twelve volumes too
  /^test\/laws\/(failback|failover|restore|dr-drill|rewind-clone|refresh-clone|connect-clusters|provision)\b/,
  /^test\/laws\//,
  /^test\/(runbooks|host)\//,
];
/** Whole programs, with a real Redis or a real Ansible: they wait for other processes and for clocks. */
const waiting = /^test\/(scenarios|ansible|e2e|bench|cli|ssh)\//;
/** Of so many files that begin one after the other one is a waiting one: as many as there are workers. */
const every = 3;

/** Jest's own order (by the last run's times, or by size where there was none) within each of these; what waits begins beside what computes. */
export default class LongestFirst extends Sequencer {
  sort(tests) {
    const sorted = super.sort(tests);
    const waits = sorted.filter((each) => waiting.test(fileOf(each)));
    const computes = sorted.filter((each) => !waits.includes(each)).sort((a, b) => rankOf(a) - rankOf(b));
    const order = [];
    while (waits.length + computes.length > 0) order.push(...waits.splice(0, 1), ...computes.splice(0, every - 1));
    return order;
  }
}

const fileOf = ({ path }) => relative(process.cwd(), path).split(sep).join("/");

function rankOf(test) {
  const rank = first.findIndex((pattern) => pattern.test(fileOf(test)));
  return rank < 0 ? first.length : rank;
}
