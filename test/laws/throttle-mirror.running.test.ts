import { throttleMirror } from "../../src/runbooks/throttle-mirror.js";
import { startSlowUpdate } from "../support/mirrors.js";
import { laws } from "./laws.js";

laws(throttleMirror, {
  knobs: { transferBytesPerSecond: 2 ** 18 },
  arrange: { name: "while a transfer runs", by: startSlowUpdate, without: ["healthy"] },
});
