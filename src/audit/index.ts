export { linesAfter, readAnchor, showAnchor, START, type End, type Line } from "./chain.js";
export { readLine, writeLine } from "./export.js";
export { Verifier, type Broken, type Verified } from "./verify.js";
